//! What must hold whatever was done to a poll.

use std::collections::HashSet;
use std::path::Path;

use larch::name::Level;
use rusqlite::Connection;

use super::sandbox::Sandbox;

/// How often a test repeats what needs many tries: `short`, or what `LARCH_TORTURE_ROUNDS` says.
pub(crate) fn rounds(short: usize) -> usize {
    std::env::var("LARCH_TORTURE_ROUNDS").map_or(short, |rounds| rounds.parse().unwrap())
}

/// Prints what was measured, for `--nocapture`.
#[expect(
    clippy::print_stdout,
    reason = "the test harness shows it where it is asked to"
)]
pub(crate) fn say(what: &str) {
    println!("{what}");
}

/// The database must be whole.
#[track_caller]
pub(crate) fn check_database(sandbox: &Sandbox, dir: &str) {
    let database = Connection::open(sandbox.path(dir).join("+state/larch.db")).unwrap();
    let found: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
    let broken = database
        .prepare("PRAGMA foreign_key_check")
        .unwrap()
        .exists([])
        .unwrap();
    assert!(!broken, "a row refers to one that is not there");
}

/// Every line of every rules file must be a good one, and stand there once.
#[track_caller]
pub(crate) fn check_rules(sandbox: &Sandbox, dir: &str) {
    for level in Level::SUBJECTS {
        let path = Path::new(dir).join(larch::rules::file_name(level).unwrap());
        let text = sandbox.read(&path);
        let parsed = larch::rules::parse(level, &path, text.as_bytes());
        assert!(parsed.diagnostics.is_empty(), "{}:\n{text}", path.display());
        assert!(text.is_empty() || text.ends_with('\n'), "{text}");
        let mut seen = HashSet::new();
        for rule in &parsed.rules {
            let line = rule.rule.text();
            assert!(seen.insert(line.clone()), "twice: {line}\n{text}");
        }
    }
}

/// Lets `record` note each attempt of a delivery that runs while another one of it still runs, in
/// the file `overlaps`. The mark is a lock that ends with the action, however that ends; then the
/// action does what `script` says.
#[track_caller]
pub(crate) fn watch_for_overlaps(sandbox: &Sandbox, script: &str) {
    std::fs::create_dir_all(sandbox.path("running")).unwrap();
    sandbox.behave(&format!(
        r#"exec 9>>"$sandbox/running/$LARCH_DELIVERY_ID"
flock -n 9 || echo "$LARCH_DELIVERY_ID $LARCH_ATTEMPT" >>"$sandbox/overlaps"
{script}
"#
    ));
}
