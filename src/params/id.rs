//! `=id`: who the user is, in the words that patch logs carry.

use super::{Params, ParamsError, first_line, make_private_directory, write_error};
use crate::fsx;

impl Params {
    /// The user's id; `None` if none was set.
    pub fn id(&self) -> Result<Option<String>, ParamsError> {
        let path = self.dir.join("=id");
        match first_line(&path)? {
            Some(id) if is_id(&id) => Ok(Some(id)),
            Some(_) => Err(ParamsError::DamagedId(path)),
            None => Ok(None),
        }
    }

    /// Sets the user's id.
    pub fn set_id(&self, id: &str) -> Result<(), ParamsError> {
        if !is_id(id) {
            return Err(ParamsError::BadId(id.to_owned()));
        }
        make_private_directory(&self.dir)?;
        let path = self.dir.join("=id");
        fsx::write_atomic(&path, format!("{id}\n").as_bytes(), 0o644).map_err(write_error(&path))
    }
}

/// Whether tla takes `text` as an id: any printable ASCII, then `<USER@HOST>`.
///
/// Stricter than tla in that an id is one line and has no blanks at its edges, since neither
/// survives in the file.
pub fn is_id(text: &str) -> bool {
    let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.split_once('<')) else {
        return false;
    };
    let Some((user, host)) = address.split_once('@') else {
        return false;
    };
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    text.trim() == text
        && name
            .bytes()
            .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
        && !user.is_empty()
        && user.bytes().all(|byte| byte == b'+' || is_word(byte))
        && host.bytes().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_tla_takes_for_ids() {
        for id in [
            "Jo <jo@example.org>",
            "<jo@example.org>",
            "J@o <jo@x.org>",
            "Jo<jo@x.org>",
            "Jo \"x\" <jo.a@x.org>",
            "Jo > <a@x>",
            "Jo (c) <a+b_c@x_y>",
            "Jo <-a.@>",
        ] {
            assert!(is_id(id), "{id}");
        }
        for id in [
            "",
            "jo@example.org",
            "Jo <jo>",
            "Jo <@x>",
            "Jo <jo@x",
            "Jo <jo@x.org> more",
            "J\u{f6} <jo@x.org>",
            "Jo <jo@x.org><b@c>",
            "Jo <jo@@x.org>",
            "Jo <<a@x>",
            "Jo <a b@x>",
            "Jo <a=b@x>",
            "Jo <a@x+y>",
            "Jo\nX <jo@x.org>",
            " Jo <jo@x.org>",
            "Jo <jo@x.org>\n",
        ] {
            assert!(!is_id(id), "{id:?}");
        }
    }
}
