//! A notification directory that follows all of an archive by one line.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use larch::name::{Level, Name};

use super::{Create, World};
use crate::support::{Run, Sandbox};

/// Polls of one archive, each ten minutes after the last, and what was told by them.
pub(super) struct Watch<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) world: Box<dyn World + 'a>,
    now: Cell<i64>,
    told: RefCell<BTreeSet<String>>,
}

impl<'a> Watch<'a> {
    /// Makes and registers an archive, and follows it.
    #[track_caller]
    pub(super) fn new(sandbox: &'a Sandbox, create: Create) -> Self {
        let world = create(sandbox);
        sandbox
            .larch(["register-archive", "--force", world.archive()])
            .arg(world.location())
            .any_stdout()
            .ok();
        sandbox.follow(world.archive());
        let settings = world.settings();
        let config = format!("[archive.\"{}\"]\n{settings}", world.archive());
        sandbox.write("n/=config.toml", config);
        Self {
            sandbox,
            world,
            now: Cell::new(0),
            told: RefCell::default(),
        }
    }

    /// A poll that begins ten minutes after the last one.
    pub(super) fn poll(&self) -> Run {
        self.now.set(self.now.get() + 600);
        self.sandbox.poll().clock_ahead(self.now.get())
    }

    /// Any other command, at the time of the last poll.
    pub(super) fn larch<'b>(&self, arguments: impl IntoIterator<Item = &'b str>) -> Run {
        self.sandbox
            .larch(arguments)
            .clock_ahead(self.now.get().max(600))
    }

    /// The revisions that were told since the last call. Nothing was told twice ever, and everything
    /// after what it stands in.
    #[track_caller]
    pub(super) fn revisions(&self) -> Vec<String> {
        let mut told = self.told.borrow_mut();
        let mut revisions = Vec::new();
        for item in self.sandbox.take_told() {
            let (level, name) = item.split_once(' ').unwrap();
            let level: Level = level.parse().unwrap();
            let name = Name::parse(name, Some(level)).unwrap();
            for ancestor in name
                .ancestors()
                .filter(|name| name.level() != Level::Archive)
            {
                let above = format!("{} {ancestor}", ancestor.level());
                assert!(told.contains(&above), "{item} before {above}");
            }
            if level == Level::Revision {
                revisions.push(name.to_string());
            }
            assert!(told.insert(item.clone()), "told twice: {item}");
        }
        revisions
    }

    /// Everything that was told so far is at or above one of these revisions, or above one of the
    /// versions that the world may have.
    #[track_caller]
    pub(super) fn check_told(&self, revisions: &[String]) {
        let told = self.told.borrow();
        let expected = self.with_ancestors(Level::Revision, revisions);
        let mut possible = self.with_ancestors(Level::Version, &self.world.versions());
        possible.extend(expected.iter().cloned());
        let missing: Vec<_> = expected.difference(&told).collect();
        assert!(missing.is_empty(), "never told: {missing:#?}");
        let excess: Vec<_> = told.difference(&possible).collect();
        assert!(excess.is_empty(), "never made: {excess:#?}");
    }

    /// Names of one level and all that is there below the archive because of them, each after its
    /// level.
    pub(super) fn with_ancestors(&self, level: Level, names: &[String]) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for name in names {
            let name = Name::parse(name, Some(level)).unwrap();
            for name in name.ancestors().chain([name.clone()]) {
                match name.level() {
                    Level::Archive => continue,
                    Level::Category => {
                        for branch in self.world.everywhere() {
                            all.insert(format!("branch {}", name.child(branch).unwrap()));
                        }
                    }
                    _ => {}
                }
                all.insert(format!("{} {name}", name.level()));
            }
        }
        all
    }
}
