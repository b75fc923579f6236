//! What rules hand down, and what becomes of the files that people wrote.

use std::fs;

use crate::support::{Arch, Layout, Sandbox, snapshot};

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn lines_of_one_subject_and_action_tell_once_and_each_hands_down_its_own() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    let a = &arch.name;
    sandbox.write(
        "n/=rules.archives",
        format!(
            "{a} record:c record:b record:v record:r\n\
             {a} record:c record:b record:v record:r\n\
             {a} record:c record:b record:v2 record:r\n\
             {a} record:c2 record:b2 record:v record:r\n"
        ),
    );
    sandbox.poll().ok();
    assert_eq!(
        sorted(sandbox.take_told()),
        sorted(
            [
                "b @/c--b",
                "b2 @/c--b",
                "c @/c",
                "c2 @/c",
                "r @/c--b--1--base-0",
                "v @/c--b--1",
                "v2 @/c--b--1"
            ]
            .map(|told| told.replace('@', a))
            .to_vec()
        )
    );
    assert_eq!(
        sandbox.active_lines("n/=rules.categories"),
        [
            format!("{a}/c record:b record:v record:r"),
            format!("{a}/c record:b record:v2 record:r"),
            format!("{a}/c record:b2 record:v record:r"),
        ]
    );
    assert_eq!(
        sandbox.active_lines("n/=rules.branches"),
        [
            format!("{a}/c--b record:v record:r"),
            format!("{a}/c--b record:v2 record:r"),
        ]
    );
    assert_eq!(
        sandbox.active_lines("n/=rules.versions"),
        [format!("{a}/c--b--1 record:r")]
    );
}

#[test]
fn rules_of_each_level_work_by_themselves() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    arch.import("nob--1");
    let a = &arch.name;
    sandbox.write("n/=rules.versions", format!("{a}/nob--1\trecord:mine"));
    sandbox.write("n/=rules.branches", format!("{a}/c--b record:v record:r\n"));
    sandbox.write(
        "n/=rules.categories",
        format!("{a}/nob record:b noop: noop:\n"),
    );
    sandbox.poll().ok();
    assert_eq!(
        sorted(sandbox.take_told()),
        [
            format!("b {a}/nob"),
            format!("mine {a}/nob--1--base-0"),
            format!("r {a}/c--b--1--base-0"),
            format!("v {a}/c--b--1"),
        ]
    );
    assert!(!sandbox.path("n/=rules.archives").exists());
    assert_eq!(
        sandbox.rules("=rules.versions"),
        format!(
            "{a}/nob--1\trecord:mine\n\
             # added TIME for {a}/c--b\n\
             {a}/c--b--1 record:r\n\
             # added TIME for {a}/nob\n\
             {a}/nob--1 noop:\n"
        )
    );
}

#[test]
fn what_a_person_wrote_stays_byte_for_byte() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    arch.import("d--b--1");
    let a = &arch.name;
    let written = format!(
        "# what we follow, \u{fc}ber alles\r\n\r\n  \t{a}/c\trecord:mine   record:v  record:r  # odd\r\n\
         #{a}/d record:b record:v record:r"
    );
    sandbox.write("n/=rules.categories", &written);
    sandbox.write("n/=rules.branches", "");
    sandbox.write("n/=rules.versions", "# nothing yet");
    sandbox.write(
        "n/=rules.archives",
        format!("\t{a}   record:c\trecord:b record:v record:r\t\n\n\n"),
    );
    sandbox.chmod("n/=rules.categories", 0o640);
    let archives = sandbox.read("n/=rules.archives");
    sandbox.poll().ok();

    assert_eq!(sandbox.read("n/=rules.archives"), archives);
    // The line for d is commented out: nobody adds it again, and nothing below d is told.
    let now = sandbox.rules("=rules.categories");
    assert_eq!(
        now,
        format!("{written}\r\n# added TIME for {a}\r\n{a}/c record:b record:v record:r\r\n")
    );
    assert_eq!(
        sandbox.rules("=rules.versions"),
        format!("# nothing yet\n# added TIME for {a}/c--b\n{a}/c--b--1 record:r\n")
    );
    assert_eq!(
        sorted(sandbox.take_told()),
        sorted(
            [
                "c @/c",
                "c @/d",
                "mine @/c--b",
                "b @/c--b",
                "v @/c--b--1",
                "r @/c--b--1--base-0"
            ]
            .map(|told| told.replace('@', a))
            .to_vec()
        )
    );
    let mode = snapshot(&sandbox.path("n"))[&sandbox.path("n/=rules.categories")].0;
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_rules_file_behind_a_link_stays_where_it_is() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.write("elsewhere/categories", "# kept in version control\n");
    std::os::unix::fs::symlink(
        "../elsewhere/categories",
        sandbox.path("n/=rules.categories"),
    )
    .unwrap();
    sandbox.write("elsewhere/branches", "# has two names\n");
    fs::hard_link(
        sandbox.path("elsewhere/branches"),
        sandbox.path("n/=rules.branches"),
    )
    .unwrap();
    sandbox.poll().ok();
    assert!(sandbox.path("n/=rules.categories").is_symlink());
    for file in ["categories", "branches"] {
        let text = sandbox.read(format!("elsewhere/{file}"));
        assert_eq!(text, sandbox.read(format!("n/=rules.{file}")));
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
