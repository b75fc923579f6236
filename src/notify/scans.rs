//! The scans of one poll: every archive in its turn, several at once where there are several.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};

use super::ground::Ground;
use super::hooks::Hooks;
use super::hosts::{Hosts, Lanes, Visit};
use super::place::Place;
use super::rules_files::{Reading, RulesFindings, RulesReader};
use super::scan::{Failure, Scanned, Scanner, is_too_early, standing};
use super::turn::{Turn, Wait, Wish};
use crate::action::Commands;
use crate::store::{ArchiveRow, Recorded, Result, Store};

/// How many archives on this machine are scanned at once.
const SCANNERS: usize = 4;

/// How many archives elsewhere are scanned at once.
const REMOTE_SCANNERS: usize = 32;

/// The scans that a poll is to make.
#[derive(Clone, Copy)]
pub(super) struct Scans<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) hooks: &'a Hooks<'a>,
    pub(super) commands: &'a Commands,
    pub(super) wait: Wait,
    pub(super) baseline: bool,
    /// The archives were asked for by their names.
    pub(super) by_name: bool,
}

/// An archive and where it is.
struct Site<'a> {
    row: &'a ArchiveRow,
    place: Place,
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
    pub(super) hosts: SeenHosts,
}

/// The hosts of the archives that were to be scanned.
#[derive(Default)]
pub(super) struct SeenHosts {
    /// All of them, by the archives that are on them.
    pub(super) of: HashMap<String, String>,
    /// Those that answered.
    pub(super) answered: HashSet<String>,
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
            commands: self.commands,
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
        let places = archives
            .iter()
            .map(|row| Place::find(self.ground.params, &row.name));
        let sites: Vec<Site<'_>> = archives
            .iter()
            .zip(places)
            .map(|(row, place)| Site { row, place })
            .collect();
        let hosts = self.hosts(store, &sites)?;
        let mut local = Vec::new();
        let mut remote = Vec::new();
        for site in &sites {
            if self.is_too_early(site) {
                all.looked_at.insert(site.row.name.clone());
                let problems = standing(store, site.row)?;
                all.findings.problems.extend(problems);
            } else if site.place.is_remote() {
                // A host that is left alone for now is a problem of its own.
                let is_asked = site.place.host().is_none_or(|host| hosts.limit(host) > 0);
                remote.extend(is_asked.then_some(site));
            } else {
                local.push(site);
            }
        }
        if let ([site], []) | ([], [site]) = (local.as_slice(), remote.as_slice()) {
            let scanned = self.scan_site(store, site, &hosts)?;
            self.hooks.scanned(&site.place, &scanned.1);
            all.add(&site.row.name, scanned);
        } else {
            self.scan_at_once(store, &local, &remote, &hosts, all, brought)?;
        }
        for site in &sites {
            let said = site.place.host().and_then(|host| hosts.failure(host));
            let failure = said.and_then(|said| Failure::of_archive(&site.row.name, &said));
            if let Some(failure) = failure {
                self.hooks.scan_failed(&site.place, &failure);
            }
        }
        let on_hosts = || {
            sites
                .iter()
                .filter_map(|site| Some((site.place.host()?, site.row.name.as_str())))
        };
        let problems = hosts.problems(self.ground.dir.path(), on_hosts());
        all.findings.problems.extend(problems);
        all.hosts.answered = hosts.answered();
        all.hosts.of = on_hosts()
            .map(|(host, archive)| (archive.to_owned(), host.to_owned()))
            .collect();
        Ok(())
    }

    /// Scans what is here by a few threads and what is elsewhere by many: they mostly wait.
    fn scan_at_once(
        &self,
        store: &mut dyn Store,
        local: &[&Site<'_>],
        remote: &[&Site<'_>],
        hosts: &Hosts,
        all: &mut AllScanned,
        brought: &mut dyn FnMut(&mut dyn Store) -> Result<()>,
    ) -> Result<()> {
        let next = AtomicUsize::new(0);
        let next_local = || local.get(next.fetch_add(1, Ordering::Relaxed)).copied();
        let remote_work = remote.iter().map(|site| (site.place.host(), *site));
        let lanes = Lanes::new(hosts, remote_work);
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..SCANNERS.min(local.len()) {
                let sender = sender.clone();
                scope.spawn(move || {
                    let mut next = || next_local().map(|site| (site, ()));
                    self.scan_each(&mut next, hosts, &sender);
                });
            }
            for _ in 0..REMOTE_SCANNERS.min(remote.len()) {
                let (sender, lanes) = (sender.clone(), &lanes);
                scope.spawn(move || {
                    let mut next = || lanes.take().map(|turn| (turn.work, turn));
                    self.scan_each(&mut next, hosts, &sender);
                });
            }
            drop(sender);
            for scanned in receiver {
                let (site, scanned) = scanned?;
                let has_deliveries = scanned.1.recorded.deliveries > 0;
                all.add(&site.row.name, scanned);
                if has_deliveries {
                    brought(store)?;
                }
            }
            Ok(())
        })
    }

    /// Scans one archive after the other, as `next` gives them; what comes with one is held meanwhile.
    fn scan_each<'s, H>(
        &self,
        next: &mut dyn FnMut() -> Option<(&'s Site<'s>, H)>,
        hosts: &Hosts,
        sender: &Sender<Result<(&'s Site<'s>, (Turn, Scanned))>>,
    ) {
        let mut connected: Option<Box<dyn Store>> = None;
        while let Some((site, held)) = next() {
            let mut store = match connected.take() {
                Some(store) => store,
                None => match self.ground.engine.connect() {
                    Ok(store) => store,
                    Err(error) => return drop(sender.send(Err(error))),
                },
            };
            let scanned = self.scan_site(store.as_mut(), site, hosts);
            drop(held);
            if let Ok((_, scanned)) = &scanned {
                self.hooks.scanned(&site.place, scanned);
            }
            // Nobody listens any more after an error.
            let _unheard = sender.send(scanned.map(|scanned| (site, scanned)));
            connected = Some(store);
        }
    }

    /// Scans one archive, unless its host is left alone for now.
    fn scan_site(
        &self,
        store: &mut dyn Store,
        site: &Site<'_>,
        hosts: &Hosts,
    ) -> Result<(Turn, Scanned)> {
        let scan = |store: &mut dyn Store, visit: Option<&Visit<'_>>| {
            self.scan_in_turn(store, site, visit)
        };
        let (turn, scanned) = hosts.scan(store, &site.place, &scan)?;
        Ok((turn.unwrap_or(Turn::Covered), scanned))
    }

    fn hosts(&self, store: &dyn Store, sites: &[Site<'_>]) -> Result<Hosts> {
        let is_any = sites.iter().any(|site| site.place.host().is_some());
        let troubles = if is_any {
            store.host_troubles()?
        } else {
            Vec::new()
        };
        Ok(Hosts::new(troubles, self.ground.clock, self.by_name))
    }

    fn is_too_early(&self, site: &Site<'_>) -> bool {
        let settings = self.ground.settings(&site.row.name);
        let now = self.ground.clock.now();
        is_too_early(settings, site.row, &site.place, now)
    }

    fn scan_in_turn(
        &self,
        store: &mut dyn Store,
        site: &Site<'_>,
        visit: Option<&Visit<'_>>,
    ) -> Result<(Turn, Scanned)> {
        let row = site.row;
        let mut total = Scanned::default();
        if self.ground.stop.load(Ordering::Relaxed) {
            return Ok((Turn::Covered, total));
        }
        let scanner = Scanner {
            ground: self.ground,
            baseline: self.baseline,
            append: true,
            keeps_found: self.hooks.hear_of_items(),
            place: &site.place,
            visit,
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
                total.failures = found.failures;
                total.found.extend(found.found);
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
