//! What a server answers, and what follows.

use std::fs;

use walkdir::WalkDir;

use super::{Hooks, behaving, body, reported, watched};
use crate::support::Sandbox;

/// Polls after each of these answers, and compares the end of what is reported, and what is said there.
#[track_caller]
fn polled(cases: &[(&str, &str)], end: &str, said: &str) {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let answers: Vec<&str> = cases.iter().map(|(answer, _)| *answer).collect();
    behaving(&sandbox, &hooks, &answers, "");
    let reports = reported(&sandbox, &hooks, cases.len());
    for ((answer, words), report) in cases.iter().zip(reports) {
        assert!(
            report.contains(&format!("{said}{words}")),
            "{answer}: {report}"
        );
        assert!(report.contains(end), "{answer}: {report}");
    }
    assert_eq!(hooks.take().len(), cases.len());
    for entry in WalkDir::new(sandbox.path("n/+state")) {
        let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(5).any(|part| part == b"T0KEN"));
    }
}

#[test]
fn what_will_never_be_taken_is_dead_with_the_servers_words() {
    let cases = [
        (
            "answer(404, 'no_service\\nmore')",
            "HOST answered 404 Not Found: no_service\n",
        ),
        (
            "answer(403, f'\\n  Cannot POST {path} \\x1b[2J')",
            "HOST answered 403 Forbidden: Cannot POST … \\u{1b}[2J\n",
        ),
        (
            "answer(410, '<html>gone</html>')",
            "HOST answered 410 Gone\n",
        ),
        ("answer(400)", "HOST answered 400 Bad Request\n"),
        ("answer(499)", "HOST answered 499\n"),
        ("answer(304)", "HOST answered 304 Not Modified\n"),
        (
            "answer(302, Location='https://u:p@else.example.org/x?k3y')",
            "HOST answered 302 Found, a redirection to the host `else.example.org` that is not followed: ",
        ),
        (
            "answer(308, Location='//127.0.0.1:1/x')",
            "HOST answered 308 Permanent Redirect, a redirection to the host `127.0.0.1:1` that is not followed: ",
        ),
        (
            "answer(301, Location='/other')",
            "HOST answered 301 Moved Permanently, a redirection on the same host that is not followed: ",
        ),
    ];
    polled(&cases, "gave up webhook:c", "refused for good: ");
}

#[test]
fn what_may_be_taken_later_waits() {
    let cases = [
        (
            "answer(500, 'oops')",
            "HOST answered 500 Internal Server Error: oops\n",
        ),
        ("answer(599)", "HOST answered 599\n"),
        ("answer(408)", "HOST answered 408 Request Timeout\n"),
        ("answer(425)", "HOST answered 425 Too Early\n"),
        (
            "answer(429, 'slow down')",
            "HOST answered 429 Too Many Requests: slow down\n",
        ),
        (
            "answer(503, Retry_After='7200')",
            "HOST answered 503 Service Unavailable (it asks for 2h)\n",
        ),
    ];
    polled(&cases, "it is tried again after", "failed: ");
}

#[test]
fn what_waits_is_posted_again_with_the_same_id() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(&sandbox, "answer(500)");
    watched(&sandbox, &hooks, "/", "");
    sandbox.poll().any_stderr().code(1);
    hooks.behave(&sandbox, "answer(202)");
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    let posts = hooks.take();
    let [first, second] = &posts[..] else {
        panic!("{posts:?}");
    };
    assert_eq!(body(first)["delivery"], body(second)["delivery"]);
    assert_eq!(second["headers"]["x-larch-attempt"], "2");
    assert_eq!(body(second)["attempt"], 2);
}

#[test]
fn a_post_is_repeated_on_the_same_host_where_the_server_says_so() {
    for status in [307, 308] {
        let sandbox = Sandbox::new();
        let hooks = Hooks::new(&sandbox);
        hooks.behave(
            &sandbox,
            &format!("answer(200) if path == '/new' else answer({status}, Location='/new')"),
        );
        watched(&sandbox, &hooks, "/old", "");
        sandbox.poll().ok();
        let posts = hooks.take();
        let paths: Vec<&str> = posts
            .iter()
            .map(|post| post["path"].as_str().unwrap())
            .collect();
        assert_eq!(paths, ["/old", "/new"]);
        assert_eq!(posts[0]["body"], posts[1]["body"]);
    }
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(&sandbox, "answer(307, Location=path)");
    watched(&sandbox, &hooks, "/round", "");
    sandbox
        .poll()
        .stderr_has(format!("{} redirects again and again", hooks.host))
        .code(1);
}

#[test]
fn what_is_kept_of_an_answer_can_be_read() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(&sandbox, "answer(422, 'first line\\nsecond line')");
    let watched = watched(&sandbox, &hooks, "/", "");
    sandbox
        .poll()
        .stderr_has("    | 422 Unprocessable Entity\n    | first line\n    | second line\n")
        .code(1);
    hooks.behave(&sandbox, "answer(200, 'queued as 4711')");
    watched.push("second");
    sandbox.poll().any_stderr().output();
    assert_eq!(hooks.take().len(), 2);
}

#[test]
fn unordered_deliveries_do_not_hold_each_other_back() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(&sandbox, "answer(503)");
    let watched = watched(&sandbox, &hooks, "/", "ordered = false\n");
    sandbox.poll().any_stderr().code(1);
    hooks.behave(&sandbox, "answer(200)");
    let second = watched.push("second");
    sandbox.poll().any_stderr().output();
    let posts = hooks.take();
    assert_eq!(body(&posts[1])["items"][0]["name"], second);
}
