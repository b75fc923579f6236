//! `append:FILE`, read back by Python.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use serde_json::Value;

use super::{MAIN, Watched, checked};
use crate::support::Sandbox;

/// The lines of a file, each of which must be JSON.
#[track_caller]
fn lines(sandbox: &Sandbox, path: &str) -> Vec<Value> {
    let text = sandbox.read(path);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_item_becomes_a_line_of_json() {
    let sandbox = Sandbox::new();
    let watched = Watched::new(&sandbox, "append:log/new.jsonl");
    assert_eq!(
        checked(&sandbox),
        "append:log/new.jsonl: n/log, which the file would be in, cannot be found: No such file or directory (os error 2)"
    );
    fs::create_dir(sandbox.path("n/log")).unwrap();
    let hostile = "a \u{202e}\u{1b}[2J \"quoted\" \u{2028}\\";
    let names = [watched.first(), watched.push(hostile)];
    sandbox.poll().ok();
    let told = lines(&sandbox, "n/log/new.jsonl");
    assert_eq!(told.len(), 2);
    for (name, line) in names.iter().zip(&told) {
        assert_eq!(line["name"], **name);
        assert_eq!(line["subject"], MAIN);
        assert_eq!(line["action"], "append:log/new.jsonl");
        assert_eq!(line["author"], "Jo <jo@example.org>");
        assert_eq!(line["delivery"], told[0]["delivery"]);
    }
    assert_eq!(told[1]["summary"], hostile);
    let mode = fs::metadata(sandbox.path("n/log/new.jsonl"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777 & !0o044, 0o600, "{mode:o}");
    watched.push("more");
    sandbox.poll().ok();
    assert_eq!(lines(&sandbox, "n/log/new.jsonl").len(), 3);
}

#[test]
fn a_torn_last_line_gets_its_end_first() {
    let sandbox = Sandbox::new();
    let watched = Watched::new(&sandbox, "append:new.jsonl");
    sandbox.write("n/new.jsonl", "{\"name\":\"srv/k--he");
    sandbox.poll().ok();
    let text = sandbox.read("n/new.jsonl");
    let (torn, rest) = text.split_once('\n').unwrap();
    assert_eq!(torn, "{\"name\":\"srv/k--he");
    let line: Value = serde_json::from_str(rest).unwrap();
    assert_eq!(line["name"], watched.first());
}

#[test]
fn what_is_no_file_for_it_is_refused_and_holds_nobody_up() {
    let sandbox = Sandbox::new();
    Watched::new(&sandbox, "append:x");
    fs::create_dir(sandbox.path("n/directory")).unwrap();
    let fifo = sandbox.path("n/fifo");
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, mode).unwrap();
    symlink("=rules.versions", sandbox.path("n/link")).unwrap();
    let n = sandbox.path("n");
    let n = fs::canonicalize(n).unwrap().display().to_string();
    for (file, said) in [
        ("", "the name of a file stands behind the `:`".to_owned()),
        (
            "=rules.versions",
            format!("{n}/=rules.versions is for larch itself"),
        ),
        ("./=new", format!("{n}/=new is for larch itself")),
        ("directory/../+state/x", "+state".to_owned()),
        ("link", format!("{n}/=rules.versions is for larch itself")),
        ("directory", format!("{n}/directory is not a regular file")),
        ("fifo", format!("{n}/fifo is not a regular file")),
        ("/dev/null", "/dev/null is not a regular file".to_owned()),
    ] {
        sandbox.write("n/=rules.versions", format!("{MAIN} append:{file}\n"));
        let checked = checked(&sandbox);
        assert!(checked.contains(&said), "{file}: {checked}");
    }
    sandbox.write("n/=rules.versions", format!("{MAIN} append:fifo\n"));
    sandbox
        .poll()
        .limit(Duration::from_secs(20))
        .stderr_has("fifo is not a regular file")
        .code(1);
}

#[test]
fn many_writers_of_one_file_do_not_tear_each_others_lines() {
    let sandbox = Sandbox::new();
    let watched = Watched::new(&sandbox, "append:new.jsonl");
    for number in 0..20 {
        watched.push(&format!("{number} {}", "x".repeat(5000)));
    }
    let again: String = (0..8)
        .map(|number| {
            let dir = format!("n{number}");
            sandbox.write(
                format!("{dir}/=rules.versions"),
                format!("{MAIN} append:../n/new.jsonl\n"),
            );
            dir
        })
        .collect::<Vec<_>>()
        .join(" ");
    let polls: Vec<_> = again
        .split(' ')
        .map(|dir| sandbox.larch(["notify", dir]).spawn())
        .collect();
    for poll in polls {
        assert_eq!(poll.wait().code(), Some(0));
    }
    assert_eq!(lines(&sandbox, "n/new.jsonl").len(), 8 * 21);
}
