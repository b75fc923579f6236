//! [`Oid`]: the name of a git object.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest that an object's name is: SHA-256.
const LONGEST: usize = 32;

/// The name of a git object, SHA-1 or SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Oid {
    length: u8,
    bytes: [u8; LONGEST],
}

impl Oid {
    /// From its bytes: 20 or 32.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let length = match bytes.len() {
            20 => 20,
            LONGEST => 32,
            _ => return None,
        };
        let mut whole = [0; LONGEST];
        whole[..bytes.len()].copy_from_slice(bytes);
        Some(Self {
            length,
            bytes: whole,
        })
    }

    /// From 40 or 64 lower-case hex digits.
    pub(super) fn from_hex(text: &[u8]) -> Option<Self> {
        let (pairs, rest) = text.as_chunks::<2>();
        if !rest.is_empty() || pairs.len() > LONGEST {
            return None;
        }
        let mut bytes = [0; LONGEST];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Self::from_bytes(&bytes[..pairs.len()])
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// By its beginning: ids are hashes themselves, and there are many.
impl Hash for Oid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (beginning, _) = self.bytes.as_chunks::<8>();
        state.write_u64(u64::from_ne_bytes(beginning[0]));
    }
}

/// As git writes it.
impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(2 * LONGEST);
        for byte in self.as_bytes() {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_lengths_are_read_and_written() {
        for length in [40, 64] {
            let text = "0123456789abcdef".repeat(4)[..length].to_owned();
            assert_eq!(Oid::from_hex(text.as_bytes()).unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "0",
            "0123",
            &"0".repeat(39),
            &"g".repeat(40),
            &"0".repeat(66),
        ] {
            assert_eq!(Oid::from_hex(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
