//! What git is asked about a repository's commits: one process for each question.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io::Write as _;

use super::graph::Graph;
use super::oid::Oid;
use super::position::DISTANCES;
use crate::archive::ArchiveError;
use crate::archive::git::program::Git;

/// What is to be known about an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// Whether it is there.
    Itself,
    /// The commit that it is, or that it is a tag of.
    Commit,
    /// The first-parent ancestor at this distance.
    Ancestor(u16),
}

/// What there is, as one run of `git cat-file` saw it.
#[derive(Default)]
pub(super) struct Objects {
    found: HashMap<(Oid, About), Option<Oid>>,
    /// All that was found, whatever the question.
    present: HashSet<Oid>,
}

impl Objects {
    /// Looks for all that is wanted and was not looked for.
    pub(super) fn look_for(
        &mut self,
        git: &Git<'_>,
        wanted: impl IntoIterator<Item = (Oid, About)>,
    ) -> Result<(), ArchiveError> {
        let mut order = Vec::new();
        let mut input = Vec::new();
        for (id, about) in wanted {
            if let Entry::Vacant(place) = self.found.entry((id, about)) {
                place.insert(None);
                order.push((id, about));
                match about {
                    About::Itself => writeln!(input, "{id}"),
                    About::Commit => writeln!(input, "{id}^{{commit}}"),
                    About::Ancestor(distance) => writeln!(input, "{id}~{distance}"),
                }
                .expect("memory takes what is written");
            }
        }
        if order.is_empty() {
            return Ok(());
        }
        let format = "--batch-check=%(objectname) %(objecttype)";
        let output = git.output(&["cat-file", "--buffer", format], &input)?;
        let mut lines = output.split(|byte| *byte == b'\n');
        for key in order {
            let mut words = lines.next().unwrap_or_default().split(|byte| *byte == b' ');
            let id = words.next().and_then(Oid::from_hex);
            // For what is not there git repeats the question.
            if matches!(words.next(), Some(b"commit" | b"tag" | b"tree" | b"blob")) {
                self.found.insert(key, id);
                self.present.extend(id);
            }
        }
        Ok(())
    }

    /// Whether an object is there.
    pub(super) fn has(&self, id: &Oid) -> bool {
        self.present.contains(id)
    }

    /// The commit that an object is, or is a tag of.
    pub(super) fn commit(&self, id: &Oid) -> Option<Oid> {
        self.get(id, About::Commit)
    }

    /// A commit's ancestors at [`DISTANCES`], as far as its history goes.
    pub(super) fn marks(&self, id: &Oid) -> Vec<Oid> {
        let marks = DISTANCES
            .iter()
            .map_while(|distance| self.get(id, About::Ancestor(*distance)));
        marks.collect()
    }

    fn get(&self, id: &Oid, about: About) -> Option<Oid> {
        self.found.get(&(*id, about)).copied().flatten()
    }
}

/// Commits to be walked through: those that some reach and others do not.
#[derive(Default)]
pub(super) struct Range {
    any: bool,
    input: Vec<u8>,
}

impl Range {
    /// What these commits reach, and not what those do. All of them must be there.
    pub(super) fn new(
        from: impl IntoIterator<Item = Oid>,
        without: impl IntoIterator<Item = Oid>,
    ) -> Self {
        let mut range = Self::default();
        for id in from {
            range.any = true;
            writeln!(range.input, "{id}").expect("memory takes what is written");
        }
        for id in without {
            writeln!(range.input, "^{id}").expect("memory takes what is written");
        }
        range
    }

    /// Leaves out what a commit's parents reach.
    pub(super) fn without_parents_of(mut self, id: Oid) -> Self {
        writeln!(self.input, "^{id}^@").expect("memory takes what is written");
        self
    }

    /// Adds its commits to a graph, along first parents alone if the graph says so.
    pub(super) fn walk(&self, git: &Git<'_>, graph: &mut Graph) -> Result<(), ArchiveError> {
        let mut args = vec![
            "rev-list",
            "--topo-order",
            "--reverse",
            "--parents",
            "--stdin",
        ];
        if graph.is_first_parent() {
            args.push("--first-parent");
        }
        self.each_line(git, &args, &mut |line| graph.add(line))
    }

    /// The parents of the very commits that the range begins at.
    pub(super) fn parents(&self, git: &Git<'_>, graph: &mut Graph) -> Result<(), ArchiveError> {
        let args = ["rev-list", "--no-walk=unsorted", "--parents", "--stdin"];
        self.each_line(git, &args, &mut |line| graph.add(line))
    }

    /// How many commits there are.
    pub(super) fn count(&self, git: &Git<'_>) -> Result<usize, ArchiveError> {
        if !self.any {
            return Ok(0);
        }
        let args = ["rev-list", "--count", "--use-bitmap-index", "--stdin"];
        let output = git.output(&args, &self.input)?;
        let text = String::from_utf8_lossy(&output);
        text.trim().parse().map_err(|_| unreadable(&output))
    }

    fn each_line(
        &self,
        git: &Git<'_>,
        args: &[&str],
        take: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), ArchiveError> {
        if !self.any {
            return Ok(());
        }
        let mut rest: Vec<u8> = Vec::new();
        let mut wrong = None;
        git.run(args, &self.input, &mut |piece| {
            let mut piece = piece;
            while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
                let (line, after) = piece.split_at(end);
                piece = &after[1..];
                let taken = if rest.is_empty() {
                    take(line)
                } else {
                    rest.extend_from_slice(line);
                    let taken = take(&rest);
                    rest.clear();
                    taken
                };
                if taken.is_none() {
                    wrong.get_or_insert_with(|| line.to_owned());
                }
            }
            rest.extend_from_slice(piece);
        })?;
        wrong.map_or(Ok(()), |line| Err(unreadable(&line)))
    }
}

/// The best commit that all of these reach, if there is any.
pub(super) fn common_ancestor(git: &Git<'_>, ids: &[Oid]) -> Result<Option<Oid>, ArchiveError> {
    let ids: Vec<String> = ids.iter().map(Oid::to_string).collect();
    let mut args = vec!["merge-base", "--octopus"];
    args.extend(ids.iter().map(String::as_str));
    match git.output(&args, b"") {
        Ok(output) => Ok(output
            .split(|byte| *byte == b'\n')
            .next()
            .and_then(Oid::from_hex)),
        // Without one it fails, and says nothing; what is wrong beside that, the walk will tell.
        Err(ArchiveError::Program { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn unreadable(line: &[u8]) -> ArchiveError {
    ArchiveError::Program {
        program: "git rev-list".to_owned(),
        about: "a repository".to_owned(),
        said: format!(
            "its answer cannot be read: {}",
            String::from_utf8_lossy(line)
        ),
    }
}
