//! `apprise:NAME`, by the real program, which tells a server on the loopback.

use serde_json::Value;

use super::{MAIN, Watched, checked};
use crate::support::Sandbox;
use crate::webhook::Hooks;

/// A first commit that is owed to `apprise:chat`, with these settings beside the file of the URLs.
#[track_caller]
fn watched<'s>(sandbox: &'s Sandbox, urls: &str, settings: &str) -> Watched<'s> {
    let watched = Watched::new(sandbox, "apprise:chat");
    sandbox.write(
        "n/=config.toml",
        format!("[apprise.chat]\nurls = \"urls\"\n{settings}"),
    );
    sandbox.write("n/urls", urls);
    sandbox.chmod("n/urls", 0o600);
    watched
}

/// The title and the message of what came, as Apprise's JSON has them.
#[track_caller]
fn take(hooks: &Hooks) -> Vec<(String, String)> {
    let posts = hooks.take();
    let told = posts.iter().map(|post| {
        let body: Value = serde_json::from_str(post["body"].as_str().unwrap()).unwrap();
        let text = |key: &str| body[key].as_str().unwrap().to_owned();
        (text("title"), text("message"))
    });
    told.collect()
}

#[test]
fn services_are_told_in_short() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let watched = watched(&sandbox, &format!("json://{}/\n", hooks.host), "");
    let first = watched.first().rsplit("--").next().unwrap().to_owned();
    let hostile = watched.push("-t \u{202e}Gr\u{fc}\u{df}e\u{1b}[2J \u{1f98a}");
    let hostile = hostile.rsplit("--").next().unwrap().to_owned();
    // The locale of cron.
    sandbox.poll().env("LC_ALL", "C").ok();
    assert_eq!(
        take(&hooks),
        [(
            format!("2 new revisions in {MAIN}"),
            format!(
                "{first}: first (Jo <jo@example.org>)\n\
                 {hostile}: -t \\u{{202e}}Gr\u{fc}\u{df}e\\u{{1b}}[2J \u{1f98a} (Jo <jo@example.org>)"
            ),
        )]
    );
}

#[test]
fn templates_say_it_in_other_words_to_those_with_the_tags() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let urls = format!("ops=json://{0}/ops\ndev=json://{0}/dev\n", hooks.host);
    let settings = "tags = [\"dev\"]\ntitle = \"{{ items[0].summary }}\"\ntemplate = \"text\"\nper = \"item\"\n";
    let watched = watched(&sandbox, &urls, settings);
    sandbox.write(
        "n/text",
        "{% for item in items %}{{ item.author }}{% endfor %}\n",
    );
    watched.push("--config=/etc/passwd {{ 1 }}");
    sandbox.poll().ok();
    let told = take(&hooks);
    let author = "Jo <jo@example.org>".to_owned();
    assert_eq!(
        told,
        [
            ("first".to_owned(), author.clone()),
            ("--config=/etc/passwd {{ 1 }}".to_owned(), author)
        ]
    );
}

#[test]
fn what_is_not_told_waits_and_no_secret_is_shown() {
    for (urls, tags, said) in [
        (
            "json://jo:s3cret@HOST/s3cret\n",
            "",
            "apprise could not tell one of the services; those that it told hear it again",
        ),
        (
            "jsn//jo:s3cret@h\nbad s3cret://s3cret s3cret\n",
            "",
            "apprise understands no URL in ",
        ),
        (
            "a=json://jo:s3cret@HOST/\n",
            "tags = [\"b\", \"c\"]\n",
            "apprise finds no service with the tags b or c in ",
        ),
        ("# none\n", "", "apprise understands no URL in "),
    ] {
        let sandbox = Sandbox::new();
        let hooks = Hooks::new(&sandbox);
        hooks.behave(&sandbox, "answer(500, 'oops')");
        watched(&sandbox, &urls.replace("HOST", &hooks.host), tags);
        let ended = sandbox
            .poll()
            .stderr_has(said)
            .stderr_has("it is tried again after")
            .code(1);
        assert!(!ended.stderr.contains("s3cret"), "{}", ended.stderr);
        hooks.take();
        hooks.behave(&sandbox, "answer(200)");
        sandbox.write("n/urls", format!("b=json://{}\n", hooks.host));
        sandbox.poll().clock_ahead(600).any_stderr().ok();
        assert_eq!(take(&hooks).len(), 1);
    }
}

#[test]
fn check_says_what_is_wrong_with_a_channel() {
    let sandbox = Sandbox::new();
    watched(&sandbox, "json://h\n", "");
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
    sandbox.chmod("n/urls", 0o640);
    assert!(
        checked(&sandbox).ends_with("others than its owner may use it (mode 640); `chmod 600` it")
    );
    sandbox.write("n/=config.toml", "[apprise.chat]\nurls = \"no\"\n");
    assert!(checked(&sandbox).starts_with("apprise:chat: [apprise.chat]: cannot read "));
    sandbox
        .larch(["check", "n"])
        .env("PATH", sandbox.path("bin"))
        .stdout_has("chat and push services are told by the program apprise, which is not on the PATH or in LARCH_EXEC_PATH")
        .code(1);
}
