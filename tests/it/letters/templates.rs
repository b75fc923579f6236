//! Templates of one's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Gallery;
use super::stream::Stream;
use crate::support::{Sandbox, register};

/// A repository of one commit, and a directory for templates; returns the commit's name.
fn kettle(sandbox: &Sandbox) -> String {
    let mut stream = Stream::new();
    stream.commit(
        "refs/heads/main",
        "Whistle\n\nLoudly.",
        &[("f", Some(b"a\n"))],
    );
    let hash = stream.write(sandbox, "kettle").remove(0);
    register(
        sandbox,
        "served",
        &format!("git:{}", sandbox.path("served").display()),
    );
    sandbox.write("n/templates/readme", "");
    format!("served/kettle--heads--main--{hash}")
}

#[test]
fn a_template_stands_in_for_that_of_larch() {
    let sandbox = Sandbox::new();
    let commit = kettle(&sandbox);
    let mut gallery = Gallery::new(&sandbox);
    gallery.settings("templates = \"templates\"\n");
    sandbox.write(
        "n/templates/subject.txt",
        "{{ item.category }}: {{ item.summary | upper }}\r\nBcc: x\n",
    );
    sandbox.write("n/templates/footer.txt", "\n-- \nThe kettle's list\n");
    sandbox.write(
        "n/templates/revision.txt",
        "{% for file in item.files %}\n{{ file.change }} {{ file.path }}\n{% endfor %}\n\
         {% include \"larch/revision.txt\" %}",
    );
    let mail = gallery.hang(
        "own-templates",
        &[&commit, "--action", "mail-each-revision"],
    );
    assert_eq!(mail.header("Subject"), "kettle: WHISTLE Bcc: x");
    gallery.close();
}

#[test]
fn a_template_that_fails_is_named_with_its_line_and_the_mail_waits() {
    let sandbox = Sandbox::new();
    let commit = kettle(&sandbox);
    let gallery = Gallery::new(&sandbox);
    gallery.settings("templates = \"templates\"\n");
    sandbox.program("sendmail", "#!/bin/sh\ncat >\"$HOME/mail\"\n");
    sandbox.write(
        "n/=rules.versions",
        "served/kettle--heads--main mail-new-revisions:al@example.org\n",
    );
    for (text, said) in [
        ("\n{{ nonsense }}", "revisions.txt:2: undefined value"),
        ("{% if %}", "revisions.txt:1: syntax error"),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            "revisions.txt:1: it does not come to an end",
        ),
        ("{{ 'x' | shout }}", "revisions.txt:1: unknown filter"),
    ] {
        sandbox.write("n/templates/revisions.txt", text);
        sandbox
            .larch(["mail-preview", "n", &commit])
            .stderr_has(said)
            .code(1);
        sandbox.larch(["check", "n"]).stdout_has(said).code(1);
    }
    sandbox.poll().stderr_has("unknown filter").code(1);
    sandbox.write("n/templates/revisions.txt", "{{ item.summary }}\n");
    sandbox.larch(["check", "n"]).any_stdout().ok();
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    assert!(sandbox.read("home/mail").ends_with("\n\nWhistle\n"));
}

#[test]
fn larchs_own_templates_can_be_had_to_begin_with() {
    let sandbox = Sandbox::new();
    let commit = kettle(&sandbox);
    let gallery = Gallery::new(&sandbox);
    let arguments = ["mail-preview", "n", commit.as_str(), "--raw"];
    let own = sandbox.larch(arguments).any_stdout().ok().stdout;
    gallery.settings("templates = \"templates\"\n");
    for name in ["revision", "log.txt", "subject"] {
        let template = ["mail-preview", "--template", name];
        let text = sandbox.larch(template).any_stdout().ok().stdout;
        let file = name.trim_end_matches(".txt");
        sandbox.write(format!("n/templates/{file}.txt"), text);
    }
    let copied = sandbox.larch(arguments).any_stdout().ok().stdout;
    let dateless = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("Date: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(dateless(&own), dateless(&copied));
    sandbox
        .larch(["mail-preview", "--template", "nonsense"])
        .stderr_has("they are: subject, categories")
        .code(2);
}

/// The variables that the page names in the table below a line.
fn documented(line: &str) -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mail-messages.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once(line).unwrap();
    let rows = after.lines().skip_while(|row| !row.starts_with('|'));
    rows.take_while(|row| row.starts_with('|'))
        .skip(2)
        .flat_map(|row| row.split('|').nth(1).unwrap().split(','))
        .map(|word| word.trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn the_variables_are_those_of_the_manual() {
    let sandbox = Sandbox::new();
    let commit = kettle(&sandbox);
    let gallery = Gallery::new(&sandbox);
    gallery.settings("templates = \"templates\"\n");
    let of_all = documented("### Variables");
    assert!(of_all.len() > 10, "{of_all:?}");
    let each = of_all.iter().map(|name| format!("{{{{ {name} }}}}\n"));
    sandbox.write("n/templates/footer.txt", each.collect::<String>());
    sandbox.write("n/templates/revision.txt", "{{ item | tojson }}");
    sandbox.larch(["check", "n"]).stdout_has("n: ").code(1);
    let arguments = [
        "mail-preview",
        "n",
        &commit,
        "--action",
        "mail-each-revision",
    ];
    let shown = sandbox.larch(arguments).any_stdout().ok().stdout;
    let (_, item) = shown.split_once("\n\n").unwrap();
    let item: Value = serde_json::from_str(item).unwrap();
    let known: BTreeSet<String> = item.as_object().unwrap().keys().cloned().collect();
    assert_eq!(documented("An item has:"), known);
    sandbox.write("n/templates/revision.txt", "{% include 'footer.txt' %}");
    sandbox.larch(arguments).any_stdout().ok();
}
