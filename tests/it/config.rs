//! The settings: what is read, how layers merge, and what a person is told of a mistake.

#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use larch::archive::{Options, Revisions};
use larch::config::{Config, ConfigError, Limit, Problem};
use larch::name::Level;

/// Loads the texts as layers, the strongest first.
fn load(layers: &[&str]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..layers.len())
        .map(|number| dir.path().join(format!("{number}.toml")))
        .collect();
    for (path, text) in paths.iter().zip(layers) {
        put(path, text.as_bytes());
    }
    Config::load(&paths)
}

fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(bytes).unwrap();
}

/// The problems as `line:column message (help)`.
fn problems(layers: &[&str]) -> Vec<String> {
    let error = load(layers).unwrap_err();
    error
        .problems
        .iter()
        .map(|problem| match problem {
            Problem::Invalid {
                line,
                column,
                message,
                help,
                ..
            } => format!(
                "{line}:{column} {message} ({})",
                help.as_deref().unwrap_or_default()
            ),
            Problem::Unreadable { .. } => problem.to_string(),
        })
        .collect()
}

#[test]
fn no_file_means_the_defaults() {
    let missing = [
        PathBuf::from("/nonexistent/a"),
        PathBuf::from("/dev/null/b"),
    ];
    assert_eq!(Config::load(&missing).unwrap(), Config::default());
    assert_eq!(Config::load(&[]).unwrap(), Config::default());
    assert_eq!(load(&["", "# nothing\n"]).unwrap(), Config::default());
}

