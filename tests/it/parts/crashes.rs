//! Polls that are killed while they divide and tell.

use std::collections::BTreeMap;

use super::{HOUR, behave, take_sent, watch};
use crate::support::Sandbox;

/// Kills a poll at a point, the n-th time that it is passed. Returns whether it died, and how often
/// each message was sent when all is told.
fn recover_from(point: &str, pass: usize) -> (bool, BTreeMap<String, usize>) {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-each-revision:al@x.org,bo@x.org");
    arch.commit("c--b--1");
    let crash = format!("{point}:{pass}");
    let poll = sandbox
        .poll()
        .args(["--jobs", "1"])
        .env("LARCH_TEST_CRASH", &crash);
    let died = poll.any_stderr().output().code().is_none();
    sandbox.poll().clock_ahead(60).any_stderr().ok();
    let mut counts = BTreeMap::new();
    for sent in take_sent(&sandbox) {
        *counts.entry(sent).or_default() += 1;
    }
    assert_eq!(sandbox.read("home/clash"), "", "{crash}");
    sandbox.poll().clock_ahead(HOUR).ok();
    assert_eq!(take_sent(&sandbox), [""; 0], "{crash}");
    (died, counts)
}

#[test]
fn a_kill_while_a_delivery_is_divided_and_told_loses_and_repeats_none_but_one() {
    for point in [
        "before-divide",
        "after-divide",
        "before-claim",
        "after-claim",
        "after-start",
        "after-action",
        "after-settle",
    ] {
        let mut died = 0;
        for pass in [1, 3] {
            let (has_died, counts) = recover_from(point, pass);
            died += usize::from(has_died);
            assert_eq!(counts.len(), 4, "{point}:{pass}: {counts:?}");
            let repeated: usize = counts.values().map(|times| times - 1).sum();
            let may_repeat = has_died && ["after-start", "after-action"].contains(&point);
            assert!(
                repeated <= usize::from(may_repeat),
                "{point}:{pass}: {counts:?}"
            );
        }
        assert!(died > 0, "no poll came to {point}");
    }
}

#[test]
fn whatever_fails_or_dies_every_address_hears_of_every_revision() {
    let sandbox = Sandbox::new();
    let addresses = ["al@x.org", "bo@x.org", "cy@x.org"];
    let action = format!("mail-each-revision:{}", addresses.join(","));
    let arch = watch(&sandbox, &action);
    // Fails by the numbers, each address in its own way.
    behave(
        &sandbox,
        "echo >>\"$HOME/n.$to\"; n=$(wc -l <\"$HOME/n.$to\")\n\
         case $to in al*) k=2;; bo*) k=3;; *) k=5;; esac\n\
         [ $((n % k)) = 1 ] && exit 75",
    );
    let points = [
        "after-claim:2",
        "after-settle:3",
        "",
        "after-divide:1",
        "after-action:1",
        "",
    ];
    for (round, point) in (1..).zip(points) {
        arch.commit("c--b--1");
        let poll = sandbox.poll().env("LARCH_TEST_CRASH", point);
        poll.clock_ahead(round * HOUR).any_stderr().output();
    }
    for round in 10..40 {
        sandbox
            .poll()
            .clock_ahead(round * HOUR)
            .any_stderr()
            .output();
    }
    let sent = take_sent(&sandbox);
    let mut repeated = 0;
    for address in addresses {
        for level in [
            "base-0", "patch-1", "patch-2", "patch-3", "patch-4", "patch-5", "patch-6",
        ] {
            let line = format!("{address} {level}");
            let times = sent.iter().filter(|sent| **sent == line).count();
            assert!(times > 0, "{line} in {sent:?}");
            repeated += times - 1;
        }
    }
    // As many as run at once, when a poll was killed after one had succeeded.
    assert!(repeated <= 4, "{sent:?}");
}
