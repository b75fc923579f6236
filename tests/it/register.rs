//! `larch register-archive`: what it finds at a location of each kind, and what it refuses.

use crate::support::{Repo, Sandbox, Server};

/// Serves a repository with one commit, on the branch `main` and as the tag `v1`.
#[track_caller]
fn serve<'s>(sandbox: &'s Sandbox, name: &str) -> Repo<'s> {
    let repo = Repo::new(sandbox, name);
    repo.git(["tag", "v1"]);
    repo.push();
    repo
}

#[test]
fn a_directory_of_repositories_is_counted() {
    let sandbox = Sandbox::new();
    serve(&sandbox, "kettle");
    serve(&sandbox, "team/teapot");
    let served = sandbox.path("served").display().to_string();
    sandbox
        .larch(["register-archive", "git:served"])
        .stdout(format!(
            "Registering archive: served\ngit repositories at {served}: 2 categories, 4 refs\n"
        ))
        .ok();
    sandbox
        .larch(["whereis-archive", "served"])
        .stdout(format!("git:{served}\n"))
        .ok();
    sandbox
        .larch(["categories", "served"])
        .stdout("kettle\nteam/teapot\n")
        .ok();
    sandbox
        .larch(["register-archive", "mine", "git:served/kettle.git"])
        .stdout(format!(
            "git repository at {served}/kettle.git: 1 category, 2 refs\n"
        ))
        .ok();
}

#[test]
fn a_repository_elsewhere_is_counted_and_nobody_sees_the_password() {
    let sandbox = Sandbox::new();
    serve(&sandbox, "kettle");
    let server = Server::http(&sandbox);
    let host = &server.host;
    sandbox
        .larch([
            "register-archive",
            &format!("git:http://jo:secret@{host}/kettle.git"),
        ])
        .stdout(format!(
            "Registering archive: kettle\n\
             git repository at http://{host}/kettle.git: 1 category, 2 refs\n"
        ))
        .ok();
    sandbox
        .larch(["register-archive", &format!("git:http://{host}/teapot.git")])
        .stderr_has("teapot")
        .stderr_has("hint: `larch register-archive --offline NAME LOCATION`")
        .code(1);
}

#[test]
fn a_repository_that_cannot_be_read_does_not_keep_out_the_others() {
    let sandbox = Sandbox::new();
    serve(&sandbox, "kettle");
    serve(&sandbox, "teapot");
    sandbox.write("served/teapot.git/packed-refs", "nonsense\n");
    sandbox
        .larch(["register-archive", "git:served"])
        .stdout_has(": 2 categories, 2 refs\n")
        .stderr_has("warning: served/teapot: ")
        .ok();
    // Alone it is all there is.
    sandbox
        .larch(["register-archive", "git:served/teapot.git"])
        .stderr_has("error: ")
        .stderr_has("packed-refs")
        .code(1);
}

#[test]
fn trees_and_helpers_tell_their_categories() {
    let sandbox = Sandbox::new();
    sandbox.write("pool/main/a/apt/apt_1.deb", "");
    sandbox
        .larch(["register-archive", "dir:pool"])
        .stdout(format!(
            "Registering archive: pool\ndirectory tree at {}: 1 category\n",
            sandbox.path("pool").display()
        ))
        .ok();
    sandbox
        .larch(["register-archive", "odd:here"])
        .stderr_has("larch-archive-odd")
        .code(1);
}

#[test]
fn what_suggests_no_name_needs_one() {
    let sandbox = Sandbox::new();
    serve(&sandbox, "a b");
    sandbox
        .larch(["register-archive", "git:served/a b.git"])
        .stderr_has("does not say its name")
        .stderr_has("hint: give one: `larch register-archive NAME 'git:served/a b.git'`")
        .code(1);
    sandbox
        .larch(["register-archive", "ab", "git:served/a b.git"])
        .stdout_has("1 category, 2 refs")
        .ok();
}
