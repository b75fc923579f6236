//! Mails about GNU Arch archives.

use super::Gallery;
use crate::support::{Arch, Layout, Sandbox};

/// A patch log as tla writes it.
fn log(summary: &str, body: &str) -> String {
    format!(
        "Revision: hello--main--1.0--patch-1\nArchive: jo@example.org--2026\n\
         Creator: Jo Tester <jo@example.org>\nDate: Thu Apr  7 22:13:13 UTC 2005\n\
         Standard-date: 2005-04-07 22:13:13 GMT\n\
         New-files: src/.arch-ids/lid.c.id src/lid.c\nModified-files: src/kettle.c\n\
         Summary: {summary}\nKeywords: \n\n{body}\n"
    )
}

#[test]
fn what_happens_in_an_archive_reads_well() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    for version in ["hello--main--1.0", "hello--main--2.0", "nob--1.0"] {
        arch.setup(version);
    }
    let place = |version: &str, level: &str, text: &str| arch.place(version, level, Some(text));
    let main = "hello--main--1.0";
    place(main, "base-0", &log("Start", ""));
    let fix = place(
        main,
        "patch-1",
        &log("Fix the lid", "It did not close.\n\n  * src/lid.c: new\n"),
    );
    place("nob--1.0", "base-0", &log("A kettle without a branch", ""));
    let hostile = place(
        main,
        "patch-2",
        &log(
            "a\0b\rc\u{202e}\n\tfolded \u{1b}[2J",
            "NUL \0, CR \r, \u{2066} and\n.\nFrom x\n",
        ),
    );
    let undated = place(
        main,
        "patch-3",
        "Creator: J\nDate: yesterday\n\nno summary\n",
    );
    let future = log("From the future", "").replace("2005-04-07", "2505-04-07");
    let future = place(main, "patch-4", &future);
    let mut gallery = Gallery::new(&sandbox);
    let each = ["--action", "mail-each-revision"];
    let qualified = |package: &str| arch.qualified(package);
    gallery.hang("arch-category", &[qualified("hello")]);
    gallery.hang(
        "arch-categories",
        &[&arch.name, "--action", "mail-new-categories"],
    );
    gallery.hang("arch-branch", &[qualified("hello--main")]);
    gallery.hang("arch-branchless", &[format!("branch:{}", qualified("nob"))]);
    gallery.hang(
        "arch-versions",
        &[&qualified("hello--main"), "--action", "mail-new-versions"],
    );
    gallery.hang("arch-revision", &[&fix]);
    gallery.hang(
        "arch-revisions",
        &[&qualified(main), "--action", "mail-new-revisions"],
    );
    gallery.hang("arch-each", &[&fix, each[0], each[1]]);
    gallery.hang(
        "arch-each-branchless",
        &[&qualified("nob--1.0--base-0"), each[0], each[1]],
    );
    gallery.hang("arch-hostile", &[&hostile, each[0], each[1]]);
    gallery.hang("arch-undated", &[&undated, each[0], each[1]]);
    let dated = gallery.hang("arch-future", &[&future, each[0], each[1]]);
    assert!(!dated.header("Date").contains("2505"));
    gallery.hang(
        "arch-digest",
        &[&fix, &qualified("nob"), &hostile, "--digest"],
    );
    let gone = place(main, "patch-99", &log("Soon gone", ""));
    let rule = format!("{} noop:\n", qualified(main));
    sandbox.write("n/=rules.versions", rule);
    sandbox.poll().ok();
    std::fs::remove_dir_all(arch.version_dir(main).join("patch-99")).unwrap();
    gallery.hang("arch-gone", &[gone]);
    gallery.close();
}
