//! How a mail action divides what it is owed: by address, and for each address by how it is told.

use std::collections::HashSet;
use std::ops::Range;
use std::time::Duration;

use super::limit::Limit;
use super::subscribers::Pace;
use super::{EACH, addresses};
use crate::action::{Item, Outcome, Share, Style, Whole};
use crate::clock::{Nanos, nanos};
use crate::config::MailSettings;
use crate::name::Level;

/// How often a digest is sent that only its reader asked for.
const DAILY: Duration = Duration::from_hours(24);

/// What one address is to hear of a delivery, before the settings have their say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// The address.
    pub(super) recipient: String,
    /// Which items, in their order, and how. None stands in two.
    pub(super) runs: Vec<(Range<usize>, Pace)>,
}

/// The wishes of the addresses in the THUNK: all at once, and for `mail-each-revision` each revision
/// by itself.
pub(super) fn by_address(whole: &Whole<'_>) -> Result<Vec<Wish>, Outcome> {
    let addresses =
        addresses(whole.action.thunk()).map_err(|error| Outcome::NotStarted(error.to_string()))?;
    let is_revision = |item: &Item| item.name.level() == Level::Revision;
    let pace = if whole.action.command() == EACH && whole.items.iter().all(is_revision) {
        Pace::Each
    } else {
        Pace::Batch
    };
    let all = 0..whole.items.len();
    let mut seen = HashSet::new();
    let recipients = addresses.iter().map(ToString::to_string);
    let wishes = recipients
        .filter(|recipient| seen.insert(recipient.clone()))
        .map(|recipient| Wish {
            recipient,
            runs: vec![(all.clone(), pace)],
        });
    Ok(wishes.collect())
}

/// What the settings make of wishes.
pub(super) struct Divider<'a> {
    pub(super) settings: &'a MailSettings,
    pub(super) limit: &'a Limit,
    pub(super) now: Nanos,
}

impl Divider<'_> {
    /// The shares, those of one address in the order of the items.
    ///
    /// What is too much for an address in this poll is told in short. Items that are to come in one
    /// message though others stand between them are gathered, which one share cannot say.
    pub(super) fn shares(&self, wishes: Vec<Wish>) -> Vec<Share> {
        let mut shares = Vec::new();
        for Wish { recipient, runs } in wishes {
            let mut list = List {
                recipient,
                shares: &mut shares,
            };
            if let Some(period) = self.settings.digest {
                let due_at = boundary(self.now, period);
                for (items, _) in runs {
                    list.gather(items, Style::Digest, due_at);
                }
            } else {
                self.share_out(runs, &mut list);
            }
        }
        shares
    }

    fn share_out(&self, runs: Vec<(Range<usize>, Pace)>, list: &mut List<'_>) {
        let batches = runs.iter().filter(|(_, pace)| *pace == Pace::Batch);
        let is_parted = batches.count() > 1;
        let mut batch_fits = None;
        for (items, pace) in runs {
            match pace {
                Pace::Digest => list.gather(items, Style::Digest, boundary(self.now, DAILY)),
                Pace::Batch => {
                    let fits = *batch_fits.get_or_insert_with(|| self.limit.take(&list.recipient));
                    match (fits, is_parted) {
                        (true, false) => list.push(items, Style::Batch, 0),
                        (true, true) => list.gather(items, Style::Digest, 0),
                        (false, _) => list.gather(items, Style::Summary, 0),
                    }
                }
                Pace::Each => {
                    for item in items {
                        let item = item..item + 1;
                        if self.limit.take(&list.recipient) {
                            list.push(item, Style::Each, 0);
                        } else {
                            list.gather(item, Style::Summary, 0);
                        }
                    }
                }
            }
        }
    }
}

/// The end of the `period` that `now` is in, counted from the beginning of 1970 in UTC: so all that
/// is to be gathered is due at once.
fn boundary(now: Nanos, period: Duration) -> Nanos {
    let period = nanos(period).max(1);
    now.div_euclid(period)
        .saturating_add(1)
        .saturating_mul(period)
}

/// The shares of one address as they come.
struct List<'a> {
    recipient: String,
    shares: &'a mut Vec<Share>,
}

