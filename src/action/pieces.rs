//! Cuts a list of items into pieces that fit one invocation each.

use std::ops::Range;

/// The most bytes of names in one invocation. Linux allows 2 MiB for arguments and environment
/// together, unless the user's stack limit is small; half of it is left to the environment.
pub const ARGUMENT_LIMIT: usize = 1 << 20;

/// What a name of `length` bytes takes of [`ARGUMENT_LIMIT`]: the bytes, the NUL after them and the
/// pointer to them.
pub fn cost(length: usize) -> usize {
    length + 1 + size_of::<*const u8>()
}

/// Cuts items, given by their [`cost`], into runs of at most `max_items` items (at least one) and
/// [`ARGUMENT_LIMIT`] bytes. The runs keep the order and leave nothing out; an item that is too
/// long by itself gets a run of its own.
pub fn pieces(costs: impl Iterator<Item = usize>, max_items: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut end, mut bytes) = (0, 0, 0_usize);
    for cost in costs {
        let full = end - start >= max_items.max(1) || bytes.saturating_add(cost) > ARGUMENT_LIMIT;
        if full && end > start {
            pieces.push(start..end);
            (start, bytes) = (end, 0);
        }
        bytes = bytes.saturating_add(cost);
        end += 1;
    }
    if end > start {
        pieces.push(start..end);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_cut_at_either_limit() {
        type Case = (&'static [usize], usize, &'static [(usize, usize)]);
        let cases: [Case; 7] = [
            (&[], 3, &[]),
            (&[1, 1, 1], 3, &[(0, 3)]),
            (&[1, 1, 1, 1], 3, &[(0, 3), (3, 4)]),
            (&[1, 1], 0, &[(0, 1), (1, 2)]),
            (&[ARGUMENT_LIMIT, 1], 3, &[(0, 1), (1, 2)]),
            (&[1, ARGUMENT_LIMIT + 1, 1], 3, &[(0, 1), (1, 2), (2, 3)]),
            (&[1, ARGUMENT_LIMIT - 1, 1], 3, &[(0, 2), (2, 3)]),
        ];
        for (costs, max_items, expected) in cases {
            let cut: Vec<_> = pieces(costs.iter().copied(), max_items)
                .into_iter()
                .map(|piece| (piece.start, piece.end))
                .collect();
            assert_eq!(cut, expected, "{costs:?} by {max_items}");
        }
    }

    proptest! {
        #[test]
        fn pieces_hold_everything_in_order(costs in prop::collection::vec(0..ARGUMENT_LIMIT, 0..60), max_items in 0_usize..9) {
            let pieces = pieces(costs.iter().copied(), max_items);
            let all: Vec<usize> = pieces.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..costs.len()).collect::<Vec<_>>());
            for piece in pieces {
                prop_assert!(!piece.is_empty() && piece.len() <= max_items.max(1));
                prop_assert!(costs[piece].iter().sum::<usize>() <= ARGUMENT_LIMIT);
            }
        }
    }
}