#[test]
fn every_setting_is_read() {
    let config = load(&[r#"
[delivery]
jobs = 2
timeout = "30s"
retry_min = "0s"
retry_max = "5m"
give_up_after = "90d"
max_items = 1
output_limit = "64KiB"

[rules]
first = 3
added = "all"

[archive."j.r@example.org--2004"]
first = "none"
added = 1
every = "1h"
include = ["*/hello--**"]
exclude = ["branch:*/*--dev"]
flood = 5
nested = true
revisions = "first-parent"
settle = "0s"
jobs = 9
timeout = "30s"

[store]
path = "elsewhere"
keep = "1d"
"#])
    .unwrap();
    assert_eq!(config.delivery.jobs, 2);
    assert_eq!(config.delivery.timeout, Duration::from_secs(30));
    assert_eq!(config.delivery.retry_min, Duration::ZERO);
    assert_eq!(config.delivery.retry_max, Duration::from_mins(5));
    assert_eq!(config.delivery.give_up_after, Duration::from_hours(90 * 24));
    assert_eq!(config.delivery.max_items, 1);
    assert_eq!(config.delivery.output_limit, 65536);
    assert_eq!(config.rules.first, Limit::Newest(3));
    assert_eq!(config.rules.added, Limit::All);
    let archive = &config.archives["j.r@example.org--2004"];
    assert_eq!(archive.first, Some(Limit::None));
    assert_eq!(archive.added, Some(Limit::Newest(1)));
    assert_eq!(archive.every, Some(Duration::from_hours(1)));
    assert!(archive.watches(Level::Branch, "j.r@example.org--2004/hello--main"));
    assert!(!archive.watches(Level::Branch, "j.r@example.org--2004/hello--dev"));
    assert_eq!(archive.flood, 5);
    let options = Options {
        nested: true,
        revisions: Revisions::FirstParent,
        settle: Duration::ZERO,
        jobs: 9,
        timeout: Duration::from_secs(30),
    };
    assert_eq!(archive.options, options);
    assert_eq!(config.store.path, Some(PathBuf::from("elsewhere")));
    assert_eq!(config.store.keep, Duration::from_hours(24));
}

#[test]
fn layers_merge_key_by_key() {
    let strong = "[delivery]\njobs = 1\n[archive.A]\nevery = \"1m\"\n";
    let weak = "[delivery]\njobs = 9\nmax_items = 7\n[archive.A]\nevery = \"9m\"\nfirst = 2\n";
    let config = load(&[strong, weak]).unwrap();
    assert_eq!(config.delivery.jobs, 1);
    assert_eq!(config.delivery.max_items, 7);
    assert_eq!(config.archives["A"].every, Some(Duration::from_mins(1)));
    assert_eq!(config.archives["A"].first, Some(Limit::Newest(2)));
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    assert_eq!(
        problems(&["[delivery]\n  retry_mim = \"1m\"\n[delivry]\n"]),
        [
            "2:3 there is no key `retry_mim` in [delivery] (did you mean `retry_min`?)",
            "3:2 there is no section `delivry` (did you mean `delivery`?)",
        ]
    );
    assert_eq!(
        problems(&["[mail]\nfrom = \"a\"\n"]),
        ["1:2 there is no section `mail` (the sections are delivery, rules, archive, store)"]
    );
    assert_eq!(
        problems(&["[archive.\"A\"]\nevry = \"1m\"\n"]),
        ["2:1 there is no key `evry` in [archive.\"A\"] (did you mean `every`?)"]
    );
    assert_eq!(
        problems(&["jobs = 1\nstore = 1\n"]),
        [
            "1:1 `jobs` stands outside of a section (each key belongs below the line of its section, such as `[delivery]`)",
            "2:1 `store` is a section, not a key (write the line `[store]` and its keys below)",
        ]
    );
    assert_eq!(
        problems(&["[archive.j.r]\nevery = \"1m\"\n"]),
        [
            "1:12 there is no key `r` in [archive.\"j\"] (an archive's name with dots is written in quotes)"
        ]
    );
}

#[test]
fn a_bad_value_says_what_would_be_good() {
    assert_eq!(
        problems(&[
            "[delivery]\njobs = 0\ntimeout = 5\nretry_max = \"soon\"\nmax_items = \"x\"\noutput_limit = -1\n\
             [rules]\nfirst = \"some\"\nadded = -1\n[store]\npath = 1\n"
        ]),
        [
            "2:8 `jobs` is a number, at least 1 ()",
            "3:11 `timeout` is a length of time such as \"30s\", \"5m\", \"1h\" or \"5d\" ()",
            "4:13 `retry_max` is a length of time such as \"30s\", \"5m\", \"1h\" or \"5d\" ()",
            "5:13 `max_items` is a number, at least 1 ()",
            "6:16 `output_limit` is a number of bytes, or a size such as \"64KiB\" or \"2MB\" ()",
            "8:9 `first` is \"all\", \"none\", or how many of the newest revisions ()",
            "9:9 `added` is \"all\", \"none\", or how many of the newest revisions ()",
            "11:8 `path` is the path of a directory ()",
        ]
    );
    assert_eq!(
        problems(&["[archive.A]\ninclude = \"A/*\"\nexclude = [\"\", 1, \"A/*\"]\n"]),
        [
            "2:11 `include` is a list of strings, such as [\"one\", \"two\"] ()",
            "3:12 an entry of `exclude` is an empty glob, which matches nothing ()",
            "3:16 an entry of `exclude` is not a string ()",
        ]
    );
    assert_eq!(
        problems(&[
            "[archive.A]\nflood = 0\nnested = 1\nrevisions = \"all\"\nsettle = 5\njobs = 0\ntimeout = \"0s\"\n"
        ]),
        [
            "2:9 `flood` is a number, at least 1 ()",
            "3:10 `nested` is true or false ()",
            "4:13 `revisions` is \"new\", \"every\", \"tip\" or \"first-parent\" ()",
            "5:10 `settle` is a length of time such as \"30s\", \"5m\", \"1h\" or \"5d\" ()",
            "6:8 `jobs` is a number, at least 1 ()",
            "7:11 `timeout` is longer than nothing, or nothing could ever end in time ()",
        ]
    );
}

#[test]
fn bounds_of_different_layers_are_checked_together() {
    let found = problems(&[
        "[delivery]\nretry_min = \"5h\"\n",
        "[delivery]\nretry_max = \"3h\"\n",
    ]);
    assert_eq!(
        found,
        ["2:13 `retry_min` (5h) is longer than `retry_max` (3h) (set both in one file)"]
    );
}

#[test]
fn every_file_reports_its_problems() {
    let found = problems(&["[rules\n", "[store]\nkeep = 1\n"]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("2:8 `keep`"), "{found:?}");
    assert!(found[1].starts_with("1:7 "), "{found:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("=config.toml");
    put(&path, b"[rules]\nfirst = \"n\xf6\"\n");
    let error = Config::load(std::slice::from_ref(&path)).unwrap_err();
    assert!(error.to_string().contains(":2:11"), "{error}");
    let error = Config::load(&[dir.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains("cannot read"), "{error}");
}

#[test]
fn a_problem_is_shown_with_a_caret() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("=config.toml");
    put(&path, b"[delivery]\nretry_mim = \"1m\" # \xc3\xb6\n");
    let error = Config::load(std::slice::from_ref(&path)).unwrap_err();
    assert_eq!(
        error
            .render(false)
            .replace(&*path.to_string_lossy(), "PATH"),
        "error: there is no key `retry_mim` in [delivery]\n \
         --> PATH:2:1\n  \
         |\n\
         2 | retry_mim = \"1m\" # ö\n  \
         | ^^^^^^^^^\n  \
         |\n  \
         = help: did you mean `retry_min`?"
    );
    assert!(error.render(true).contains("\x1b["));
}