impl List<'_> {
    fn push(&mut self, items: Range<usize>, style: Style, due_at: Nanos) {
        self.shares.push(Share {
            recipient: self.recipient.clone(),
            items,
            style,
            due_at,
        });
    }

    /// As [`List::push`], for a style that gathers: what goes on where the last share ends is one.
    fn gather(&mut self, items: Range<usize>, style: Style, due_at: Nanos) {
        match self.shares.last_mut() {
            Some(last)
                if last.recipient == self.recipient
                    && (last.style, last.due_at) == (style, due_at)
                    && last.items.end == items.start =>
            {
                last.items.end = items.end;
            }
            _ => self.push(items, style, due_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::SECOND;
    use crate::name::Name;
    use crate::rules::ActionName;

    const HOUR: Nanos = 3600 * SECOND;

    /// The shares as `RECIPIENT FIRST..END STYLE`, and when they are due.
    fn words(shares: &[Share]) -> Vec<String> {
        let word = |share: &Share| {
            let due = match share.due_at {
                0 => String::new(),
                at => format!(" at {}h", at / HOUR),
            };
            let Share {
                recipient,
                items,
                style,
                ..
            } = share;
            format!("{recipient} {items:?} {style:?}{due}")
        };
        shares.iter().map(word).collect()
    }

    fn divided(settings: &MailSettings, wishes: Vec<Wish>) -> Vec<String> {
        let divider = Divider {
            settings,
            limit: &Limit::new(settings.max_per_poll),
            now: 30 * HOUR + 1,
        };
        words(&divider.shares(wishes))
    }

    fn wish(runs: &[(Range<usize>, Pace)]) -> Wish {
        Wish {
            recipient: "jo".to_owned(),
            runs: runs.to_vec(),
        }
    }

    #[test]
    fn each_address_hears_all_at_once_or_each_revision_by_itself() {
        let wishes = |action: &str, items: [&str; 2]| {
            let items = items.map(|name| Item {
                name: Name::parse(name, None).unwrap(),
                detected_at: 0,
            });
            let wishes = by_address(&Whole {
                action: &ActionName::parse(action).unwrap(),
                subject: &items[0].name.parent().unwrap(),
                items: &items,
                now: 0,
                tell: &|_, _| panic!("nothing needs to be known"),
            });
            divided(&MailSettings::default(), wishes.unwrap())
        };
        let revisions = ["a@b/c--d--1--base-0", "a@b/c--d--1--patch-1"];
        let categories = ["a@b/c", "a@b/d"];
        let batches = ["jo@x.org 0..2 Batch", "al@x.org 0..2 Batch"];
        let both = "jo@x.org,al@x.org,jo@x.org";
        for (command, items) in [(EACH, categories), ("mail-new-revisions", revisions)] {
            assert_eq!(wishes(&format!("{command}:{both}"), items), batches);
        }
        assert_eq!(
            wishes(&format!("{EACH}:{both}"), revisions),
            [
                "jo@x.org 0..1 Each",
                "jo@x.org 1..2 Each",
                "al@x.org 0..1 Each",
                "al@x.org 1..2 Each",
            ]
        );
    }

    #[test]
    fn what_is_too_much_for_an_address_is_one_summary() {
        let settings = MailSettings {
            max_per_poll: 2,
            ..MailSettings::default()
        };
        assert_eq!(
            divided(
                &settings,
                vec![
                    wish(&[(0..9, Pace::Each)]),
                    wish(&[(0..4, Pace::Batch)]),
                    Wish {
                        recipient: "al".to_owned(),
                        ..wish(&[(0..2, Pace::Each)])
                    },
                ]
            ),
            [
                "jo 0..1 Each",
                "jo 1..2 Each",
                "jo 2..9 Summary",
                "jo 0..4 Summary",
                "al 0..1 Each",
                "al 1..2 Each",
            ]
        );
    }

    #[test]
    fn items_with_others_between_them_are_gathered_in_one_message() {
        let runs = [(0..2, Pace::Batch), (3..4, Pace::Batch)];
        let settings = MailSettings::default();
        assert_eq!(
            divided(&settings, vec![wish(&runs)]),
            ["jo 0..2 Digest", "jo 3..4 Digest"]
        );
        let settings = MailSettings {
            max_per_poll: 1,
            ..settings
        };
        let wishes = vec![wish(&runs), wish(&runs[..1])];
        assert_eq!(
            divided(&settings, wishes),
            ["jo 0..2 Digest", "jo 3..4 Digest", "jo 0..2 Summary"]
        );
    }

    #[test]
    fn a_digest_is_due_when_the_next_hour_or_day_begins_in_utc() {
        let runs = [
            (0..2, Pace::Each),
            (2..3, Pace::Digest),
            (4..5, Pace::Batch),
        ];
        let mut settings = MailSettings::default();
        assert_eq!(
            divided(&settings, vec![wish(&runs[1..2])]),
            ["jo 2..3 Digest at 48h"]
        );
        settings.digest = Some(Duration::from_hours(1));
        assert_eq!(
            divided(&settings, vec![wish(&runs)]),
            ["jo 0..3 Digest at 31h", "jo 4..5 Digest at 31h"]
        );
        assert_eq!(boundary(31 * HOUR, Duration::from_hours(1)), 32 * HOUR);
    }

    fn runs() -> impl Strategy<Value = Vec<(Range<usize>, Pace)>> {
        let pace = prop::sample::select(vec![
            None,
            Some(Pace::Digest),
            Some(Pace::Batch),
            Some(Pace::Each),
        ]);
        proptest::collection::vec((pace, 1..4_usize), 0..6).prop_map(|runs| {
            let mut at = 0;
            let mut wished = Vec::new();
            for (pace, length) in runs {
                wished.extend(pace.map(|pace| (at..at + length, pace)));
                at += length;
            }
            wished
        })
    }

    proptest! {
        #[test]
        fn each_address_gets_what_it_wished_and_each_item_once(
            all in proptest::collection::vec(runs(), 1..4),
            most in 1..6_usize,
            digest in prop::option::of(1..100_u64),
        ) {
            let wishes: Vec<Wish> = all.iter().enumerate().map(|(number, runs)| Wish {
                recipient: number.to_string(),
                runs: runs.clone(),
            }).collect();
            let settings = MailSettings {
                max_per_poll: most,
                digest: digest.map(Duration::from_secs),
                ..MailSettings::default()
            };
            let now = 1_000_000;
            let divider = Divider { settings: &settings, limit: &Limit::new(most), now };
            let shares = divider.shares(wishes.clone());
            for wish in wishes {
                let of: Vec<&Share> = shares.iter().filter(|share| share.recipient == wish.recipient).collect();
                let told: Vec<usize> = of.iter().flat_map(|share| share.items.clone()).collect();
                let wished: Vec<usize> = wish.runs.into_iter().flat_map(|(items, _)| items).collect();
                prop_assert_eq!(told, wished);
                prop_assert!(of.iter().all(|share| !share.items.is_empty()));
                let alone = of.iter().filter(|share| !share.style.gathers()).count();
                prop_assert!(alone <= most);
                let gathered = |share: &&&Share| share.style == Style::Digest && share.due_at > 0;
                prop_assert!(of.iter().filter(gathered).all(|share| share.due_at > now));
            }
        }
    }
}
