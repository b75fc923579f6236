//! Polls beside tla, and what tla leaves lying about.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Raise;
use crate::support::{Arch, Layout, Sandbox, rounds, say};

#[test]
fn polls_that_race_tla_tell_no_half_revision() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        // What is told of must be whole for tla at that moment.
        sandbox.behave(
            r#"[ "$LARCH_LEVEL" != revision ] || for name; do
    tla cat-archive-log "$name" | grep -q '^Standard-date: ' || echo "$name" >>"$sandbox/half"
done"#,
        );
        let arch = Arch::new(&sandbox, layout);
        let rules = format!("{} record:c record:b record:v record:r\n", arch.name);
        sandbox.write("n/=rules.archives", rules);
        let done = AtomicBool::new(false);
        let mut expected = Vec::new();
        std::thread::scope(|scope| {
            let poller = scope.spawn(|| {
                let mut polls = 0;
                while !done.load(Ordering::Relaxed) {
                    sandbox.poll().ok();
                    polls += 1;
                }
                polls
            });
            let ended = Raise(&done);
            for version in ["hello--main--1.0", "hello--dev--1.0", "nob--1.0"] {
                expected.push(arch.import(version));
                for _ in 0..rounds(6).min(100) {
                    expected.push(arch.commit(version));
                }
            }
            drop(ended);
            say(&format!("{} polls", poller.join().unwrap()));
        });
        sandbox.poll().ok();
        assert_eq!(sandbox.read("half"), "");
        let told: Vec<String> = sandbox.take_told();
        let revisions: Vec<&str> = told
            .iter()
            .filter_map(|told| told.strip_prefix("r "))
            .collect();
        let distinct: BTreeSet<&str> = revisions.iter().copied().collect();
        assert_eq!(revisions.len(), distinct.len(), "told twice");
        assert_eq!(distinct, expected.iter().map(String::as_str).collect());
    }
}

#[test]
fn locks_and_left_overs_are_never_told() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        let rules = format!("{} record:c record:b record:v record:r\n", arch.name);
        sandbox.write("n/=rules.archives", rules);
        let first = arch.import("hello--main--1.0");
        let directory = arch.version_dir("hello--main--1.0");
        sandbox.poll().ok();
        sandbox.take_told();
        let next = first.replace("base-0", "patch-1");
        sandbox.tla(["lock-revision", &next]);
        sandbox.poll().ok();
        sandbox.tla(["lock-revision", "-u", &next]);
        sandbox.poll().ok();
        // A commit that was killed holds its whole revision in the lock.
        let held = directory.join("++revision-lock-held--patch-1--jo--1/+contents");
        fs::create_dir_all(&held).unwrap();
        sandbox.write(held.join("log"), "Revision: x\n\n");
        for left_over in [
            ",,new-branch.1.2.3.4",
            ",,upload-tmp.1.2.3",
            "++revision-lock-broken--base-0",
            "=README",
        ] {
            for above in [&arch.location, &directory] {
                sandbox.write(above.join(left_over).join("base-0/log"), "x");
            }
        }
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
        assert_eq!(
            sandbox.active_lines("n/=rules.versions"),
            [format!("{}/hello--main--1.0 record:r", arch.name)]
        );
        let second = arch.commit("hello--main--1.0");
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told(), [format!("r {second}")]);
    }
}
