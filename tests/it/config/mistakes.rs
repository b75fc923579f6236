//! What a person is told of a mistake.

use std::path::Path;

use larch::config::Config;

use super::{load, problems, put};

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
        problems(&["[letters]\nfrom = \"a\"\n"]),
        [
            "1:2 there is no section `letters` (the sections are delivery, rules, archive, mail, commands, webhook, apprise, syslog, hook, alerts, store)"
        ]
    );
    assert_eq!(
        problems(&["[archive.\"A\"]\nevry = \"1m\"\n"]),
        ["2:1 there is no key `evry` in [archive.A] (did you mean `every`?)"]
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
        ["1:12 there is no key `r` in [archive.j] (a name with dots is written in quotes)"]
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
            "3:11 `timeout` is a length of time such as \"30s\", \"5m\" or \"1h\", longer than nothing ()",
            "4:13 `retry_max` is a length of time such as \"30s\", \"5m\", \"1h\" or \"5d\" ()",
            "5:13 `max_items` is a number, at least 1 ()",
            "6:16 `output_limit` is a number of bytes, or a size such as \"64KiB\" or \"2MB\" ()",
            "8:9 `first` is \"all\", \"none\", or how many of the newest revisions ()",
            "9:9 `added` is \"all\", \"none\", or how many of the newest revisions ()",
            "11:8 `path` is a path; a relative one starts at the notification directory ()",
        ]
    );
    assert_eq!(
        problems(&["[archive.A]\ninclude = \"A/*\"\nexclude = [\"\", 1, \"A/*\"]\n"]),
        [
            "2:11 `include` is a list of which each is a glob of names, such as \"*/hello--**\" ()",
            "3:12 an entry of `exclude` is an empty glob, which matches nothing ()",
            "3:16 an entry of `exclude` is a glob of names, such as \"*/hello--**\" ()",
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
            "7:11 `timeout` is a length of time such as \"30s\", \"5m\" or \"1h\", longer than nothing ()",
        ]
    );
}

#[test]
fn each_kind_of_value_says_what_would_be_good() {
    // Each line is wrong by itself, in the section above it.
    for (section, wrong, said) in [
        (
            "mail",
            "transport = \"smtp://\"",
            "is \"smtp://[USER@]HOST[:PORT]",
        ),
        ("mail", "transport = 25", "is \"smtp://[USER@]HOST[:PORT]"),
        ("mail", "password_file = \"\"", "is a path"),
        ("mail", "password_file = \"a\\u0000\"", "is a path"),
        (
            "mail",
            "password_env = \"A=B\"",
            "is the name of an environment variable",
        ),
        (
            "mail",
            "password_env = \"\"",
            "is the name of an environment variable",
        ),
        ("mail", "ca_file = 1", "is a path"),
        ("mail", "timeout = \"0s\"", "is a length of time such as"),
        ("mail", "from = \"jo\"", "is a mail address"),
        ("mail", "from = \"Jo\\n <jo@x>\"", "is a mail address"),
        ("mail", "from = \"a@x, b@x\"", "is a mail address"),
        ("mail", "from_author = \"yes\"", "is true or false"),
        ("mail", "reply_to = \"<>\"", "is a mail address"),
        ("mail", "list_id = \"a\\r\\nb\"", "is a text of one line"),
        ("mail", "list_id = \"\"", "is a text of one line"),
        ("mail", "list_unsubscribe = \"javascript:x\"", "is a link"),
        ("mail", "list_unsubscribe = \"https://x/>\"", "is a link"),
        ("mail", "list_unsubscribe = \"mailto:\"", "is a link"),
        ("mail", "templates = []", "is a path"),
        ("mail", "diff_limit = \"1 MB\"", "is a number of bytes"),
        ("mail", "max_per_poll = 0", "is a number, at least 1"),
        ("mail", "digest = \"daily\"", "is a length of time such as"),
        ("commands.a", "argv = []", "is a program and its arguments"),
        (
            "commands.a",
            "argv = [\"\"]",
            "is a program and its arguments",
        ),
        (
            "commands.a",
            "argv = [\"a\", 1]",
            "is a program and its arguments",
        ),
        (
            "commands.a",
            "argv = [\"a\", \"\\u0000\"]",
            "is a program and its arguments",
        ),
        (
            "commands.a",
            "argv = \"a b\"",
            "is a program and its arguments",
        ),
        (
            "commands.a",
            "env = [\"A=1\"]",
            "is a table of environment variables",
        ),
        (
            "commands.a",
            "env = { A = 1 }",
            "is a table of environment variables",
        ),
        (
            "commands.a",
            "env = { \"A=\" = \"1\" }",
            "is a table of environment variables",
        ),
        (
            "commands.a",
            "stdin = \"yes\"",
            "is \"json\", \"names\" or \"none\"",
        ),
        ("commands.a", "timeout = 10", "is a length of time such as"),
        (
            "commands.a",
            "per = \"items\"",
            "is \"batch\" or \"item\" (did you mean \"item\"?)",
        ),
        ("webhook.a", "url = \"example.org\"", "is a URL"),
        ("webhook.a", "url = \"ftp://example.org/\"", "is a URL"),
        ("webhook.a", "url = \"https:///x\"", "is a URL"),
        (
            "webhook.a",
            "url = \"https://jo:pw@x/\"",
            "has a password, and others than the owner may read",
        ),
        (
            "webhook.a",
            "headers = { \"a b\" = \"1\" }",
            "is a table of headers",
        ),
        (
            "webhook.a",
            "headers = { a = \"1\\r\\nb: 2\" }",
            "is a table of headers",
        ),
        (
            "webhook.a",
            "content_type = \"a\\nb\"",
            "is a text of one line",
        ),
        ("webhook.a", "ordered = 0", "is true or false"),
        ("apprise.a", "urls = [\"json://x\"]", "is a path"),
        (
            "apprise.a",
            "tags = \"a\"",
            "is a list of which each is a tag",
        ),
        ("apprise.a", "tags = [\"--help\"]", "is a tag"),
        (
            "syslog",
            "facility = \"locale0\"",
            "(did you mean \"local0\"?)",
        ),
        ("syslog", "severity = \"warn\"", "\"warning\""),
        ("syslog", "socket = false", "is a path"),
        (
            "alerts",
            "mail = \"a@x\"",
            "is a list of which each is a mail address",
        ),
        ("alerts", "mail = [\"-a@x\"]", "is a mail address"),
        ("alerts", "mail = [\"a\"]", "is a mail address"),
        ("alerts", "after = 0", "is a number, at least 1"),
    ] {
        let found = problems(&[&format!("[{section}]\n{wrong}\n")]);
        assert!(found[0].starts_with("2:"), "{wrong}: {found:?}");
        assert!(found[0].contains(said), "{wrong}: {found:?}");
        let key = wrong.split(' ').next().unwrap();
        assert!(found[0].contains(&format!("`{key}`")), "{wrong}: {found:?}");
    }
    for (wrong, said) in [
        ("on = \"action-died\"", "(did you mean \"action-dead\"?)"),
        ("on = 1", "is \"poll-start\", "),
        ("match = \"\"", "is an empty glob, which matches nothing"),
        (
            "match = [\"a\", \"\"]",
            "is an empty glob, which matches nothing",
        ),
        ("match = 1", "is a glob of names"),
        ("command = \"logger\"", "is a program and its arguments"),
        ("timeout = \"0s\"", "is a length of time such as"),
        ("hang = 1", "there is no key `hang` in [[hook]]"),
    ] {
        let found = problems(&[&format!("[[hook]]\n{wrong}\n")]);
        assert!(found[0].starts_with("2:"), "{wrong}: {found:?}");
        assert!(found[0].contains(said), "{wrong}: {found:?}");
    }
}

