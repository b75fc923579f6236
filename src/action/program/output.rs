//! What is kept of an action's output: the first half and the last half, within a limit.

use std::collections::VecDeque;

/// Takes output as it comes, in memory that grows to the limit and never over it.
#[derive(Debug)]
pub(super) struct Output {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    head_limit: usize,
    tail_limit: usize,
    total: u64,
}

impl Output {
    /// Keeps at most `limit` bytes, apart from the line that says what was left out.
    pub(super) fn new(limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let head_limit = limit / 2;
        Self {
            head: Vec::new(),
            tail: VecDeque::new(),
            head_limit,
            tail_limit: limit - head_limit,
            total: 0,
        }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.head_limit - self.head.len();
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(self.tail_limit)..];
        let over = (self.tail.len() + rest.len()).saturating_sub(self.tail_limit);
        self.tail.drain(..over);
        self.tail.extend(rest);
    }

    /// What was kept, and how many bytes there were.
    pub(super) fn finish(self) -> (Vec<u8>, u64) {
        let mut kept = self.head;
        let left_out = self.total - kept.len() as u64 - self.tail.len() as u64;
        if left_out > 0 {
            if kept.last().is_some_and(|&byte| byte != b'\n') {
                kept.push(b'\n');
            }
            kept.extend_from_slice(format!("[… {left_out} bytes left out …]\n").as_bytes());
        }
        let (front, back) = self.tail.as_slices();
        kept.extend_from_slice(front);
        kept.extend_from_slice(back);
        (kept, self.total)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(limit: u64, chunks: &[&[u8]]) -> (String, u64) {
        let mut output = Output::new(limit);
        for chunk in chunks {
            output.push(chunk);
        }
        let (kept, total) = output.finish();
        (String::from_utf8(kept).unwrap(), total)
    }

    #[test]
    fn what_fits_is_kept_whole() {
        assert_eq!(kept(6, &[b"abc", b"def"]), ("abcdef".to_owned(), 6));
        assert_eq!(kept(0, &[]), (String::new(), 0));
    }

    #[test]
    fn what_does_not_fit_loses_its_middle() {
        assert_eq!(
            kept(4, &[b"abc", b"d", b"efg"]),
            ("ab\n[… 3 bytes left out …]\nfg".to_owned(), 7)
        );
        assert_eq!(
            kept(0, &[b"abc"]),
            ("[… 3 bytes left out …]\n".to_owned(), 3)
        );
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..9), limit in 0_u64..40) {
            let mut cut = Output::new(limit);
            for chunk in &chunks {
                cut.push(chunk);
            }
            let mut whole = Output::new(limit);
            whole.push(&chunks.concat());
            prop_assert_eq!(cut.finish(), whole.finish());
        }
    }
}
