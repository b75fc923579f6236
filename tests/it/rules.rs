//! Appending to rules files by processes that do not come to their end.

use std::fs;
use std::path::Path;
use std::process::Command;

use larch::rules::{Block, append};

/// Where the process that is to die finds its file.
const VICTIM: &str = "LARCH_TEST_RULES_FILE";

fn blocks() -> Vec<Block> {
    let lines = |parent: &str| {
        (1..=9)
            .map(|i| format!("a@b/{parent}--br--{i} x:{i}"))
            .collect()
    };
    ["c", "d"]
        .into_iter()
        .map(|parent| Block {
            comment: format!("added for a@b/{parent}--br"),
            lines: lines(parent),
        })
        .collect()
}

/// Not a test by itself: what the next one starts, with a limit on the size of files.
#[test]
fn appends_when_it_is_told_where() {
    if let Some(path) = std::env::var_os(VICTIM) {
        append(Path::new(&path), &blocks(), &|_| false).unwrap();
    }
}

#[test]
fn a_process_killed_within_its_write_is_made_up_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("=rules.versions");
    let mine = "# mine\na@b/mine--br--1 noop:";
    put(&path, mine);
    append(&path, &blocks(), &|_| false).unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    assert!(whole.starts_with(mine));

    for limit in (mine.len()..whole.len()).step_by(11) {
        put(&path, mine);
        // The kernel writes as much as fits, and ends the process when it goes on.
        let output = Command::new("prlimit")
            .arg(format!("--fsize={limit}"))
            .arg("--core=0")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "rules::appends_when_it_is_told_where"])
            .env(VICTIM, &path)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{output:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), whole[..limit]);
        append(&path, &blocks(), &|_| false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), whole);
    }
}

fn put(path: &Path, text: &str) {
    let mut file = fs::File::create(path).expect("the directory can be written");
    std::io::Write::write_all(&mut file, text.as_bytes()).expect("there is room");
}
