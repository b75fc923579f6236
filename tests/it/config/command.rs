//! What `larch config` prints.

use crate::support::Sandbox;

const OWN: &str = "\
[delivery]
jobs = 2

[archive.\"jo@example.org--2026\"]
include = [\"*/hello--**\"]

[webhook.chat]
url = \"https://hooks.example.org/T0/S3CRET?x=S3CRET\"
headers = { Authorization = \"S3CRET\", X-Plain = \"told\" }

[mail]
transport = \"smtps://jo%40x:S3CRET@mail.example.org:2525/me\"
templates = \"letters\"

[[hook]]
on = \"poll-end\"
match = [\"a/*\", \"b/*\"]
command = [\"own\"]
";

const SHARED: &str = "\
[delivery]
jobs = 9
timeout = \"90s\"

[[hook]]
on = \"poll-start\"
command = [\"shared\"]
";

/// A notification directory `n` with settings of its own over shared ones.
fn layered() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("n/=config.toml", OWN);
    sandbox.chmod("n/=config.toml", 0o600);
    sandbox.write(".config/larch/config.toml", SHARED);
    sandbox
}

fn config(sandbox: &Sandbox, arguments: &[&str]) -> String {
    sandbox
        .larch(["config"].iter().chain(arguments))
        .env("XDG_CONFIG_HOME", sandbox.path(".config"))
        .any_stdout()
        .ok()
        .stdout
}

#[test]
fn each_setting_is_shown_with_where_it_is_set() {
    let sandbox = layered();
    let own = sandbox.path("n/=config.toml").display().to_string();
    let shared = sandbox
        .path(".config/larch/config.toml")
        .display()
        .to_string();
    let templates = sandbox.path("n/letters").display().to_string();
    let printed = config(&sandbox, &["n"]);
    for line in [
        format!("jobs = 2               # {own}:2\n"),
        format!("timeout = \"90s\"        # {shared}:3\n"),
        "retry_min = \"1m\"       # default\n".to_owned(),
        "[archive.\"jo@example.org--2026\"]\n# first is not set: as in `[rules]`\n".to_owned(),
        format!("transport = \"smtps://jo%40x:***@mail.example.org:2525/me\"  # {own}:12\n"),
        format!("templates = \"{templates}\"  # {own}:13\n"),
        "url = \"https://hooks.example.org/***\" ".to_owned(),
        "headers = { Authorization = \"***\", X-Plain = \"told\" }  # ".to_owned(),
        "[[hook]]\non = \"poll-start\"".to_owned(),
        "match = [\"a/*\", \"b/*\"]".to_owned(),
        "[syslog]\nsocket = \"/dev/log\"  # default\n".to_owned(),
    ] {
        assert!(printed.contains(&line), "{line}\n{printed}");
    }
    assert!(!printed.contains("S3CRET"), "{printed}");
    assert!(!printed.contains("[commands"), "{printed}");
    // Those of the weaker file come first, as they are run.
    assert!(
        printed.find("\"shared\"") < printed.find("\"own\""),
        "{printed}"
    );
}

#[test]
fn what_is_shown_can_be_written_back() {
    let sandbox = layered();
    let printed = config(&sandbox, &["n"]).replace("***", "x");
    sandbox.write("m/=config.toml", &printed);
    sandbox.chmod("m/=config.toml", 0o600);
    let again = sandbox.larch(["config", "m"]).any_stdout().ok().stdout;
    let values = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .map(|line| line.split("  # ").next().unwrap_or_default());
        lines.map(|line| line.trim_end().to_owned()).collect()
    };
    assert_eq!(
        values(
            &printed
                .replace(":x@", ":***@")
                .replace("org/x", "org/***")
                .replace("\"x\"", "\"***\"")
        ),
        values(&again)
    );
}

#[test]
fn only_what_is_set_is_shown_on_demand() {
    let sandbox = layered();
    let printed = config(&sandbox, &["n", "--no-defaults"]);
    assert!(!printed.contains("default"), "{printed}");
    assert!(!printed.contains("[rules]"), "{printed}");
    assert!(
        printed.starts_with("[delivery]\njobs = 2         # "),
        "{printed}"
    );
    assert_eq!(printed.matches("[[hook]]").count(), 2);
    let nothing = Sandbox::new();
    nothing.larch(["config", "--no-defaults"]).ok();
}

#[test]
fn without_a_directory_the_shared_settings_are_shown() {
    let sandbox = layered();
    let printed = config(&sandbox, &["--no-defaults"]);
    assert!(
        printed.starts_with("[delivery]\njobs = 9         # "),
        "{printed}"
    );
    assert!(!printed.contains("own"), "{printed}");
}

#[test]
fn programs_get_an_object_for_each_setting() {
    let sandbox = layered();
    let printed = config(&sandbox, &["n", "--json"]);
    let settings: Vec<serde_json::Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let find = |section: &str, key: &str, name: Option<&str>, number: Option<u64>| {
        let found = settings.iter().find(|one| {
            one["section"] == section
                && one["key"] == key
                && one["name"].as_str() == name
                && one["number"].as_u64() == number
        });
        found.unwrap_or_else(|| panic!("{section} {key}: {printed}"))
    };
    let jobs = find("delivery", "jobs", None, None);
    assert_eq!((&jobs["value"], &jobs["line"]), (&2.into(), &2.into()));
    let file = sandbox.path("n/=config.toml");
    assert_eq!(jobs["file"], *file.to_string_lossy());
    let max_items = find("delivery", "max_items", None, None);
    assert_eq!(max_items["value"], 10_000);
    assert!(max_items["file"].is_null() && max_items["line"].is_null());
    let include = find("archive", "include", Some("jo@example.org--2026"), None);
    assert_eq!(include["value"][0], "*/hello--**");
    assert!(find("archive", "exclude", Some("jo@example.org--2026"), None)["value"].is_null());
    assert_eq!(find("hook", "command", None, Some(2))["value"][0], "own");
    let headers = &find("webhook", "headers", Some("chat"), None)["value"];
    assert_eq!(headers["Authorization"], "***");
    assert!(!printed.contains("S3CRET"), "{printed}");
}

#[test]
fn wrong_settings_are_the_errors_of_a_poll() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=config.toml", "[delivry]\n[delivery]\njob = 2\n");
    for arguments in [
        vec!["config", "n"],
        vec!["config", "n", "--json"],
        vec!["notify", "n"],
    ] {
        sandbox
            .larch(arguments)
            .stderr_has("error: there is no section `delivry`")
            .stderr_has("n/=config.toml:3:1")
            .stderr_has("= help: did you mean `jobs`?")
            .code(78);
    }
}

#[test]
fn a_directory_that_is_none_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "");
    for (wrong, way_out) in [
        ("none", "larch init"),
        ("file", "name the directory that it is in"),
    ] {
        sandbox
            .larch(["config", wrong])
            .stderr_has(format!(
                "error: cannot use {wrong} as a notification directory"
            ))
            .stderr_has(way_out)
            .code(1);
    }
    sandbox
        .larch(["config", "n", "--reference"])
        .stderr_has("cannot be used with")
        .code(2);
}

#[test]
fn a_name_that_acts_on_a_terminal_is_shown_and_not_obeyed() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "n\u{1b}]0;x\u{7}/=config.toml",
        "[mail]\nlist_id = \"a\u{202e}b\"\n",
    );
    let printed = config(&sandbox, &["n\u{1b}]0;x\u{7}"]);
    assert!(
        !printed.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{printed:?}"
    );
}
