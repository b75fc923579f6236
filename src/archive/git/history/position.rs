//! What an action was told of a repository, and its form in the store.
//!
//! Both forms begin with their version. What cannot be read, the caller treats as lost: it is better
//! to compare with what was sent than to be stuck, or to send everything again.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::ask::Objects;
use super::oid::Oid;

/// The version of both forms.
const FORM: u8 = 1;

/// How far the marks of a tip stand from it, along first parents.
pub(super) const DISTANCES: [u16; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/// The most tips that are remembered after they went missing; the latest stay.
const MISSING: usize = 32;

/// How often a tip is looked for in vain before it is forgotten. Meanwhile what seems new is compared
/// with what was sent, and much of it at once is held back, which must not go on for ever.
const PATIENCE: u8 = 100;

/// A commit that was told with all that it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tip {
    pub(super) id: Oid,
    /// Its ancestors at [`DISTANCES`]; they stand in for it where it is lost.
    pub(super) marks: Vec<Oid>,
    /// How often it was looked for in vain since it was last seen.
    pub(super) missing: u8,
}

impl Tip {
    /// The nearest of it and its marks that is there.
    fn stand_in(&self, objects: &Objects) -> Option<Oid> {
        let mut nearest = std::iter::once(&self.id).chain(&self.marks);
        nearest.find(|id| objects.has(id)).copied()
    }
}

/// What an action was told of a repository: all that its tips reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    tips: Vec<Tip>,
    /// Where each tip stands.
    places: HashMap<Oid, usize>,
}

impl Position {
    fn new(tips: Vec<Tip>) -> Self {
        let places = tips.iter().enumerate().map(|(place, tip)| (tip.id, place));
        Self {
            places: places.collect(),
            tips,
        }
    }

    pub(super) fn tips(&self) -> &[Tip] {
        &self.tips
    }

    /// Reads [`Position::encode`]'s form.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&FORM, mut rest) = bytes.split_first()? else {
            return None;
        };
        let mut tips = Vec::new();
        while let [length, marks, missing, after @ ..] = rest {
            let (ids, after) = take_ids(after, *length, 1 + usize::from(*marks))?;
            tips.push(Tip {
                id: ids[0],
                marks: ids[1..].to_vec(),
                missing: *missing,
            });
            rest = after;
        }
        rest.is_empty().then(|| Self::new(tips))
    }

    /// Each tip as: the length of its ids, the number of its marks, how often it was missed, its id
    /// and those of its marks.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        for tip in &self.tips {
            let length = tip.id.as_bytes().len();
            // A repository's ids have one length.
            let marks: Vec<&Oid> = tip
                .marks
                .iter()
                .filter(|mark| mark.as_bytes().len() == length)
                .take(DISTANCES.len())
                .collect();
            bytes.extend([length, marks.len()].map(|small| u8::try_from(small).unwrap_or(0)));
            bytes.push(tip.missing);
            bytes.extend(tip.id.as_bytes());
            bytes.extend(marks.into_iter().flat_map(Oid::as_bytes));
        }
        bytes
    }

    pub(super) fn contains(&self, id: &Oid) -> bool {
        self.places.contains_key(id)
    }

    /// Counts `id` as told, unless it is already.
    pub(super) fn add(&mut self, id: Oid, marks: Vec<Oid>) {
        if let Entry::Vacant(place) = self.places.entry(id) {
            place.insert(self.tips.len());
            self.tips.push(Tip {
                id,
                marks,
                missing: 0,
            });
        }
    }

    /// Notes which tips are missing; whether any is.
    pub(super) fn look(&mut self, objects: &Objects) -> bool {
        for tip in &mut self.tips {
            tip.missing = if objects.has(&tip.id) {
                0
            } else {
                tip.missing.saturating_add(1)
            };
        }
        self.tips.iter().any(|tip| tip.missing > 0)
    }

    /// The commits that are there and reach what was told, as far as it is there.
    pub(super) fn boundary(&self, objects: &Objects) -> impl Iterator<Item = Oid> {
        self.tips.iter().filter_map(|tip| tip.stand_in(objects))
    }

    /// What of that stands for one tip.
    pub(super) fn stand_in(&self, id: &Oid, objects: &Objects) -> Option<Oid> {
        self.tips[*self.places.get(id)?].stand_in(objects)
    }

    /// Forgets tips that others reach, and missing ones after a while: the latest stay.
    pub(super) fn forget(&mut self, is_reached: impl Fn(&Oid) -> bool) {
        let missing = self.tips.iter().filter(|tip| tip.missing > 0).count();
        let mut too_many = missing.saturating_sub(MISSING);
        let mut tips = std::mem::take(&mut self.tips);
        tips.retain(|tip| {
            if tip.missing == 0 {
                return !is_reached(&tip.id);
            }
            let stays = too_many == 0 && tip.missing <= PATIENCE;
            too_many = too_many.saturating_sub(1);
            stays
        });
        *self = Self::new(tips);
    }

    /// The tips that are there.
    pub(super) fn present(&self) -> HashSet<Oid> {
        let present = self.tips.iter().filter(|tip| tip.missing == 0);
        present.map(|tip| tip.id).collect()
    }
}

