//! What is posted.

use std::collections::HashSet;
use std::fs;

use serde_json::{Value, json};

use super::{Hooks, SECRET, body, watched};
use crate::actions::{MAIN, Watched};
use crate::support::Sandbox;

#[test]
fn a_delivery_is_posted_as_signed_json() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let settings = "secret_file = \"secret\"\nheaders = { X-Token = \"t\" }\n";
    let watched = watched(&sandbox, &hooks, "/hook?x=1", settings);
    sandbox.write("n/secret", format!("{SECRET}\n"));
    sandbox.chmod("n/secret", 0o600);
    let hostile = "a \u{202e}\u{1b}[2J \"q\" \\ \u{1f98a}";
    let names = [watched.first(), watched.push(hostile)];
    sandbox.poll().ok();
    let posts = hooks.take();
    let [post] = &posts[..] else {
        panic!("{posts:?}");
    };
    assert_eq!(post["signed"], true, "{post}");
    assert_eq!(post["path"], "/hook?x=1");
    let told = body(post);
    let id = &told["delivery"];
    let headers = &post["headers"];
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", concat!("larch/", env!("CARGO_PKG_VERSION"))),
        ("x-larch-attempt", "1"),
        ("x-larch-event", "revision"),
        ("x-token", "t"),
        ("host", &hooks.host),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(&headers["x-larch-delivery"], id);
    assert_eq!(&headers["idempotency-key"], id);
    let items = told["items"].as_array().unwrap();
    assert_eq!(
        told,
        json!({
            "version": 1, "delivery": id, "attempt": 1, "level": "revision", "subject": MAIN,
            "archive": "srv", "kind": "git", "items": items,
        })
    );
    assert_eq!(items.len(), 2);
    for (name, item) in names.iter().zip(items) {
        assert_eq!(item["name"], **name);
        assert_eq!(item["author"], "Jo <jo@example.org>");
    }
    assert_eq!(items[1]["summary"], hostile);
    // All is told: nothing is posted again.
    sandbox.poll().clock_ahead(600).ok();
    assert_eq!(hooks.take().len(), 0);
}

#[test]
fn a_url_is_a_webhook_without_settings() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let watched = Watched::new(&sandbox, &format!("webhook:{}", hooks.url("/h?a=b")));
    sandbox.poll().ok();
    let posts = hooks.take();
    assert_eq!(posts[0]["path"], "/h?a=b");
    assert_eq!(posts[0]["headers"].get("x-hub-signature-256"), None);
    assert_eq!(body(&posts[0])["items"][0]["name"], watched.first());
}

/// The first example in this language of the page about webhooks.
#[track_caller]
fn example(language: &str) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/webhooks.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_examples_of_the_manual_are_what_happens() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let watched = watched(&sandbox, &hooks, "/", "");
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    sandbox.poll().ok();
    let posted = body(&hooks.take()[0]);
    let documented: Value = serde_json::from_str(&example("json")).unwrap();
    assert_eq!(keys(&posted), keys(&documented));
    assert_eq!(keys(&posted["items"][0]), keys(&documented["items"][0]));
    sandbox.append("n/=config.toml", "template = \"chat.json\"\n");
    sandbox.write("n/chat.json", example("jinja"));
    watched.push("\"2\"");
    watched.push("3");
    sandbox.poll().ok();
    assert_eq!(
        body(&hooks.take()[0]),
        json!({"text": format!("2 new in {MAIN}"), "lines": ["\"2\"", "3"]})
    );
}

#[test]
fn a_template_makes_the_body() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let settings = "template = \"chat.json\"\ncontent_type = \"application/x-chat\"\n";
    let watched = watched(&sandbox, &hooks, "/", settings);
    sandbox.write(
        "n/chat.json",
        "{% for item in items %}\n{\"text\": {{ (item.author ~ \": \" ~ item.summary) | tojson }}}\n{% endfor %}\n",
    );
    watched.push("say \"hi\" {{ 7 * 7 }}");
    sandbox.poll().ok();
    let posts = hooks.take();
    assert_eq!(posts[0]["headers"]["content-type"], "application/x-chat");
    assert_eq!(
        posts[0]["body"],
        "{\"text\": \"Jo \\u003cjo@example.org\\u003e: first\"}\n\
         {\"text\": \"Jo \\u003cjo@example.org\\u003e: say \\\"hi\\\" {{ 7 * 7 }}\"}\n"
    );
    sandbox.write(
        "n/chat.json",
        "{% for item in items %}\n{{ item.sumary | tojson }}\n{% endfor %}\n",
    );
    watched.push("third");
    sandbox
        .poll()
        .stderr_has("n/chat.json:2: undefined value: `item.sumary` is undefined")
        .code(1);
    assert_eq!(hooks.take().len(), 0);
}

