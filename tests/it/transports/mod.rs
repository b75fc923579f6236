//! Random failures of every way by which larch tells things: over enough polls each action tells each
//! address each item, and again only where the answer that it was told was lost.

mod archive;
mod fates;
mod judge;
mod polls;
mod receipts;
mod receivers;

use std::time::Instant;

use crate::support::{Dice, Sandbox, check_database, check_rules, rounds, say};
use archive::Grown;
use polls::Polls;
use receivers::Receivers;

/// How many polls there are before all must be well again.
const POLLS: usize = 30;

/// What may happen in a walk beside failures that the sender hears of.
#[derive(Clone, Copy, Debug)]
struct Harm {
    /// Answers that something was taken are lost.
    losses: bool,
    /// Polls are ended before they have done their work.
    kills: bool,
}

#[test]
fn failures_that_are_heard_of_delay_and_repeat_nothing() {
    let harm = Harm {
        losses: false,
        kills: false,
    };
    walks(harm);
}

#[test]
fn a_lost_answer_repeats_what_it_was_about_and_nothing_else() {
    let harm = Harm {
        losses: true,
        kills: false,
    };
    walks(harm);
}

#[test]
fn polls_that_are_killed_lose_nothing_and_repeat_what_was_running() {
    let harm = Harm {
        losses: true,
        kills: true,
    };
    walks(harm);
}

/// As many walks as there are rounds for, each with a seed of its own.
fn walks(harm: Harm) {
    let rounds = rounds(15);
    for seed in 1..=rounds.div_ceil(POLLS) {
        let polls = rounds.min(POLLS);
        walk(harm, seed as u64, polls);
    }
}

fn walk(harm: Harm, seed: u64, count: usize) {
    say(&format!("{harm:?}, seed {seed}"));
    let begun = Instant::now();
    let sandbox = Sandbox::new();
    let mut dice = Dice::new(seed);
    let mut archive = Grown::new(&sandbox);
    let mut receivers = Receivers::new(&sandbox);
    let mut polls = Polls::new(&sandbox);
    for _ in 0..count {
        archive.grow(&mut dice);
        receivers.fail(&mut dice, harm);
        polls.poll(&mut dice, harm, &mut archive);
    }
    receivers.recover();
    polls.drain();
    check_database(&sandbox, "n");
    check_rules(&sandbox, "n");
    let receipts = receivers.receipts();
    let repeated = judge::judge(&archive.items, &receipts, harm, polls.ended_early);
    let lost = receipts.iter().filter(|receipt| receipt.lost).count();
    assert_eq!(lost > 0, harm.losses);
    say(&format!(
        "{} items, {} receipts, {lost} lost answers, {repeated} repetitions by {} kills, {:?}",
        archive.items.len(),
        receipts.len(),
        polls.ended_early,
        begun.elapsed()
    ));
}
