//! What the subscribers want of some items: a pure function.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::divide::Wish;
use super::{Pace, Subscription, Verdict};
use crate::name::Name;

/// The files that a revision changed; `None` where that is not known.
pub(super) type Files = Option<Vec<String>>;

/// What each address wants of the `items` of a subject, in the order of the addresses. Where several
/// lines of one address want an item, it comes once, at the quickest pace of theirs.
///
/// `files` tells the files that each item changed. It is asked once, and only if a wish depends on it.
pub(super) fn wishes<E>(
    list: &[&Subscription],
    subject: &Name,
    items: &[&Name],
    files: &dyn Fn() -> Result<Vec<Files>, E>,
) -> Result<Vec<Wish>, E> {
    let mut by_address: BTreeMap<String, Vec<Subscription>> = BTreeMap::new();
    for subscription in list {
        if let Some(subscription) = narrowed(subscription, subject) {
            let address = subscription.address.to_string();
            by_address.entry(address).or_default().push(subscription);
        }
    }
    let mut known: Option<Vec<Files>> = None;
    let mut wishes = Vec::new();
    for (recipient, subscriptions) in by_address {
        let mut paces: Vec<Option<Pace>> = vec![None; items.len()];
        for subscription in &subscriptions {
            for (at, item) in items.iter().enumerate() {
                let mut verdict = subscription.verdict(item);
                if verdict == Verdict::Depends {
                    let files = match &mut known {
                        Some(files) => files,
                        known => known.insert(files()?),
                    };
                    verdict = match files.get(at) {
                        Some(Some(files)) => {
                            subscription.verdict_with(item, files.iter().map(String::as_str))
                        }
                        _ => Verdict::Gets,
                    };
                }
                if verdict == Verdict::Gets {
                    paces[at] = paces[at].max(Some(subscription.pace));
                }
            }
        }
        let runs = runs(&paces);
        if !runs.is_empty() {
            wishes.push(Wish { recipient, runs });
        }
    }
    Ok(wishes)
}

/// The subscription as it stands for items of `subject`: without its glob where that covers them all,
/// and none where it can match none of them.
fn narrowed(subscription: &Subscription, subject: &Name) -> Option<Subscription> {
    let (level, name) = (subject.level(), subject.as_str());
    let Some(glob) = &subscription.glob else {
        return Some(subscription.clone());
    };
    let covers = glob.covers(level, name);
    (covers || glob.may_match_below(level, name)).then(|| Subscription {
        glob: (!covers).then(|| glob.clone()),
        ..subscription.clone()
    })
}

