//! What the workers of one poll do together, with the real store and an action that does as told.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;

use super::probe::Bench;
use crate::action::Outcome;
use crate::clock::{Nanos, SECOND};

const MINUTE: Nanos = 60 * SECOND;
const HOUR: Nanos = 60 * MINUTE;
const DAY: Nanos = 24 * HOUR;
/// When the tests begin.
const T: Nanos = 1_800_000_000 * SECOND;

fn fails(bench: &Bench, who: &'static str) {
    *bench.probe.answer.lock().unwrap() = Box::new(move |recipient, _| {
        if recipient == who {
            Outcome::Failed(75)
        } else {
            Outcome::Success
        }
    });
}

#[test]
fn one_recipient_that_fails_costs_and_repeats_no_others_message() {
    let mut bench = Bench::new(&["al,bo/each"]);
    bench.owe(3, T);
    fails(&bench, "bo");
    assert_eq!(bench.told(T), ["al: patch-0 patch-1", "al: patch-2"]);
    bench.owe(1, T + MINUTE);
    assert_eq!(bench.told(T + SECOND), ["al: patch-3"]);
    fails(&bench, "nobody");
    assert_eq!(
        bench.told(T + HOUR),
        ["bo: patch-0", "bo: patch-1", "bo: patch-2", "bo: patch-3"]
    );
    assert_eq!(bench.told(T + DAY), [""; 0]);
}

#[test]
fn what_cannot_be_divided_fails_with_the_words_of_its_action() {
    let mut bench = Bench::new(&["al"]);
    bench.owe(1, T);
    bench.owe(1, T);
    let why = Outcome::Unreachable("no route".to_owned());
    *bench.probe.refusal.lock().unwrap() = Some(Err(why.clone()));
    assert_eq!(bench.told(T), [""; 0]);
    let log = bench.log();
    let first = &log[0].parts[0];
    assert_eq!((first.word(), first.attempts), ("waiting", 1));
    assert_eq!(first.error, Some(why.to_string()));
    assert_eq!(log[1].parts[0].attempts, 0, "it waits for the first");
    let store = bench.store();
    assert_eq!(store.attempts(&log[0].uid).unwrap().len(), 1);
    // The second can be divided, and does not overtake the first.
    *bench.probe.refusal.lock().unwrap() = None;
    assert_eq!(bench.told(T + SECOND), [""; 0]);
    assert_eq!(bench.told(T + HOUR), ["al: patch-0", "al: patch-1"]);
    assert_eq!(bench.states(), ["al done", "al done"]);
}

#[test]
fn what_another_poll_divided_meanwhile_is_gone() {
    let mut bench = Bench::new(&["al"]);
    bench.owe(1, T);
    bench.owe(1, T);
    let store = bench.store();
    let whole = store.open_parts().unwrap().remove(0).id;
    let items = store.part_items(whole).unwrap().unwrap();
    assert_eq!(items[0].name.part(), "patch-0");
    assert_eq!(bench.told(T), ["al: patch-0", "al: patch-1"]);
    assert!(store.part_items(whole).unwrap().is_none());
}

#[test]
fn what_is_told_whole_goes_before_what_is_divided() {
    let mut bench = Bench::new(&["al"]);
    bench.owe(1, T);
    *bench.probe.refusal.lock().unwrap() = Some(Ok(()));
    bench.owe(1, T);
    assert_eq!(bench.told(T), [": patch-0", ": patch-1"]);
}

#[test]
fn what_nobody_wants_is_done_and_says_so() {
    let mut bench = Bench::new(&[""]);
    bench.owe(1, T);
    let (told, delivered) = bench.poll(T);
    assert_eq!((told.len(), delivered.attempts), (0, 0));
    let part = &bench.log()[0].parts[0];
    assert!(part.is_unwanted && part.attempts == 0);
    assert_eq!(part.word(), "done");
}

#[test]
fn what_is_gathered_is_told_retried_and_settled_together() {
    let mut bench = Bench::new(&["al/digest,bo/each", "al/digest", "cy/digest,al/each"]);
    bench.jobs = 4;
    bench.owe(2, T);
    fails(&bench, "al");
    let (told, delivered) = bench.poll(T);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(delivered.died.is_empty());
    bench.owe(1, T + SECOND);
    let mut told = bench.told(T + 2 * SECOND);
    told.sort();
    assert_eq!(
        told,
        ["bo: patch-6", "cy: patch-8"],
        "al's waits for what was before"
    );
    fails(&bench, "nobody");
    let mut told = bench.told(T + HOUR);
    told.sort();
    assert_eq!(
        told,
        [
            "al: patch-0 patch-1 patch-2 patch-3 patch-6 patch-7",
            "al: patch-4",
            "al: patch-5",
            "al: patch-8"
        ]
    );
    let store = bench.store();
    let led: usize = bench
        .log()
        .iter()
        .flat_map(|delivery| store.attempts(&delivery.uid).unwrap())
        .filter(|attempt| attempt.led_by.is_some())
        .count();
    assert_eq!(led, 1 + 3);
}

#[test]
fn what_is_gathered_dies_each_at_its_own_age() {
    let mut bench = Bench::new(&["al/digest"]);
    bench.owe(1, T);
    fails(&bench, "al");
    bench.told(T);
    bench.owe(1, T + 5 * DAY);
    bench.told(T + 5 * DAY + MINUTE);
    assert_eq!(bench.states(), ["al dead", "al waiting"]);
}

