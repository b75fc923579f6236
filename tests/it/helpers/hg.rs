//! `larch-archive-hg`, against repositories that hg makes.

use std::fs;
use std::path::Path;

use super::{install, list_since, register, told};
use crate::support::Sandbox;

/// Runs hg in a repository of the sandbox.
#[track_caller]
fn hg(sandbox: &Sandbox, repository: &str, arguments: &[&str]) -> String {
    sandbox
        .run("hg", ["--repository", repository])
        .args(arguments)
        .env("HGPLAIN", "1")
        .env("HGUSER", "Jo <jo@example.org>")
        .any_stdout()
        .any_stderr()
        .ok()
        .stdout
}

#[track_caller]
fn init(sandbox: &Sandbox, repository: &str) {
    sandbox.run("hg", ["init", repository]).ok();
}

/// Commits a change, and returns the changeset's hash.
#[track_caller]
fn commit(sandbox: &Sandbox, repository: &str, message: &str) -> String {
    let file = Path::new(repository).join("file");
    let before = sandbox.read(&file);
    sandbox.write(&file, before + message);
    hg(sandbox, repository, &["commit", "-A", "-m", message]);
    tip(sandbox, repository)
}

#[track_caller]
fn tip(sandbox: &Sandbox, repository: &str) -> String {
    hg(sandbox, repository, &["log", "-r", ".", "-T", "{node}"])
}

fn location(sandbox: &Sandbox, path: &str) -> String {
    format!("hg:{}", sandbox.path(path).display())
}

#[test]
fn one_line_follows_a_directory_of_repositories() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("hg")).unwrap();
    install(&sandbox, "hg", sandbox.path("hg").to_str().unwrap());
    assert_eq!(told(&sandbox), [""; 0]);
    init(&sandbox, "hg/tea");
    init(&sandbox, "hg/deep/er/tea");
    init(&sandbox, "hg/tea/inside");
    init(&sandbox, "hg/.hidden");
    let first = commit(&sandbox, "hg/tea", "Warm the pot\n\nIt matters.");
    let parts = ["branches", "bookmarks", "tags"];
    let mut expected = vec![
        "category x/deep/er/tea".to_owned(),
        "category x/tea".to_owned(),
        "version x/tea--branches--default".to_owned(),
        format!("revision x/tea--branches--default--{first}"),
    ];
    expected.extend(parts.map(|part| format!("branch x/tea--{part}")));
    expected.extend(parts.map(|part| format!("branch x/deep/er/tea--{part}")));
    expected.sort();
    assert_eq!(told(&sandbox), expected);
    hg(&sandbox, "hg/tea", &["branch", "a--b \"c\\"]);
    let second = commit(&sandbox, "hg/tea", "Add milk");
    hg(&sandbox, "hg/tea", &["bookmark", "mark"]);
    hg(&sandbox, "hg/tea", &["tag", "-r", &first, "1.0"]);
    let third = tip(&sandbox, "hg/tea");
    let mut expected = [
        "version x/tea--branches--a%2D%2Db%20\"c\\".to_owned(),
        "version x/tea--bookmarks--mark".to_owned(),
        "version x/tea--tags--1.0".to_owned(),
        format!("revision x/tea--branches--a%2D%2Db%20\"c\\--{second}"),
        format!("revision x/tea--branches--a%2D%2Db%20\"c\\--{third}"),
        format!("revision x/tea--bookmarks--mark--{third}"),
        format!("revision x/tea--tags--1.0--{first}"),
    ];
    expected.sort();
    assert_eq!(told(&sandbox), expected);
    assert_eq!(told(&sandbox), [""; 0]);
    sandbox
        .larch([
            "revisions",
            "--summary",
            "--creator",
            "x/tea--branches--default",
        ])
        .stdout(format!(
            "{first}\n    Jo <jo@example.org>\n    Warm the pot\n"
        ))
        .ok();
    sandbox
        .larch(["cat-archive-log", &format!("x/tea--tags--1.0--{first}")])
        .stdout_has("files:       file\ndescription:\nWarm the pot\n\nIt matters.\n")
        .ok();
    let gone = "1".repeat(40);
    sandbox
        .larch(["cat-archive-log", &format!("x/tea--tags--1.0--{gone}")])
        .stderr_has("has no revision")
        .code(1);
}

