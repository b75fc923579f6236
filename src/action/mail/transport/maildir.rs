//! Mail into a Maildir, which mail programs read by themselves.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::failure::deferred;
use crate::action::mail::Outgoing;
use crate::action::{Ended, Outcome, means};
use crate::fsx::sync_directory;

/// The directories of a Maildir: what is read, what is not, and what is being written.
const PARTS: [&str; 3] = ["cur", "new", "tmp"];

/// A Maildir.
#[derive(Debug)]
pub(super) struct Maildir {
    path: PathBuf,
}

impl Maildir {
    /// Makes sure that it is there, or can be made when the first message comes.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        if path.is_dir() || !path.exists() && path.parent().is_some_and(Path::is_dir) {
            return Ok(Self {
                path: path.to_owned(),
            });
        }
        Err(format!(
            "mail is kept in {}, as [mail] says, and that is no directory, nor can it be made, since \
             the directory above is not there",
            path.display()
        ))
    }

    /// Keeps a message. The output is the file's name.
    pub(super) fn keep(&self, outgoing: &Outgoing<'_>) -> Ended {
        let begun = Instant::now();
        let (outcome, output) = match self.write(outgoing) {
            Ok(name) => (Outcome::Success, name.into_bytes()),
            Err(error) => {
                let path = self.path.display();
                (
                    deferred(format!("cannot keep mail in {path}: {error}")),
                    Vec::new(),
                )
            }
        };
        Ended {
            output_total: output.len() as u64,
            outcome,
            output,
            duration: begun.elapsed(),
        }
    }

    /// The name is made of the delivery's id: a message that comes again takes the place of the
    /// first one, as long as nobody has read that.
    fn write(&self, outgoing: &Outgoing<'_>) -> io::Result<String> {
        self.make()?;
        let host = means::host().replace(['/', ':'], "_");
        let name = format!("larch.{}.{host}", outgoing.delivery_id);
        let temporary = self.path.join("tmp").join(&name);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)?;
        let head = format!(
            "Return-Path: <{}>\nDelivered-To: {}\n",
            outgoing.from, outgoing.to
        );
        let mut text = head.into_bytes();
        text.extend(outgoing.message.iter().filter(|&&byte| byte != b'\r'));
        file.write_all(&text)?;
        file.sync_all()?;
        let new = self.path.join("new");
        fs::rename(&temporary, new.join(&name))?;
        sync_directory(&new)?;
        Ok(name)
    }

    fn make(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        for path in [self.path.clone()]
            .into_iter()
            .chain(PARTS.map(|part| self.path.join(part)))
        {
            match builder.create(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_message_that_comes_again_takes_the_place_of_the_first() {
        let directory = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(&directory.path().join("post")).unwrap();
        for text in ["Subject: a\r\n\r\n.\r\n", "Subject: b\r\n\r\n.\r\n"] {
            let ended = maildir.keep(&Outgoing {
                from: &"larch@example.org".parse().unwrap(),
                to: &"al@example.org".parse().unwrap(),
                message: text.as_bytes(),
                timeout: Duration::from_secs(1),
                delivery_id: "52f64d445405d0106f62",
            });
            assert_eq!(ended.outcome, Outcome::Success);
        }
        let new: Vec<_> = fs::read_dir(directory.path().join("post/new"))
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        let text =
            "Return-Path: <larch@example.org>\nDelivered-To: al@example.org\nSubject: b\n\n.\n";
        assert_eq!(new, [text]);
    }
}