#[test]
fn a_wish_to_be_left_alone_is_respected() {
    let mut bench = Bench::new(&["al"]);
    bench.owe(1, T);
    *bench.probe.answer.lock().unwrap() = Box::new(|_, _| Outcome::Deferred {
        why: "later".to_owned(),
        not_before: Some(Duration::from_hours(1)),
    });
    bench.told(T);
    let due = bench.log()[0].parts[0].due_at;
    assert!((T + HOUR..T + HOUR + MINUTE).contains(&due), "{}", due - T);
}

#[test]
fn what_waits_in_a_lane_without_order_holds_nothing_back() {
    let mut bench = Bench::new(&["al/each"]);
    bench.probe.is_unordered = true;
    bench.owe(3, T);
    let asked = Mutex::new(0);
    *bench.probe.answer.lock().unwrap() = Box::new(move |_, _| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        if *asked == 1 {
            Outcome::Failed(1)
        } else {
            Outcome::Success
        }
    });
    assert_eq!(bench.told(T), ["al: patch-1", "al: patch-2"]);
    assert_eq!(bench.told(T + HOUR), ["al: patch-0"]);
}

#[test]
fn a_digest_waits_for_its_time_unless_the_clock_was_set_back() {
    let mut bench = Bench::new(&["al/later"]);
    bench.owe(1, T + DAY);
    bench.told(T + DAY);
    assert_eq!(bench.told(T + DAY + HOUR / 2), [""; 0]);
    let mut store = bench.store();
    let urgency = store.urgency(T + DAY + HOUR / 2).unwrap();
    assert!(!(urgency.due || urgency.is_of_the_future) && urgency.last_due == 0);
    assert!(store.urgency(T).unwrap().is_of_the_future);
    store.hasten(T + 4 * HOUR, T).unwrap();
    assert_eq!(bench.told(T), ["al: patch-0"]);
}

/// What an attempt comes to.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Told,
    Deferred,
    Refused,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        3 => Just(Fate::Told),
        2 => Just(Fate::Deferred),
        1 => Just(Fate::Refused),
    ];
    prop::collection::vec(fate, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever fails, waits, is refused or killed: each item comes to each recipient once, or died
    /// after it was tried, and each recipient hears the items of a rule in their order.
    #[test]
    fn every_item_comes_to_every_recipient_once_and_in_order(
        fates in fates(),
        deaths in prop::collection::vec(any::<bool>(), 12),
        styles in prop::collection::vec(0..4_usize, 4),
        jobs in 1..4_usize,
    ) {
        let style = |place: usize| ["batch", "each", "digest", "summary"][styles[place]];
        let first = format!("al/{},bo/{}", style(0), style(1));
        let second = format!("al/{},cy/{}", style(2), style(3));
        let mut bench = Bench::new(&[&first, &second]);
        bench.jobs = jobs;
        let refused = Arc::new(Mutex::new(0_usize));
        let counted = Arc::clone(&refused);
        let mut coming = fates.into_iter();
        *bench.probe.answer.lock().unwrap() = Box::new(move |_, _| match coming.next() {
            None | Some(Fate::Told) => Outcome::Success,
            Some(Fate::Deferred) => Outcome::Failed(75),
            Some(Fate::Refused) => {
                *counted.lock().unwrap() += 1;
                Outcome::Refused("no".to_owned())
            }
        });
        let mut told = Vec::new();
        let mut now = T;
        for (round, dies) in deaths.into_iter().enumerate() {
            if round < 4 {
                bench.owe(round + 1, now);
            }
            if dies {
                bench.die(now);
            }
            told.extend(bench.told(now));
            now += HOUR;
        }
        for _ in 0..10 {
            now += 5 * HOUR;
            told.extend(bench.told(now));
        }
        let mut heard: HashMap<(String, String), usize> = HashMap::new();
        let mut order: HashMap<String, Vec<usize>> = HashMap::new();
        for line in &told {
            let (who, items) = line.split_once(": ").unwrap();
            for item in items.split(' ') {
                *heard.entry((who.to_owned(), item.to_owned())).or_default() += 1;
                let number = item.trim_start_matches("patch-").parse().unwrap();
                order.entry(who.to_owned()).or_default().push(number);
            }
        }
        prop_assert!(heard.values().all(|times| *times == 1), "{told:?}");
        let mut dead = 0;
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        let log = bench.log();
        let mut done_at: HashMap<(&str, &str), usize> = HashMap::new();
        for delivery in &log {
            let items = bench.store().delivery_items(&delivery.uid).unwrap();
            for part in &delivery.parts {
                *states.entry(part.word()).or_default() += 1;
                for item in &items[part.items.clone()] {
                    let key = (part.recipient.clone(), item.name.part().to_owned());
                    let was_heard = heard.contains_key(&key);
                    prop_assert_eq!(was_heard, part.word() == "done", "{:?} {}", key, part.word());
                    dead += usize::from(part.word() == "dead");
                    prop_assert!(part.attempts > 0);
                    let told = order.get(&part.recipient).map_or(&[][..], Vec::as_slice);
                    let place = told
                        .iter()
                        .position(|number| item.name.part() == format!("patch-{number}"));
                    if let Some(place) = place {
                        let before = done_at
                            .insert((&part.recipient, delivery.subject.as_str()), place);
                        prop_assert!(before.is_none_or(|before| before < place), "{told:?}");
                    }
                }
            }
        }
        prop_assert!(states.keys().all(|word| ["done", "dead"].contains(word)), "{states:?}");
        prop_assert_eq!(dead > 0, *refused.lock().unwrap() > 0);
    }
}
