//! The scans of one poll: every archive in its turn, several at once where there are several.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::ground::Ground;
use super::rules_files::{Reading, RulesFindings, RulesReader};
use super::scan::{Scanned, Scanner};
use super::turn::{Turn, Wait, Wish};
use crate::store::{ArchiveRow, Recorded, Result, Store};

/// How many archives are scanned at once.
const SCANNERS: usize = 4;

/// The scans that a poll is to make.
#[derive(Clone, Copy)]
pub(super) struct Scans<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) wait: Wait,
    pub(super) baseline: bool,
}

/// What the scans of all archives came to.
#[derive(Default)]
pub(super) struct AllScanned {
    pub(super) findings: RulesFindings,
    pub(super) recorded: Recorded,
    /// The archives of which this poll knows how they are.
    pub(super) looked_at: HashSet<String>,
    /// An archive that another poll scans, where we were not to wait.
    pub(super) busy: Option<String>,
}

impl Scans<'_> {
    /// Reads the rules files, as far as they changed.
    pub(super) fn read_rules(
        &self,
        store: &mut dyn Store,
        reading: Reading,
    ) -> Result<RulesFindings> {
        let Ground {
            dir, engine, clock, ..
        } = self.ground;
        let now = clock.now();
        RulesReader {
            dir,
            engine,
            now,
            reading,
        }
        .read(store)
    }

    /// Scans `archives`, and calls `brought` after each scan that brought something to deliver.
    pub(super) fn scan(
        &self,
        store: &mut dyn Store,
        archives: &[ArchiveRow],
        all: &mut AllScanned,
        brought: &mut dyn FnMut(&mut dyn Store) -> Result<()>,
    ) -> Result<()> {
        if let [row] = archives {
            let scanned = self.scan_in_turn(store, row)?;
            all.add(&row.name, scanned);
            return Ok(());
        }
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..SCANNERS.min(archives.len()) {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    let mut store = match self.ground.engine.connect() {
                        Ok(store) => store,
                        Err(error) => return drop(sender.send(Err(error))),
                    };
                    while let Some(row) = archives.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let scanned = self.scan_in_turn(store.as_mut(), row);
                        // Nobody listens any more after an error.
                        let _unheard = sender.send(scanned.map(|scanned| (row, scanned)));
                    }
                });
            }
            drop(sender);
            for scanned in receiver {
                let (row, scanned) = scanned?;
                let has_deliveries = scanned.1.recorded.deliveries > 0;
                all.add(&row.name, scanned);
                if has_deliveries {
                    brought(store)?;
                }
            }
            Ok(())
        })
    }

    fn scan_in_turn(&self, store: &mut dyn Store, row: &ArchiveRow) -> Result<(Turn, Scanned)> {
        let mut total = Scanned::default();
        if self.ground.stop.load(Ordering::Relaxed) {
            return Ok((Turn::Covered, total));
        }
        let scanner = Scanner {
            ground: self.ground,
            baseline: self.baseline,
            append: true,
        };
        let wish = Wish {
            engine: self.ground.engine,
            archive: &row.name,
            wait: self.wait,
            special: self.baseline,
            stop: self.ground.stop,
        };
        let turn = wish.take_turns(&mut |late| {
            // Whoever waited or rang may mean newer rules than those that were read.
            if late {
                let read = self.read_rules(store, Reading::Again)?;
                // Said once, by whoever reads it.
                total.findings.events.extend(read.events);
            }
            let row = store.archives()?.into_iter().find(|now| now.id == row.id);
            if let Some(row) = row {
                let found = scanner.scan(store, &row)?;
                total.recorded += found.recorded;
                // The last scan tells what stands.
                total.findings.problems = found.findings.problems;
                total.findings.events.extend(found.findings.events);
            }
            Ok(())
        })?;
        Ok((turn, total))
    }
}

impl AllScanned {
    fn add(&mut self, archive: &str, (turn, scanned): (Turn, Scanned)) {
        match turn {
            Turn::Scanned => drop(self.looked_at.insert(archive.to_owned())),
            Turn::Busy => self.busy = Some(archive.to_owned()),
            Turn::Covered => {}
        }
        self.recorded += scanned.recorded;
        self.findings.problems.extend(scanned.findings.problems);
        self.findings.events.extend(scanned.findings.events);
    }
}
