//! An archive of git repositories that grows.

use std::fmt::Write as _;
use std::fs;

use larch::name::Level;

use crate::support::{Dice, Sandbox, register};

/// The name of the archive.
pub(super) const NAME: &str = "srv";

/// Something that is new.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its qualified name.
    pub(super) name: String,
    /// What it is.
    pub(super) level: Level,
    /// Whether it changed a file below `src`.
    pub(super) in_src: bool,
}

/// The archive, and what was made in it, in that order.
pub(super) struct Grown<'s> {
    sandbox: &'s Sandbox,
    repositories: usize,
    pub(super) items: Vec<Item>,
}

impl<'s> Grown<'s> {
    pub(super) fn new(sandbox: &'s Sandbox) -> Self {
        fs::create_dir(sandbox.path("served")).unwrap();
        let location = format!("git:{}", sandbox.path("served").display());
        register(sandbox, NAME, &location);
        Self {
            sandbox,
            repositories: 0,
            items: Vec::new(),
        }
    }

    /// Makes some commits, now and then in a repository of their own, and now and then none.
    #[track_caller]
    pub(super) fn grow(&mut self, dice: &mut Dice) {
        let count = dice.below(5);
        if self.repositories == 0 || (self.repositories < 4 && dice.below(6) == 0) {
            self.found(dice, count + 1);
        } else {
            self.commit(
                &format!("served/r{}.git", dice.below(self.repositories)),
                dice,
                count,
            );
        }
    }

    /// A repository with commits appears, whole.
    fn found(&mut self, dice: &mut Dice, count: usize) {
        let name = format!("r{}", self.repositories);
        self.repositories += 1;
        let (new, served) = (format!("tmp/{name}.git"), format!("served/{name}.git"));
        self.sandbox.run("git", ["init", "-q", "--bare", &new]).ok();
        let head = "ref: refs/heads/main\n";
        self.sandbox.write(format!("{new}/HEAD"), head);
        for (rest, level) in [
            ("", Level::Category),
            ("--heads", Level::Branch),
            ("--heads--main", Level::Version),
        ] {
            self.items.push(Item {
                name: format!("{NAME}/{name}{rest}"),
                level,
                in_src: false,
            });
        }
        self.commit(&new, dice, count);
        fs::rename(self.sandbox.path(new), self.sandbox.path(served)).unwrap();
    }

    /// Adds to `main` of a repository.
    fn commit(&mut self, path: &str, dice: &mut Dice, count: usize) {
        let is_first = !self.sandbox.path(path).join("refs/heads/main").exists();
        let mut stream = String::new();
        let mut in_src = Vec::new();
        for number in 0..count {
            in_src.push(dice.below(2) == 0);
            // What follows goes on from what came before.
            let from = if number == 0 && !is_first {
                "from refs/heads/main^0\n"
            } else {
                ""
            };
            let file = self.items.len() + number;
            let directory = if in_src[number] { "src" } else { "doc" };
            write!(
                stream,
                "commit refs/heads/main\nmark :{mark}\n\
                 committer Jo <jo@example.org> 1700000000 +0000\ndata 6\nchange\n{from}\
                 M 100644 inline {directory}/f{file}\ndata 4\ntext\nget-mark :{mark}\n",
                mark = number + 1
            )
            .unwrap();
        }
        let import = self.sandbox.run("git", ["fast-import", "--quiet"]);
        let ended = import
            .cwd(self.sandbox.path(path))
            .stdin(stream)
            .any_stdout()
            .ok();
        let (_, repository) = path.rsplit_once('/').unwrap();
        let repository = repository.trim_end_matches(".git");
        for (id, in_src) in ended.stdout.lines().zip(in_src) {
            self.items.push(Item {
                name: format!("{NAME}/{repository}--heads--main--{id}"),
                level: Level::Revision,
                in_src,
            });
        }
    }
}
