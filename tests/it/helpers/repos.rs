//! `larch-archive-repos`: lists of repositories, each of which larch reads itself.

use std::sync::Mutex;

use super::{install, register, told};
use crate::support::{Repo, Sandbox, Server, serve_asked, status, whole};

/// An answer with a header more.
fn page(text: &str, header: &str) -> Vec<u8> {
    let answer = String::from_utf8(whole(text)).unwrap();
    let answer = answer.replacen("\r\n", &format!("\r\n{header}\r\n"), 1);
    answer.into_bytes()
}

/// Repositories by these names, served over HTTP.
fn served<'a>(sandbox: &'a Sandbox, names: &[&str]) -> (Vec<Repo<'a>>, Server) {
    let repositories = names.iter().map(|name| Repo::new(sandbox, name)).collect();
    (repositories, Server::http(sandbox))
}

fn list_says(sandbox: &Sandbox, address: &str, said: &str) {
    register(sandbox, "repos", address);
    sandbox.larch(["categories", "x"]).stderr_has(said).code(1);
}

#[test]
fn one_line_follows_all_repositories_of_a_forge() {
    let sandbox = Sandbox::new();
    let (repositories, git) = served(&sandbox, &["tea", "milk", "old"]);
    let entry = |name: &str, more: &str| {
        format!(
            r#"{{"full_name":"shop/{name}","clone_url":"http://{}/{name}.git"{more}}}"#,
            git.host
        )
    };
    let first = format!(
        "[{},{}]",
        entry("tea", ""),
        entry("old", r#","archived":true"#)
    );
    let second = format!("[{}]", entry("milk", r#","archived":false"#));
    let forge = serve_asked(move |head| match head.split(' ').nth(1) {
        _ if !head.contains("\r\nAuthorization: Bearer sesame\r\n") => {
            Some(status("401 Unauthorized", ""))
        }
        Some("/orgs/shop/repos?page=1") => Some(page(
            &first,
            r#"Link: </orgs/shop/repos?page=2>; rel="next", <x>; rel="last""#,
        )),
        Some("/orgs/shop/repos?page=2") => Some(page(&second, r#"Link: <x>; rel="first""#)),
        _ => Some(status("404 Not Found", "")),
    });
    sandbox.write("token", "sesame\n");
    let address = format!("http://{forge}/orgs/shop/repos?page=1");
    let token = sandbox.path("token");
    install(
        &sandbox,
        "repos",
        &format!("{address}#skip=archived&token-file={}", token.display()),
    );
    let commit = |at: usize| repositories[at].git(["rev-parse", "HEAD"]);
    let mut expected = vec![
        format!("revision x/shop/tea--heads--main--{}", commit(0)),
        format!("revision x/shop/milk--heads--main--{}", commit(1)),
    ];
    for name in ["tea", "milk"] {
        expected.push(format!("category x/shop/{name}"));
        expected.push(format!("branch x/shop/{name}--heads"));
        expected.push(format!("version x/shop/{name}--heads--main"));
    }
    expected.sort();
    let mut found = told(&sandbox);
    found.retain(|each| !each.ends_with("--tags"));
    assert_eq!(found, expected);
    assert_eq!(told(&sandbox), [""; 0]);
    let new = repositories[1].commit("Add cream");
    repositories[1].push();
    assert_eq!(
        told(&sandbox),
        [format!("revision x/shop/milk--heads--main--{new}")]
    );
    sandbox
        .larch([
            "cat-archive-log",
            &format!("x/shop/milk--heads--main--{new}"),
        ])
        .stdout_has("Add cream")
        .ok();
    list_says(&sandbox, &address, "401 Unauthorized");
    list_says(&sandbox, &format!("http://{forge}/nowhere"), "/nowhere: 40");
}

#[test]
fn a_repository_that_fails_does_not_hold_up_the_others() {
    let sandbox = Sandbox::new();
    let (_repositories, git) = served(&sandbox, &["tea"]);
    sandbox.write(
        "list",
        format!(
            "# ours\n\nhttp://127.0.0.1:1/a.git\nhttp://127.0.0.1:1/b.git\ngreen tea http://{0}/tea.git\n\
             http://{0}/gone.git\n",
            git.host
        ),
    );
    install(&sandbox, "repos", sandbox.path("list").to_str().unwrap());
    sandbox.poll().stderr_has("127.0.0.1:1: ").code(1);
    let mut told = sandbox.take_told();
    told.sort();
    assert_eq!(
        told[..3],
        [
            "branch x/green%20tea--heads",
            "category x/a",
            "category x/b"
        ]
    );
    assert!(
        told.iter()
            .any(|each| each.starts_with("revision x/green%20tea--heads--main--"))
    );
}

#[test]
fn a_program_or_a_file_may_list_what_is_on_this_machine() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "tea and milk");
    let path = sandbox.path("served/tea and milk.git");
    sandbox.write(
        "list",
        format!("tea {}\n", path.to_str().unwrap().replace(' ', "%20")),
    );
    let program = sandbox.program(
        "list-them",
        &format!(
            "#!/bin/sh\necho '[{{\"name\":\"tea\",\"ssh\":{{\"url\":\"file://{}\"}}}}]'",
            path.display()
        ),
    );
    install(
        &sandbox,
        "repos",
        &format!("{}#location=ssh.url", program.display()),
    );
    assert!(told(&sandbox).contains(&"version x/tea--heads--main".to_owned()));
    sandbox.program("list-them", "#!/bin/sh\necho 'not today' >&2; exit 3");
    sandbox
        .poll()
        .stderr_has("list-them ended with 3: not today")
        .code(1);
    // What is on the web may not.
    let forge = serve_asked(|_| Some(whole("/etc/x\n")));
    list_says(
        &sandbox,
        &format!("http://{forge}/"),
        "is on this machine, and its list is not",
    );
}

#[test]
fn what_is_no_list_is_said() {
    let sandbox = Sandbox::new();
    install(&sandbox, "repos", "x");
    let seen = Mutex::new(0);
    let forge = serve_asked(move |head| {
        Some(match head.split(' ').nth(1).unwrap() {
            "/broken" => whole("[{\"name\":"),
            "/object" => whole("{\"message\":\"hello\"}"),
            "/nameless" => whole("[{\"id\":1}]"),
            "/elsewhere" => page("[]", "Link: <http://127.0.0.2/x>; rel=next"),
            "/twice" => whole("a http://h/1\na http://h/2\n"),
            "/unsafe" => whole("a ext::sh\n"),
            "/circle" => page("[]", "Link: </circle>; rel=next"),
            _ => {
                let mut seen = seen.lock().unwrap();
                *seen += 1;
                page("[]", &format!("Link: </endless{seen}>; rel=next"))
            }
        })
    });
    for (path, said) in [
        ("/broken", "this is no list"),
        ("/object", "there is no list in what is listed"),
        (
            "/nameless",
            "a repository has no name or no location: {\"id\": 1}",
        ),
        (
            "/elsewhere",
            "the list goes on at http://127.0.0.2/x, on another server",
        ),
        ("/twice", "a is both http://h/1 and http://h/2"),
        (
            "/unsafe",
            "it listed `a` at \"git:ext::sh\", which may not be read",
        ),
        ("/circle", "/circle does not lead to an end"),
        ("/endless", "does not lead to an end"),
        ("/circle#nam=x", "there is no option nam"),
        (
            "/circle#token-file=/nowhere",
            "there is no token in /nowhere",
        ),
    ] {
        list_says(&sandbox, &format!("http://{forge}{path}"), said);
    }
    list_says(
        &sandbox,
        "ftp://x",
        "neither an absolute path nor a URL of http or https",
    );
    list_says(&sandbox, "http://127.0.0.1:1/x", "Connection refused");
    list_says(&sandbox, "/nowhere", "/nowhere: No such file or directory");
}
