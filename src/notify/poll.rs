//! One poll: read the rules, scan the archives they name, deliver what is owed, report.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::deliver::{Delivered, Deliverer};
use super::directory::Directory;
use super::error::PollError;
use super::failures;
use super::ground::Ground;
use super::hooks::{End, Hooks};
use super::memory::Fate;
use super::problems;
use super::report::{Problem, Report, ReportBook};
use super::retry;
use super::rules_files::{Reading, bad_line};
use super::scans::{AllScanned, Scans};
use super::turn::Wait;
use crate::action::{Commands, Environment, Means};
use crate::clock::{Clock, Nanos, SECOND, nanos};
use crate::config::Config;
use crate::name::{Level, Name};
use crate::params::Params;
use crate::store::sqlite::Sqlite;
use crate::store::{ArchiveRow, Recorded, StateDir, Store, StoreError};

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
    /// The name of the user, if the environment says it.
    pub login: Option<&'a str>,
    /// The variables that settings name.
    pub environment: Environment,
    /// The settings' layers below the directory's own.
    pub config_layers: &'a [PathBuf],
    /// The notification directories whose hooks this process runs in, as `LARCH_WITHIN` says it.
    pub within: Option<&'a str>,
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
        let commands = Commands::new(Means {
            dir: dir.path().to_owned(),
            exec_path: surroundings.exec_path.to_vec(),
            config: config.clone(),
            login: surroundings.login.map(str::to_owned),
            environment: surroundings.environment,
            carrier: Arc::default(),
        });
        let hooks = if request.baseline {
            Hooks::none(ground)
        } else {
            Hooks::new(ground, surroundings.within)
        };
        Poll {
            request,
            ground,
            state: &state,
            commands: &commands,
            hooks: &hooks,
        }
        .run()
    };
    run().map_err(|error: StoreError| say_once_a_day(&state, "store", error.into(), now))
}

pub(super) struct Poll<'a> {
    pub(super) request: &'a Request,
    pub(super) ground: Ground<'a>,
    pub(super) state: &'a StateDir,
    pub(super) commands: &'a Commands,
    pub(super) hooks: &'a Hooks<'a>,
}

impl Poll<'_> {
    fn run(&self) -> Result<Polled, StoreError> {
        let began = self.ground.clock.now();
        let mut store = self.ground.engine.connect()?;
        let store = store.as_mut();
        self.hooks.poll_start(&|| self.known_archives(store))?;
        let scans = Scans {
            ground: self.ground,
            hooks: self.hooks,
            commands: self.commands,
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
        let findings = self.commands.findings().unwrap_or_default();
        standing.extend(findings.iter().map(bad_line));
        let mut events = all.findings.events;
        let died = failures::deaths(self.ground.dir.path(), &delivered.died, self.commands);
        events.extend(died.iter().cloned());
        events.extend(problems::skipped(
            self.ground.dir.path(),
            all.recorded.skipped,
        ));
        let of_hooks = self.hooks.problems();
        let problems = || standing.iter().chain(&of_hooks).chain(&events);
        let is_failure = |problem: &Problem| !problem.warning;
        self.hooks.poll_end(&End {
            exit_code: match all.busy {
                Some(_) => 75,
                None => i32::from(problems().any(is_failure)),
            },
            recorded: all.recorded,
            attempts: delivered.attempts,
            took: Duration::from_nanos((self.ground.clock.now() - began).max(0).cast_unsigned()),
            problems: problems().collect(),
        });
        // With those of the hooks that have just run.
        standing.extend(self.hooks.problems());
        let failed = standing.iter().chain(&events).any(is_failure);
        let unseen: BTreeSet<String> = archives
            .into_iter()
            .map(|row| row.name)
            .filter(|name| !all.looked_at.contains(name))
            .collect();
        let (report, alerted) = self.compare(store, (standing, &died), &unseen, &all.hosts)?;
        Ok(Polled {
            report: Report { events, ..report },
            failed: failed || !alerted,
            recorded: all.recorded,
            attempts: delivered.attempts,
            busy: all.busy,
        })
    }

    /// The archives to scan, as far as that is known before the rules are read.
    fn known_archives(&self, store: &dyn Store) -> Result<Vec<Name>, StoreError> {
        let mut names = self.request.archives.clone();
        if names.is_empty() {
            names.extend(store.archives()?.into_iter().map(|row| row.name));
        }
        let parse = |name: &String| Name::parse(name, Some(Level::Archive)).ok();
        Ok(names.iter().filter_map(parse).collect())
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
                    let deliverer = Deliverer::new(self.ground, self.commands, self.hooks, jobs)?;
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
        if urgency.last_due > latest || urgency.is_of_the_future {
            store.hasten(latest, now)?;
            return Ok(true);
        }
        Ok(urgency.due)
    }

    /// What waits after a failure; looked for only where there is something.
    fn waiting(&self, store: &dyn Store) -> Result<Vec<Problem>, StoreError> {
        let urgency = store.urgency(self.ground.clock.now())?;
        if urgency.waiting || urgency.held {
            let dir = self.ground.dir.path();
            let mut problems = failures::waiting(dir, self.ground.engine, store, self.commands)?;
            problems.extend(problems::held(dir, store)?);
            Ok(problems)
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
