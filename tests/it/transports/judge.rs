//! What had to come to whom, and what did.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use larch::name::Level;

use super::Harm;
use super::archive::Item;
use super::receipts::Receipt;
use super::receivers::JOBS;

type Wants = fn(&Item) -> bool;

/// Who wants what, and whether the revisions of a version come in their order.
const WANTS: [(&str, Wants, bool); 16] = [
    ("al@example.org", is_revision, true),
    ("bo@example.org", is_revision, true),
    ("cy@example.org", is_revision, true),
    ("di@example.org", is_revision, true),
    ("each@example.org", is_item, true),
    ("batch@example.org", is_item, true),
    ("made@example.org", is_made, false),
    ("src@example.org", is_in_src, false),
    ("digest@example.org", is_item, false),
    ("/ordered", is_revision, true),
    ("/any", is_item, false),
    ("append:revisions", is_revision, true),
    ("append:made", is_made, false),
    ("run:batch", is_revision, true),
    ("run:one", is_item, false),
    ("run:made", is_made, false),
];

fn is_item(_: &Item) -> bool {
    true
}

fn is_revision(item: &Item) -> bool {
    item.level == Level::Revision
}

fn is_made(item: &Item) -> bool {
    !is_revision(item)
}

fn is_in_src(item: &Item) -> bool {
    item.in_src
}

/// Everything came to whoever wants it, and again only where it may; how many receipts repeat
/// something because a poll was ended early.
#[track_caller]
pub(super) fn judge(items: &[Item], receipts: &[Receipt], harm: Harm, ended_early: usize) -> usize {
    let mut by_receiver: BTreeMap<&str, Vec<&Receipt>> = BTreeMap::new();
    for receipt in receipts {
        by_receiver.entry(&receipt.who).or_default().push(receipt);
    }
    let mut repeated = Vec::new();
    for (who, wants, is_ordered) in WANTS {
        let receipts = by_receiver.remove(who).unwrap_or_default();
        let wanted = items.iter().filter(|item| wants(item));
        let wanted: BTreeSet<&str> = wanted.map(|item| item.name.as_str()).collect();
        let told = receipts.iter().flat_map(|receipt| &receipt.names);
        let told: BTreeSet<&str> = told.map(String::as_str).collect();
        let missing: Vec<&&str> = wanted.difference(&told).collect();
        let unwanted: Vec<&&str> = told.difference(&wanted).collect();
        assert!(missing.is_empty(), "{who} never got {missing:?}");
        assert!(unwanted.is_empty(), "{who} got {unwanted:?}");
        repeated.extend(repetitions(&receipts));
        if is_ordered {
            check_order(items, &receipts, harm);
        }
    }
    assert!(by_receiver.is_empty(), "{by_receiver:?}");
    let most = ended_early * JOBS;
    assert!(
        repeated.len() <= most,
        "{ended_early} polls ended early, and {repeated:#?}"
    );
    repeated.len()
}

/// The receipts that hold something of which the sender had heard before that it was taken.
fn repetitions<'r>(receipts: &[&'r Receipt]) -> Vec<&'r Receipt> {
    let mut lost: HashMap<&str, bool> = HashMap::new();
    let mut repeated = Vec::new();
    for receipt in receipts {
        let mut is_repeated = false;
        for name in &receipt.names {
            is_repeated |= lost.insert(name, receipt.lost) == Some(false);
        }
        repeated.extend(is_repeated.then_some(*receipt));
    }
    repeated
}

/// The revisions of a version come in the order in which they were made, and a repetition comes at once,
/// but for what was still on its way when its poll was killed.
#[track_caller]
fn check_order(items: &[Item], receipts: &[&Receipt], harm: Harm) {
    let revisions = items.iter().filter(|item| is_revision(item)).enumerate();
    let places: HashMap<&str, usize> = revisions
        .map(|(place, item)| (item.name.as_str(), place))
        .collect();
    let mut latest: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut seen = HashSet::new();
    for receipt in receipts {
        let told = receipt.names.iter().map(String::as_str);
        let told: Vec<usize> = told.filter_map(|name| places.get(name).copied()).collect();
        assert!(told.is_sorted(), "{receipt:?}");
        let (Some(first), Some((version, _))) = (told.first(), receipt.names[0].rsplit_once("--"))
        else {
            continue;
        };
        if !seen.insert(told.clone()) && harm.kills {
            continue;
        }
        let before = latest.entry(version).or_default();
        let is_next = before.last().is_none_or(|last| last < first) || *before == told;
        assert!(is_next, "{receipt:?} came late: {receipts:#?}");
        *before = told;
    }
}
