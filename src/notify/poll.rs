//! One poll: read the rules, scan the archives they name, deliver what is owed, report.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use super::deliver::{Delivered, Deliverer};
use super::directory::Directory;
use super::error::PollError;
use super::ground::Ground;
use super::problems;
use super::report::{Fate, Problem, Report, ReportBook};
use super::retry;
use super::rules_files::Reading;
use super::scans::{AllScanned, Scans, SeenHosts};
use super::turn::Wait;
use crate::action::Commands;
use crate::clock::{Clock, Nanos, SECOND, nanos};
use crate::config::Config;
use crate::params::Params;
use crate::store::sqlite::Sqlite;
use crate::store::{ArchiveRow, Lock, Recorded, StateDir, Store, StoreError};

const DAY: Nanos = 24 * 60 * 60 * SECOND;

/// What is asked of a poll.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The notification directory.
    pub dir: PathBuf,
    /// Record everything as told, and run nothing.
    pub baseline: bool,
    /// How many actions run at once, instead of what the settings say.
    pub jobs: Option<usize>,
    /// The archives to scan; all that rules name when empty.
    pub archives: Vec<String>,
    /// What to do when another poll scans.
    pub wait: Wait,
}

/// What a poll takes from the process that it runs in.
pub struct Surroundings<'a> {
    /// The parameter directory, where there is one.
    pub params: Option<&'a Params>,
    /// Where actions are looked for.
    pub exec_path: &'a [PathBuf],
    /// The settings' layers below the directory's own.
    pub config_layers: &'a [PathBuf],
    /// The time.
    pub clock: Clock,
    /// Turns true when the poll is to end early: running actions are ended, and are owed still.
    pub stop: &'a AtomicBool,
    /// Told what is being done, often; for a person who waits.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// What a poll did.
#[derive(Clone, Debug, Default)]
pub struct Polled {
    /// What is to be said.
    pub report: Report,
    /// Something failed, or stands failed: the exit code is 1.
    pub failed: bool,
    /// What the scans recorded.
    pub recorded: Recorded,
    /// How often an action was run.
    pub attempts: usize,
    /// An archive that another poll scans, where we were not to wait.
    pub busy: Option<String>,
}

/// Runs one poll.
pub fn poll(request: &Request, surroundings: &Surroundings<'_>) -> Result<Polled, PollError> {
    let dir = Directory::open(&request.dir)?;
    let now = surroundings.clock.now();
    let config = dir
        .load_config(surroundings.config_layers)
        .map_err(|error| {
            // Where the state is stands in the settings; where it mostly is must do.
            say_once_a_day(
                &dir.state(&Config::default()),
                "settings",
                error.into(),
                now,
            )
        })?;
    let state = dir.state(&config);
    let run = || {
        let engine = Sqlite::open(state.clone())?;
        let Surroundings {
            params,
            clock,
            stop,
            progress,
            ..
        } = *surroundings;
        let cache = state.cache();
        let ground = Ground {
            exec_path: surroundings.exec_path,
            cache: Some(&cache),
            dir: &dir,
            config: &config,
            engine: &engine,
            params,
            clock,
            stop,
            progress,
        };
        let commands = Commands::new(surroundings.exec_path.to_vec());
        Poll {
            request,
            ground,
            state: &state,
            commands: &commands,
        }
        .run()
    };
    run().map_err(|error: StoreError| say_once_a_day(&state, "store", error.into(), now))
}

struct Poll<'a> {
    request: &'a Request,
    ground: Ground<'a>,
    state: &'a StateDir,
    commands: &'a Commands,
}