#[test]
fn what_came_since_is_what_a_whole_listing_adds() {
    let sandbox = Sandbox::new();
    init(&sandbox, "tea");
    install(&sandbox, "hg", sandbox.path("tea").to_str().unwrap());
    let location = location(&sandbox, "tea");
    let mut seen = list_since(&sandbox, &location, &Vec::new());
    let first = commit(&sandbox, "tea", "one");
    seen = list_since(&sandbox, &location, &seen);
    hg(&sandbox, "tea", &["branch", "dev"]);
    let second = commit(&sandbox, "tea", "two");
    seen = list_since(&sandbox, &location, &seen);
    let steps: [&[&str]; 5] = [
        &["bookmark", "-i", "-r", &first, "mark"],
        &["bookmark", "-f", "-i", "-r", &second, "mark"],
        &["tag", "-r", &second, "v1"],
        &["bookmark", "-d", "mark"],
        &[
            "--config",
            "extensions.strip=",
            "strip",
            "--no-backup",
            &second,
        ],
    ];
    for step in steps {
        hg(&sandbox, "tea", step);
        seen = list_since(&sandbox, &location, &seen);
    }
    let third = commit(&sandbox, "tea", "in place of what was stripped");
    let fourth = commit(&sandbox, "tea", "and more");
    let seen = list_since(&sandbox, &location, &seen);
    let default = seen
        .iter()
        .find(|(name, _)| name.version() == Some("default"));
    assert_eq!(default.unwrap().1.parts, [first, third, fourth]);
}

#[test]
fn an_unchanged_repository_is_not_read() {
    let sandbox = Sandbox::new();
    init(&sandbox, "tea");
    commit(&sandbox, "tea", "one");
    for entry in walkdir::WalkDir::new(sandbox.path("tea/.hg")) {
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let file = fs::File::open(entry.unwrap().path()).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    install(&sandbox, "hg", sandbox.path("tea").to_str().unwrap());
    // Its change times are young still: wait until they count.
    let subject = super::name(larch::name::Level::Version, "tea--branches--default");
    let list = |last: Option<&larch::archive::Look>| {
        super::opened(&sandbox, &location(&sandbox, "tea"), |archive| {
            archive.list(&subject, last, &|_| false)
        })
    };
    let mut listing = list(None).unwrap();
    while !list(listing.look.as_ref()).unwrap().since {
        listing = list(None).unwrap();
    }
    // hg is not even there.
    sandbox.program("hg", "#!/bin/sh\nexit 1\n");
    let unchanged = list(listing.look.as_ref()).unwrap();
    assert!(unchanged.since && unchanged.parts.is_empty());
}

#[test]
fn a_repository_elsewhere_is_followed_through_a_copy() {
    let sandbox = Sandbox::new();
    init(&sandbox, "tea");
    let first = commit(&sandbox, "tea", "one");
    hg(&sandbox, "tea", &["bookmark", "mark"]);
    let script = "exec hg serve -R tea -a 127.0.0.1 -p 0 --print-url >url";
    let mut server = sandbox.run("sh", ["-c", script]).spawn();
    while !sandbox.read("url").ends_with('\n') {
        assert!(!server.has_ended());
        std::thread::yield_now();
    }
    let url = sandbox.read("url");
    let port = url
        .trim()
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    install(&sandbox, "hg", &format!("http://127.0.0.1:{port}"));
    let category = format!("127.0.0.1:{port}");
    let told_of = |sandbox: &Sandbox| {
        let mut told = told(sandbox);
        told.retain(|each| each.starts_with("revision "));
        told
    };
    assert_eq!(
        told_of(&sandbox),
        [
            format!("revision x/{category}--bookmarks--mark--{first}"),
            format!("revision x/{category}--branches--default--{first}"),
        ]
    );
    let second = commit(&sandbox, "tea", "two");
    assert_eq!(
        told_of(&sandbox),
        [
            format!("revision x/{category}--bookmarks--mark--{second}"),
            format!("revision x/{category}--branches--default--{second}"),
        ]
    );
    assert!(
        fs::read_dir(sandbox.path("n/+state/cache"))
            .unwrap()
            .count()
            == 1
    );
    server.kill();
    server.wait();
    sandbox.poll().stderr_has("Connection refused").code(1);
    assert_eq!(fs::read_dir(sandbox.path("tmp")).unwrap().count(), 0);
}

#[test]
fn what_is_no_address_is_said() {
    let sandbox = Sandbox::new();
    install(&sandbox, "hg", "nowhere");
    for (address, said) in [
        ("nowhere", "nowhere is neither an absolute path nor a URL"),
        (
            "ssh://-oProxyCommand=x/y",
            "is neither an absolute path nor a URL",
        ),
        ("/nowhere", "hg:/nowhere: there is no directory /nowhere"),
        ("http://127.0.0.1:1/x", "Connection refused"),
    ] {
        register(&sandbox, "hg", address);
        sandbox.larch(["categories", "x"]).stderr_has(said).code(1);
    }
}
