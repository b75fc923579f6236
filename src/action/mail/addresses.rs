//! The addresses that a mail action's THUNK names.

use lettre::Address;

/// Why a THUNK names no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is none.
    #[error("no address stands behind the `:`; write it as in mail-new-revisions:jo@example.org")]
    None,
    /// A word is no address.
    #[error("`{0}` is no mail address; that is written USER@HOST, and several are parted by `,`")]
    Bad(String),
}

/// The addresses of a THUNK, parted by commas; there is at least one.
///
/// One that begins with `-` is refused, since some programs would take it for an option, and one with
/// `/` in its host, since that is the name of something in an archive. The case of a host makes no
/// other recipient.
pub fn addresses(thunk: &str) -> Result<Vec<Address>, AddressError> {
    if thunk.is_empty() {
        return Err(AddressError::None);
    }
    thunk
        .split(',')
        .map(|word| {
            word.parse()
                .ok()
                .filter(|address: &Address| {
                    !word.starts_with('-') && !address.domain().contains('/')
                })
                .and_then(|address| {
                    Address::new(address.user(), address.domain().to_ascii_lowercase()).ok()
                })
                .ok_or_else(|| AddressError::Bad(word.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parted_by_commas() {
        let parsed = addresses("jo@Example.org,al+x@example.com").unwrap();
        let parsed: Vec<String> = parsed.iter().map(ToString::to_string).collect();
        assert_eq!(parsed, ["jo@example.org", "al+x@example.com"]);
    }

    #[test]
    fn what_is_no_address_is_named() {
        assert_eq!(addresses(""), Err(AddressError::None));
        for (thunk, bad) in [
            ("jo", "jo"),
            ("jo@example.org,", ""),
            ("jo@example.org,,al@example.org", ""),
            ("jo@example.org,al", "al"),
            ("-f@example.org", "-f@example.org"),
            ("jo@example.org--2026/c", "jo@example.org--2026/c"),
            ("jo@exa\r\nmple.org", "jo@exa\r\nmple.org"),
            ("<jo@example.org>", "<jo@example.org>"),
        ] {
            assert_eq!(addresses(thunk), Err(AddressError::Bad(bad.to_owned())));
        }
    }
}