#[test]
fn a_section_of_the_wrong_shape_says_how_it_is_written() {
    assert_eq!(
        problems(&[
            "hook = 1\n[[mail]]\nfrom = \"a@x\"\n[[commands.a]]\n[webhook]\nurl = \"https://x/\"\n"
        ]),
        [
            "1:1 `hook` is a list of sections (write a line `[[hook]]` for each, and its keys below)",
            "2:3 `mail` is a section, not a key (write the line `[mail]` and its keys below)",
            "4:12 `a` stands outside of a section [commands.a] ()",
            "6:1 `url` stands outside of a section [webhook.url] ()",
        ]
    );
    assert_eq!(
        problems(&["archive = 1\n[hook]\non = \"poll-end\"\n"]),
        [
            "1:1 `archive` is a section, not a key (write a line such as `[archive.\"jo@example.org--2026\"]` and its keys below)",
            "2:2 `hook` is a list of sections (write a line `[[hook]]` for each, and its keys below)",
        ]
    );
    assert_eq!(
        problems(&["[commands.\"a b\"]\n[archive.\"-a\"]\n"]).len(),
        2
    );
}

#[test]
fn a_list_reports_each_of_its_entries() {
    let found = problems(&["[alerts]\nmail = [\"a\", \"b@x\", \"c\"]\n"]);
    assert_eq!(
        found,
        [
            "2:9 an entry of `mail` is a mail address: \"USER@HOST\" ()",
            "2:21 an entry of `mail` is a mail address: \"USER@HOST\" ()",
        ]
    );
    assert!(load(&["[alerts]\nmail = []\n"]).is_ok());
}

#[test]
fn what_a_section_must_have_is_asked_for() {
    assert_eq!(
        problems(&[
            "[commands.a]\n[webhook.b]\n[apprise.c]\n[[hook]]\n[[hook]]\non = \"poll-end\"\n"
        ]),
        [
            "1:11 [commands.a] has no `argv` (write a line such as `argv = [\"build\", \"--branch\", \"{branch}\"]`)",
            "2:10 [webhook.b] has no `url` (write a line such as `url = \"https://ci.example.org/hook\"`)",
            "3:10 [apprise.c] has no `urls` (write a line such as `urls = \"team.apprise\"`)",
            "4:1 [[hook]] has no `on` (write a line such as `on = \"action-dead\"`)",
            "4:1 [[hook]] has no `command` (write a line such as `command = [\"logger\", \"-t\", \"larch\"]`)",
            "5:1 [[hook]] has no `command` (write a line such as `command = [\"logger\", \"-t\", \"larch\"]`)",
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
    let error = Config::load(Path::new(""), std::slice::from_ref(&path)).unwrap_err();
    assert!(error.to_string().contains(":2:11"), "{error}");
    let error = Config::load(Path::new(""), &[dir.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains("cannot read"), "{error}");
}

#[test]
fn a_problem_is_shown_with_a_caret() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("=config.toml");
    put(&path, b"[delivery]\nretry_mim = \"1m\" # \xc3\xb6\n");
    let error = Config::load(Path::new(""), std::slice::from_ref(&path)).unwrap_err();
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
