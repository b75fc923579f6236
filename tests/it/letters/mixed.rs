//! Mails about plain trees, and about several archives at once.

use super::Gallery;
use super::stream::Stream;
use crate::support::{Sandbox, register};

#[test]
fn several_archives_are_told_in_one_mail() {
    let sandbox = Sandbox::new();
    let mut stream = Stream::new();
    for number in 1..=7 {
        stream.commit("refs/heads/main", format!("Change {number}"), &[]);
    }
    let hashes = stream.write(&sandbox, "kettle");
    register(
        &sandbox,
        "served",
        &format!("git:{}", sandbox.path("served").display()),
    );
    register(
        &sandbox,
        "pool",
        &format!("dir:{}", sandbox.path("pool").display()),
    );
    let upload = "pool/kettle/stable/1.0/kettle 1.0.tar";
    sandbox.write(upload, "content");
    let touch = ["-d", "2005-04-07T22:13:13Z", upload];
    sandbox.run("touch", touch).ok();
    let upload = "pool/kettle--stable--1.0--kettle%201.0.tar";
    let commits: Vec<String> = hashes
        .iter()
        .map(|hash| format!("served/kettle--heads--main--{hash}"))
        .collect();
    let mut gallery = Gallery::new(&sandbox);
    gallery.hang("dir-category", &["pool/kettle"]);
    gallery.hang("dir-upload", &[upload]);
    gallery.hang("dir-each", &[upload, "--action", "mail-each-revision"]);
    gallery.hang(
        "mixed-digest",
        &[
            &commits[0],
            upload,
            "served/kettle",
            &commits[1],
            "--digest",
        ],
    );
    let mut all: Vec<&str> = commits.iter().map(String::as_str).collect();
    all.extend(["pool/kettle", "--summary"]);
    gallery.hang("mixed-summary", &all);
    gallery.close();
}