/// The ranges of items of one pace.
fn runs(paces: &[Option<Pace>]) -> Vec<(Range<usize>, Pace)> {
    let mut runs: Vec<(Range<usize>, Pace)> = Vec::new();
    for (at, pace) in paces.iter().enumerate() {
        let Some(pace) = *pace else { continue };
        match runs.last_mut() {
            Some((items, last)) if items.end == at && *last == pace => items.end += 1,
            _ => runs.push((at..at + 1, pace)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::Subscribers;
    use super::*;
    use crate::name::Level;

    fn subscribers(text: &str) -> Vec<Subscription> {
        let read = Subscribers::parse(Path::new("=subscribers"), text.as_bytes());
        assert_eq!(read.diagnostics, []);
        read.list
    }

    fn revisions(count: usize) -> Vec<Name> {
        let name = |number| format!("A/c--b--1--patch-{number}");
        let names = (1..=count).map(|number| Name::parse(&name(number), Some(Level::Revision)));
        names.map(Result::unwrap).collect()
    }

    /// Who gets which of these names, all of one parent, as `ADDRESS RANGE PACE`.
    fn gets(text: &str, names: &[Name], files: &[Files]) -> Vec<String> {
        let list = subscribers(text);
        let list: Vec<&Subscription> = list.iter().collect();
        let items: Vec<&Name> = names.iter().collect();
        let asked = Cell::new(0);
        let tell = || {
            asked.set(asked.get() + 1);
            Ok::<_, Infallible>(files.to_vec())
        };
        let wishes = wishes(&list, &names[0].parent().unwrap(), &items, &tell).unwrap();
        assert!(
            asked.get() <= usize::from(text.contains("path:")),
            "asked too often"
        );
        let words = |Wish { recipient, runs }: Wish| {
            let runs = runs.into_iter();
            runs.map(move |(items, pace)| format!("{recipient} {items:?} {pace}"))
        };
        wishes.into_iter().flat_map(words).collect()
    }

    #[test]
    fn a_glob_is_meant_with_all_that_is_below() {
        let two = revisions(2);
        for (glob, got) in [
            ("A", true),
            ("A/c", true),
            ("A/c--**", true),
            ("A/c--b", true),
            ("**", true),
            ("branch:A/*--b", true),
            ("*/c", true),
            ("A/d", false),
            ("A/c--x", false),
            ("B/**", false),
            ("category:A/d", false),
        ] {
            let expected: &[&str] = if got { &["jo@x.org 0..2 batch"] } else { &[] };
            assert_eq!(
                gets(&format!("jo@x.org {glob}"), &two, &[]),
                expected,
                "{glob}"
            );
        }
        let only = "jo@x.org A/c--b--1--*-2 each";
        assert_eq!(gets(only, &two, &[]), ["jo@x.org 1..2 each"]);
    }

    #[test]
    fn kinds_part_what_is_made_from_what_is_changed() {
        let category = [Name::parse("A/c", Some(Level::Category)).unwrap()];
        let text = "al@x.org ** created\nbo@x.org ** revisions\njo@x.org **\nlu@x.org path:**";
        assert_eq!(
            gets(text, &category, &[]),
            ["al@x.org 0..1 batch", "jo@x.org 0..1 batch"]
        );
        assert_eq!(
            gets(text, &revisions(1), &[None]),
            [
                "bo@x.org 0..1 batch",
                "jo@x.org 0..1 batch",
                "lu@x.org 0..1 batch"
            ]
        );
    }

    #[test]
    fn files_decide_where_they_are_asked_for_and_known() {
        let changed = |files: &[&str]| Some(files.iter().map(|&file| file.to_owned()).collect());
        let files = [
            changed(&["src/a.rs"]),
            changed(&["README"]),
            None,
            changed(&[]),
            changed(&["doc/x", "src/deep/b.rs"]),
        ];
        assert_eq!(
            gets("jo@x.org A/c path:src/**", &revisions(5), &files),
            [
                "jo@x.org 0..1 batch",
                "jo@x.org 2..3 batch",
                "jo@x.org 4..5 batch"
            ]
        );
        let two = "jo@x.org path:README path:doc each";
        assert_eq!(
            gets(two, &revisions(5), &files),
            ["jo@x.org 1..3 each", "jo@x.org 4..5 each"]
        );
        // Nothing is asked for a name that does not match.
        assert!(gets("jo@x.org A/d path:src", &revisions(1), &[]).is_empty());
    }

    #[test]
    fn one_address_in_several_lines_hears_of_each_item_once() {
        let text =
            "jo@x.org A digest\njo@X.org A/c--b--1--patch-2 each\njo@x.org A/c--b--1--patch-3";
        assert_eq!(
            gets(text, &revisions(4), &[]),
            [
                "jo@x.org 0..1 digest",
                "jo@x.org 1..2 each",
                "jo@x.org 2..3 batch",
                "jo@x.org 3..4 digest",
            ]
        );
    }

    proptest! {
        #[test]
        fn nobody_gets_what_no_line_wants_and_nothing_is_lost(
            lines in proptest::collection::vec((
                0..3_u8,
                prop::sample::select(vec!["A", "A/c--b", "A/d", "**--patch-2", "A/c--b--1--*-3", "**"]),
                prop::sample::select(vec!["", "path:src", "path:doc/*"]),
                prop::sample::select(vec!["all", "revisions"]),
                prop::sample::select(vec!["each", "batch", "digest"]),
            ), 0..8),
            files in proptest::collection::vec(
                prop::option::of(proptest::collection::vec(
                    prop::sample::select(vec!["src/a", "doc/b", "doc/c/d", "x"]), 0..3,
                )),
                1..6,
            ),
        ) {
            let lines: Vec<String> = lines.iter().map(|(who, glob, path, kinds, pace)| {
                format!("a{who}@x.org {glob} {path} {kinds} {pace}")
            }).collect();
            let text = lines.join("\n");
            let list = subscribers(&text);
            let files: Vec<Files> = files.into_iter().map(|files| {
                files.map(|files| files.into_iter().map(str::to_owned).collect())
            }).collect();
            let names = revisions(files.len());
            let items: Vec<&Name> = names.iter().collect();
            let all: Vec<&Subscription> = list.iter().collect();
            let subject = names[0].parent().unwrap();
            let wishes = wishes(&all, &subject, &items, &|| Ok::<_, Infallible>(files.clone())).unwrap();
            for who in 0..3 {
                let address = format!("a{who}@x.org");
                for (at, item) in items.iter().enumerate() {
                    let of = wishes.iter().filter(|wish| wish.recipient == address);
                    let runs = of.flat_map(|wish| &wish.runs);
                    let got: Vec<Pace> = runs
                        .filter(|(items, _)| items.contains(&at))
                        .map(|(_, pace)| *pace)
                        .collect();
                    let wanted = list
                        .iter()
                        .filter(|line| line.address.to_string() == address)
                        .filter(|line| match (line.verdict(item), &files[at]) {
                            (Verdict::Depends, Some(files)) => files
                                .iter()
                                .any(|file| line.paths.iter().any(|path| path.matches(file))),
                            (verdict, _) => matches!(verdict, Verdict::Gets | Verdict::Depends),
                        })
                        .map(|line| line.pace)
                        .max();
                    prop_assert_eq!(got, wanted.into_iter().collect::<Vec<_>>());
                }
            }
        }
    }
}