#[test]
fn each_item_can_be_posted_by_itself() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let watched = watched(&sandbox, &hooks, "/", "per = \"item\"\n");
    let names = [watched.first(), watched.push("2"), watched.push("3")];
    sandbox.poll().ok();
    let posts = hooks.take();
    let told: Vec<String> = posts
        .iter()
        .map(|post| {
            let told = body(post);
            assert_eq!(told["items"].as_array().unwrap().len(), 1);
            told["items"][0]["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(told, names);
    let id = |post: usize| posts[post]["headers"]["x-larch-delivery"].clone();
    assert_ne!(id(0), id(1));
    // One connection serves them all.
    assert!(
        posts.iter().all(|post| post["port"] == posts[0]["port"]),
        "{posts:?}"
    );
}

#[test]
fn https_is_trusted_by_the_system_alone() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::secure(&sandbox);
    Watched::new(&sandbox, &format!("webhook:https://{}/", hooks.host));
    sandbox
        .poll()
        .stderr_has(format!("{} ", hooks.host))
        .stderr_has("UnknownIssuer")
        .code(1);
    assert_eq!(hooks.take().len(), 0);
    sandbox
        .poll()
        .clock_ahead(600)
        .env("SSL_CERT_FILE", sandbox.path("tls/authority.pem"))
        .any_stderr()
        .ok();
    assert_eq!(hooks.take().len(), 1);
}

#[test]
fn no_proxy_is_asked_behind_the_callers_back() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    Watched::new(&sandbox, &format!("webhook:{}", hooks.url("/")));
    sandbox
        .poll()
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .ok();
    assert_eq!(hooks.take().len(), 1);
}

#[test]
fn many_rules_are_posted_side_by_side() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(&sandbox, "time.sleep(0.05)\nanswer(200)");
    watched(&sandbox, &hooks, "/", "[delivery]\njobs = 8\n");
    let rules: Vec<String> = (0..100)
        .map(|number| format!("{MAIN} webhook:{}\n", hooks.url(&format!("/{number}"))))
        .collect();
    sandbox.write("n/=rules.versions", rules.concat());
    let begun = std::time::Instant::now();
    sandbox.poll().ok();
    let took = begun.elapsed();
    let posts = hooks.take();
    let connections: HashSet<&Value> = posts.iter().map(|post| &post["port"]).collect();
    assert_eq!(posts.len(), 100);
    assert!(connections.len() <= 8, "{}", connections.len());
    // One after the other they would take five seconds.
    assert!(took.as_secs_f64() < 3.0, "{took:?}");
}

#[test]
fn check_says_what_is_wrong_with_a_webhook() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let said = |settings: &str, said: &str| {
        sandbox.write("n/=config.toml", settings);
        sandbox.chmod("n/=config.toml", 0o600);
        sandbox.larch(["check", "n"]).stdout_has(said).code(1);
    };
    watched(&sandbox, &hooks, "/", "");
    said("", "webhook:ci: the settings have no section [webhook.ci]");
    let url = "[webhook.ci]\nurl = \"http://h/secret\"\n";
    for name in ["Content-Type", "X-Larch-Delivery", "Host"] {
        said(
            &format!("{url}headers = {{ {name} = \"x\" }}\n"),
            &format!("webhook:ci: [webhook.ci]: larch sets the header `{name}` itself"),
        );
    }
    said(
        &format!("{url}secret_file = \"no\"\n"),
        "webhook:ci: [webhook.ci]: cannot read ",
    );
    sandbox.write("n/open", "x\n");
    sandbox.chmod("n/open", 0o644);
    said(
        &format!("{url}secret_file = \"open\"\n"),
        "others than its owner may use it (mode 644); `chmod 600` it",
    );
    said(
        &format!("{url}template = \"no\"\n"),
        "webhook:ci: [webhook.ci]: cannot read the template ",
    );
    sandbox.write("n/bad", "\n{% if %}\n");
    said(
        &format!("{url}template = \"bad\"\n"),
        "n/bad:2: syntax error",
    );
    sandbox.write(
        "n/bad",
        "{{ subject }}\n{% if items | length > 1 %}\n{{ items[0].nam }}\n{% endif %}\n",
    );
    said(
        &format!("{url}template = \"bad\"\n"),
        "webhook:ci: [webhook.ci]: ",
    );
    said(
        &format!("{url}template = \"bad\"\n"),
        "n/bad:3: undefined value: `items[0].nam` is undefined",
    );
    sandbox.write("n/bad", "{{ items[0].summary or items[0].name | shout }}\n");
    said(
        &format!("{url}template = \"bad\"\n"),
        "n/bad:1: unknown filter",
    );
    sandbox.write("n/=rules.versions", format!("{MAIN} webhook:ftp://h/x\n"));
    said(
        "",
        "webhook:ftp://h/x: the URL is no address such as https://example.org/hook",
    );
    sandbox.write(
        "n/=rules.versions",
        format!("{MAIN} webhook:http://jo:x@h/\n"),
    );
    said(
        "",
        "webhook:http://jo:x@h/: the URL has a password before its host; a section [webhook.NAME] of the \
         settings has `headers` for it, such as { Authorization = \"Basic …\" }",
    );
}
