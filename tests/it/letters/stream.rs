//! Commits byte for byte, as `git fast-import` reads them, so that their hashes never change.

use std::io::Write as _;

use crate::support::Sandbox;

/// When the first commit is made: in April 2005.
const FIRST: u64 = 1_112_911_993;

/// A bare repository `served/NAME.git` that is yet to be written.
pub(super) struct Stream {
    bytes: Vec<u8>,
    mark: u64,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            mark: 0,
        }
    }

    /// Adds a commit to `reference`, by Jo; each file has its bytes, or `None` where it is removed.
    /// Returns its mark.
    pub(super) fn commit(
        &mut self,
        reference: &str,
        message: impl AsRef<[u8]>,
        files: &[(&str, Option<&[u8]>)],
    ) -> u64 {
        self.commit_of("J\u{f6} Tester <jo@example.org>", reference, message, files)
    }

    /// The same, by somebody else.
    pub(super) fn commit_of(
        &mut self,
        author: impl AsRef<[u8]>,
        reference: &str,
        message: impl AsRef<[u8]>,
        files: &[(&str, Option<&[u8]>)],
    ) -> u64 {
        self.mark += 1;
        let when = FIRST + 3600 * self.mark;
        let mark = self.mark;
        writeln!(self.bytes, "commit {reference}\nmark :{mark}").unwrap();
        for role in ["author", "committer"] {
            write!(self.bytes, "{role} ").unwrap();
            self.bytes.extend_from_slice(author.as_ref());
            writeln!(self.bytes, " {when} +0200").unwrap();
        }
        self.data(message.as_ref());
        for (path, content) in files {
            match content {
                Some(content) => {
                    writeln!(self.bytes, "M 100644 inline {path}").unwrap();
                    self.data(content);
                }
                None => writeln!(self.bytes, "D {path}").unwrap(),
            }
        }
        mark
    }

    /// Adds a branch at a commit.
    pub(super) fn branch(&mut self, name: &str, at: u64) {
        writeln!(self.bytes, "reset refs/heads/{name}\nfrom :{at}\n").unwrap();
    }

    /// Adds a tag of a commit.
    pub(super) fn tag(&mut self, name: &str, at: u64, message: &str) {
        let when = FIRST + 7200;
        writeln!(
            self.bytes,
            "tag {name}\nfrom :{at}\ntagger Jo Tester <jo@example.org> {when} +0200"
        )
        .unwrap();
        self.data(message.as_bytes());
    }

    /// Writes the repository, and returns the hashes of its commits, in their order.
    #[track_caller]
    pub(super) fn write(self, sandbox: &Sandbox, name: &str) -> Vec<String> {
        let bare = format!("served/{name}.git");
        sandbox
            .run("git", ["init", "-q", "-b", "main", "--bare", &bare])
            .ok();
        let git = |arguments: &[&str]| sandbox.run("git", arguments).cwd(sandbox.path(&bare));
        git(&[
            "fast-import",
            "--quiet",
            "--date-format=raw-permissive",
            "--export-marks=marks",
        ])
        .stdin(&self.bytes)
        .ok();
        let marks = sandbox.read(format!("{bare}/marks"));
        let mut marks: Vec<(u64, String)> = marks
            .lines()
            .map(|line| {
                let (mark, hash) = line[1..].split_once(' ').unwrap();
                (mark.parse().unwrap(), hash.to_owned())
            })
            .collect();
        marks.sort();
        marks.into_iter().map(|(_, hash)| hash).collect()
    }

    fn data(&mut self, bytes: &[u8]) {
        writeln!(self.bytes, "data {}", bytes.len()).unwrap();
        self.bytes.extend_from_slice(bytes);
        self.bytes.push(b'\n');
    }
}
