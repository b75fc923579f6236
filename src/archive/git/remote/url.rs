//! The URL of a repository elsewhere.

use crate::name;

/// The URL of a repository elsewhere, which may hold a password.
#[derive(Clone, Debug)]
pub(super) struct Url {
    text: String,
    /// What of it nobody is to see.
    secret: Option<String>,
}

impl Url {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            secret: secret(text).map(str::to_owned),
        }
    }

    /// The whole of it, for git alone.
    pub(super) fn whole(&self) -> &str {
        &self.text
    }

    /// What may be shown of it.
    pub(super) fn shown(&self) -> String {
        self.mask(&self.text)
    }

    /// A text in which what nobody is to see is masked.
    pub(super) fn mask(&self, text: &str) -> String {
        match &self.secret {
            Some(secret) => text.replace(secret, "***"),
            None => text.to_owned(),
        }
    }

    /// The machine that must answer, for messages.
    pub(super) fn host(&self) -> &str {
        let authority = match self.text.split_once("://") {
            Some((_, rest)) => rest.split(['/', '\\']).next().unwrap_or(rest),
            // USER@HOST:PATH
            None => self.text.split(':').next().unwrap_or(&self.text),
        };
        authority.rsplit('@').next().unwrap_or(authority)
    }

    /// Whether ssh is what connects.
    pub(super) fn is_ssh(&self) -> bool {
        self.text.starts_with("ssh://") || !self.text.contains("://")
    }

    /// The part of a name that the repository goes by: the end of its path without `.git`.
    pub(super) fn part(&self) -> String {
        let path = self.text.trim_end_matches('/');
        let last = path.rsplit(['/', ':']).next().unwrap_or(path);
        let plain = last.strip_suffix(".git").filter(|plain| !plain.is_empty());
        name::encode(plain.unwrap_or(last).as_bytes())
    }
}

/// The password, and over HTTP the user's name too: that is where tokens stand.
fn secret(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    let secret = match user.split_once(':') {
        _ if scheme.starts_with("http") => user,
        Some((_, password)) => password,
        None => return None,
    };
    (!secret.is_empty()).then_some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_named_by_the_end_of_its_path() {
        for (url, part) in [
            ("https://h/a/x.git", "x"),
            ("https://h/a/x.git/", "x"),
            ("https://h/x", "x"),
            ("jo@h:x.git", "x"),
            ("jo@h:a/x--y", "x%2D%2Dy"),
            ("ssh://jo@h:22/~/x", "x"),
            ("https://h/.git", ".git"),
            ("https://h/a b", "a%20b"),
        ] {
            assert_eq!(Url::new(url).part(), part, "{url}");
        }
    }

    #[test]
    fn passwords_are_masked_wherever_they_turn_up() {
        for (url, shown) in [
            ("https://jo:pw@h/x", "https://***@h/x"),
            ("https://token@h/x", "https://***@h/x"),
            ("ssh://jo:pw@h/x", "ssh://jo:***@h/x"),
            ("ssh://git@h/x", "ssh://git@h/x"),
            ("git@h:x", "git@h:x"),
            ("https://h/x@y", "https://h/x@y"),
        ] {
            assert_eq!(Url::new(url).shown(), shown, "{url}");
        }
        let said = "fatal: unable to access 'https://jo:pw@h/x/'";
        let masked = Url::new("https://jo:pw@h/x").mask(said);
        assert_eq!(masked, "fatal: unable to access 'https://***@h/x/'");
    }
}