impl Poll<'_> {
    fn run(&self) -> Result<Polled, StoreError> {
        let mut store = self.ground.engine.connect()?;
        let store = store.as_mut();
        let scans = Scans {
            ground: self.ground,
            wait: self.request.wait,
            baseline: self.request.baseline,
            by_name: !self.request.archives.is_empty(),
        };
        let mut all = AllScanned {
            findings: scans.read_rules(store, Reading::First)?,
            ..AllScanned::default()
        };
        let archives = self.archives(store, &mut all)?;
        let delivered = self.scan_and_deliver(store, &scans, &archives, &mut all)?;
        let worked = all.recorded != Recorded::default() || delivered.attempts > 0;
        if worked {
            self.prune(store)?;
        }
        self.state.note_poll()?;
        let mut standing = all.findings.problems;
        standing.extend(problems::unknown_commands(
            self.ground.dir,
            store,
            &all.findings.commands,
            self.commands,
        )?);
        standing.extend(self.waiting(store)?);
        let mut events = all.findings.events;
        events.extend(delivered.died);
        events.extend(problems::skipped(
            self.ground.dir.path(),
            all.recorded.skipped,
        ));
        let mut problems = standing.iter().chain(&events);
        let failed = problems.any(|problem| !problem.warning);
        let unseen: BTreeSet<String> = archives
            .into_iter()
            .map(|row| row.name)
            .filter(|name| !all.looked_at.contains(name))
            .collect();
        let report = self.compare(store, standing, &unseen, &all.hosts)?;
        Ok(Polled {
            report: Report { events, ..report },
            failed,
            recorded: all.recorded,
            attempts: delivered.attempts,
            busy: all.busy,
        })
    }

    /// The archives to scan. One that was asked for and that no rule names is a finding.
    fn archives(
        &self,
        store: &dyn Store,
        all: &mut AllScanned,
    ) -> Result<Vec<ArchiveRow>, StoreError> {
        let mut rows = store.archives()?;
        let asked_for = &self.request.archives;
        if asked_for.is_empty() {
            return Ok(rows);
        }
        rows.retain(|row| asked_for.contains(&row.name));
        let is_known = |name: &&String| rows.iter().any(|row| row.name == **name);
        let unknown = asked_for.iter().filter(|name| !is_known(name));
        all.findings.events.extend(unknown.map(|name| Problem {
            key: format!("archive/{name}"),
            title: format!("no rule names the archive {name}"),
            details: Vec::new(),
            warning: false,
        }));
        Ok(rows)
    }

    /// Scans, and delivers what each scan brings as soon as it has ended.
    fn scan_and_deliver(
        &self,
        store: &mut dyn Store,
        scans: &Scans<'_>,
        archives: &[ArchiveRow],
        all: &mut AllScanned,
    ) -> Result<Delivered, StoreError> {
        let started = OnceLock::new();
        let jobs = self
            .request
            .jobs
            .unwrap_or(self.ground.config.delivery.jobs);
        let delivers = !self.request.baseline;
        std::thread::scope(|scope| {
            let mut deliver = |store: &mut dyn Store| -> Result<(), StoreError> {
                if let Some(deliverer) = started.get() {
                    Deliverer::more_came(deliverer);
                } else if delivers && self.is_due(store)? {
                    let deliverer = Deliverer::new(self.ground, self.commands, jobs)?;
                    let deliverer = started.get_or_init(|| deliverer);
                    for _ in 0..jobs {
                        scope.spawn(|| deliverer.work());
                    }
                }
                Ok(())
            };
            let scanned = scans.scan(store, archives, all, &mut deliver);
            let looked = scanned.and_then(|()| deliver(store));
            // Also when a scan failed: the workers must not wait for it.
            if let Some(deliverer) = started.get() {
                deliverer.no_more_to_come();
            }
            looked
        })?;
        started
            .into_inner()
            .map_or_else(|| Ok(Delivered::default()), Deliverer::finish)
    }

    fn is_due(&self, store: &mut dyn Store) -> Result<bool, StoreError> {
        let now = self.ground.clock.now();
        let urgency = store.urgency(now)?;
        let latest = retry::latest(now, &self.ground.config.delivery);
        if urgency.last_due > latest {
            store.hasten(latest)?;
            return Ok(true);
        }
        Ok(urgency.due)
    }

    /// What waits after a failure; looked for only where there is something.
    fn waiting(&self, store: &dyn Store) -> Result<Vec<Problem>, StoreError> {
        let urgency = store.urgency(self.ground.clock.now())?;
        if urgency.waiting || urgency.held {
            problems::waiting(self.ground.dir.path(), self.ground.engine, store)
        } else {
            Ok(Vec::new())
        }
    }

    fn prune(&self, store: &mut dyn Store) -> Result<(), StoreError> {
        let now = self.ground.clock.now();
        let before = now.saturating_sub(nanos(self.ground.config.store.keep));
        if store.prune(before, now)? {
            self.ground.engine.sweep(before, now.saturating_sub(DAY))?;
        }
        Ok(())
    }

    /// What is to be said of the problems that stand, after what was said before.
    fn compare(
        &self,
        store: &dyn Store,
        problems: Vec<Problem>,
        unseen: &BTreeSet<String>,
        hosts: &SeenHosts,
    ) -> Result<Report, StoreError> {
        let book = ReportBook::new(self.state.reports());
        if problems.is_empty() && book.is_blank() {
            return Ok(Report::default());
        }
        let _guard = self.ground.engine.lock(&Lock::Reports)?;
        let fate = |key: &str, since| match key.split_once('/') {
            Some(("scan", scan)) if unseen.contains(scan.split('/').next().unwrap_or(scan)) => {
                Fate::Unknown
            }
            Some(("host", host)) => self.fate_of_host(host, hosts),
            // What the store does not tell now it tells the next poll.
            Some(("action", rule)) => match problems::has_told(store, rule, since) {
                Ok(true) => Fate::Over,
                Ok(false) => Fate::Gone,
                Err(_) => Fate::Unknown,
            },
            Some(("held", uid)) => match problems::was_sent(store, uid) {
                Ok(true) => Fate::Over,
                Ok(false) => Fate::Gone,
                Err(_) => Fate::Unknown,
            },
            _ => Fate::Over,
        };
        Ok(book.compare(problems, &fate, self.ground.clock.now()))
    }

    fn fate_of_host(&self, host: &str, hosts: &SeenHosts) -> Fate {
        if hosts.answered.contains(host) {
            Fate::Over
        } else if self.request.archives.is_empty() && !hosts.named.contains(host) {
            Fate::Gone
        } else {
            Fate::Unknown
        }
    }
}

/// What keeps every poll from running is said when it starts and once a day, like everything else.
fn say_once_a_day(state: &StateDir, key: &str, error: PollError, now: Nanos) -> PollError {
    let title = match &error {
        PollError::Config(error) => error
            .problems
            .first()
            .map(ToString::to_string)
            .unwrap_or_default(),
        error => error.to_string(),
    };
    let problem = Problem {
        key: key.to_owned(),
        title,
        details: Vec::new(),
        warning: false,
    };
    let book = ReportBook::new(state.reports());
    let report = book.compare(vec![problem], &|_, _| Fate::Unknown, now);
    if report.is_empty() {
        PollError::Again(Box::new(error))
    } else {
        error
    }
}