/// What an action was told in one version: objects that its ref named, the latest first.
pub(super) fn encode_told(told: &[Oid]) -> Vec<u8> {
    let mut bytes = vec![FORM];
    for id in told {
        bytes.extend(u8::try_from(id.as_bytes().len()));
        bytes.extend(id.as_bytes());
    }
    bytes
}

/// Reads [`encode_told`]'s form.
pub(super) fn decode_told(bytes: &[u8]) -> Option<Vec<Oid>> {
    let (&FORM, mut rest) = bytes.split_first()? else {
        return None;
    };
    let mut told = Vec::new();
    while let Some((length, after)) = rest.split_first() {
        let (ids, after) = take_ids(after, *length, 1)?;
        told.extend(ids);
        rest = after;
    }
    Some(told)
}

fn take_ids(bytes: &[u8], length: u8, count: usize) -> Option<(Vec<Oid>, &[u8])> {
    let length = usize::from(length);
    let (ids, rest) = bytes.split_at_checked(length * count)?;
    let ids = ids.chunks(length.max(1)).map(Oid::from_bytes);
    let ids: Vec<Oid> = ids.collect::<Option<_>>()?;
    (ids.len() == count).then_some((ids, rest))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn id(length: usize) -> impl Strategy<Value = Oid> {
        vec(any::<u8>(), length).prop_map(|bytes| Oid::from_bytes(&bytes).unwrap())
    }

    fn tip() -> impl Strategy<Value = Tip> {
        let of = |length| {
            let missing = any::<u8>();
            (id(length), vec(id(length), 0..=11), missing)
        };
        prop_oneof![of(20), of(32)].prop_map(|(id, marks, missing)| Tip { id, marks, missing })
    }

    proptest! {
        #[test]
        fn positions_round_trip(tips in vec(tip(), 0..9)) {
            let position = Position::new(tips);
            prop_assert_eq!(Position::decode(&position.encode()), Some(position));
        }

        #[test]
        fn what_a_version_was_told_round_trips(told in vec(prop_oneof![id(20), id(32)], 0..9)) {
            prop_assert_eq!(decode_told(&encode_told(&told)), Some(told));
        }

        #[test]
        fn a_cut_position_is_not_taken_for_a_whole_one(tips in vec(tip(), 1..4), cut in 1..20_usize) {
            let whole = Position::new(tips).encode();
            prop_assert_eq!(Position::decode(&whole[..whole.len() - cut]), None);
        }

        #[test]
        fn damaged_bytes_are_no_panic(bytes in vec(any::<u8>(), 0..200)) {
            let _either = Position::decode(&bytes);
            let _either = decode_told(&bytes);
        }
    }

    #[test]
    fn another_form_is_not_read() {
        assert_eq!(Position::decode(b""), None);
        assert_eq!(Position::decode(&[FORM + 1]), None);
        assert_eq!(decode_told(&[FORM + 1]), None);
        assert_eq!(Position::decode(&[FORM]), Some(Position::default()));
    }

    #[test]
    fn of_the_missing_tips_the_latest_stay() {
        let tips = (0..40).map(|number| Tip {
            id: Oid::from_bytes(&[number; 20]).unwrap(),
            marks: Vec::new(),
            missing: u8::from(number != 3),
        });
        let mut position = Position::new(tips.collect());
        position.forget(|_| false);
        let left: Vec<u8> = position
            .tips
            .iter()
            .map(|tip| tip.id.as_bytes()[0])
            .collect();
        let expected: Vec<u8> = [3].into_iter().chain(8..40).collect();
        assert_eq!(left, expected);
    }
}
