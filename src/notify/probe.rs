//! A directory whose deliveries go to an action that does as a test says.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::deliver::{Delivered, Deliverer};
use super::directory::Directory;
use super::ground::Ground;
use super::hooks::Hooks;
use crate::action::{
    Attempt, BuiltIn, Commands, Ended, Means, Outcome, ProcessGroup, Share, Style, Whole,
};
use crate::clock::{Clock, Nanos, SECOND};
use crate::config::{Config, Limit};
use crate::name::Level;
use crate::params::Params;
use crate::rules::{ActionName, Rule};
use crate::store::sqlite::Sqlite;
use crate::store::{
    Bid, DeliveryRecord, Engine as _, Filter, OpenPart, RuleChanges, RulesFile, ScanPolicy,
    StateDir, Store, SubjectScan,
};

/// What the action answers to an attempt for a recipient with an id.
type Answer = dyn FnMut(&str, &str) -> Outcome + Send;

/// The action `probe:RECIPIENT[/STYLE][,…]`: it divides as its THUNK says, and a batch into two items at
/// a time.
pub(super) struct Probe {
    pub(super) answer: Mutex<Box<Answer>>,
    /// What is said instead of dividing.
    pub(super) refusal: Mutex<Option<Result<(), Outcome>>>,
    pub(super) is_unordered: bool,
    /// `RECIPIENT: ITEM…` of each attempt that succeeded.
    told: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Probe")
    }
}

/// The shares of one recipient of a THUNK.
fn shares(recipient: &str, count: usize, now: Nanos) -> Vec<Share> {
    let (recipient, style) = recipient.split_once('/').unwrap_or((recipient, "batch"));
    let due_at = if style == "later" {
        now + 3600 * SECOND
    } else {
        0
    };
    let (style, step) = match style {
        "each" => (Style::Each, 1),
        "digest" | "later" => (Style::Digest, count),
        "summary" => (Style::Summary, count),
        _ => (Style::Batch, 2),
    };
    (0..count)
        .step_by(step)
        .map(|start| Share {
            recipient: recipient.to_owned(),
            items: start..(start + step).min(count),
            style,
            due_at,
        })
        .collect()
}

impl BuiltIn for Probe {
    fn check(&self, _action: &ActionName) -> Result<(), String> {
        Ok(())
    }

    fn is_ordered(&self, _action: &ActionName) -> bool {
        !self.is_unordered
    }

    fn divides(&self, _action: &ActionName) -> bool {
        true
    }

    fn divide(&self, whole: &Whole<'_>) -> Result<Option<Vec<Share>>, Outcome> {
        match self.refusal.lock().unwrap().clone() {
            Some(Err(outcome)) => return Err(outcome),
            Some(Ok(())) => return Ok(None),
            None => {}
        }
        let recipients = whole
            .action
            .thunk()
            .split(',')
            .filter(|one| !one.is_empty());
        let shares = recipients.flat_map(|one| shares(one, whole.items.len(), whole.now));
        Ok(Some(shares.collect()))
    }

    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        _started: &mut dyn FnMut(ProcessGroup),
        _stop: &AtomicBool,
    ) -> Ended {
        let outcome = (self.answer.lock().unwrap())(attempt.recipient, attempt.delivery_id);
        if outcome.is_success() {
            let own = attempt.items.iter();
            let gathered = attempt.gathered.iter().flat_map(|one| &one.items);
            let items: Vec<&str> = own.chain(gathered).map(|item| item.name.part()).collect();
            let line = format!("{}: {}", attempt.recipient, items.join(" "));
            self.told.lock().unwrap().push(line);
        }
        Ended::without_output(outcome, Duration::ZERO)
    }
}

/// The directory.
pub(super) struct Bench {
    home: tempfile::TempDir,
    engine: Sqlite,
    pub(super) probe: Probe,
    pub(super) jobs: usize,
    made: usize,
}

impl Bench {
    /// One rule for each action, for a version each.
    pub(super) fn new(actions: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        for path in ["n", "archive"] {
            std::fs::create_dir(home.path().join(path)).unwrap();
        }
        let location = format!("dir:{}", home.path().join("archive").display());
        let params = Params::new(home.path().join("params"));
        params
            .register("a@x", &location, home.path(), false)
            .unwrap();
        let engine = Sqlite::open(StateDir::new(home.path().join("n/+state"))).unwrap();
        let added = (1..).zip(actions).map(|(number, action)| {
            let line = format!("a@x/c--b--{number} probe:{action}");
            (Rule::parse_text(Level::Version, &line).unwrap(), number)
        });
        let changes = RuleChanges {
            added: added.collect(),
            ..RuleChanges::default()
        };
        let mut store = engine.connect().unwrap();
        let file = RulesFile::default();
        store
            .change_rules(Level::Version, &changes, &file, &|_, _| None)
            .unwrap();
        Self {
            home,
            engine,
            probe: Probe {
                answer: Mutex::new(Box::new(|_, _| Outcome::Success)),
                refusal: Mutex::default(),
                is_unordered: false,
                told: Mutex::default(),
            },
            jobs: 1,
            made: 0,
        }
    }

    pub(super) fn store(&self) -> Box<dyn Store> {
        self.engine.connect().unwrap()
    }

    /// New items in each version, numbered on; each version's are a delivery.
    pub(super) fn owe(&mut self, count: usize, at: Nanos) {
        let mut store = self.store();
        let archive = store.archives().unwrap().remove(0);
        let policy = ScanPolicy {
            first: Limit::All,
            added: Limit::All,
            baseline: false,
            max_items: 100,
        };
        for watched in store.watched(archive.id, Level::Version).unwrap() {
            let new = (0..count).map(|place| format!("patch-{}", self.made + place));
            let scan = SubjectScan {
                id: watched.id,
                name: watched.name,
                new: new.collect(),
                let_in: std::collections::HashSet::new(),
                all: None,
                since: false,
                look: None,
            };
            self.made += count;
            store.record(&[scan], &policy, &|_| false, at).unwrap();
        }
    }

    /// Delivers what is due at a time, and returns what was told.
    pub(super) fn poll(&mut self, now: Nanos) -> (Vec<String>, Delivered) {
        let home = self.home.path();
        let dir = Directory::open(&home.join("n")).unwrap();
        let (config, params) = (Config::default(), Params::new(home.join("params")));
        let commands = Commands::new(Means::default());
        let probe = Arc::new(Probe {
            answer: Mutex::new(std::mem::replace(
                &mut *self.probe.answer.lock().unwrap(),
                Box::new(|_, _| Outcome::Success),
            )),
            refusal: Mutex::new(self.probe.refusal.lock().unwrap().clone()),
            is_unordered: self.probe.is_unordered,
            told: Mutex::default(),
        });
        commands.put("probe", probe.clone());
        let stop = AtomicBool::new(false);
        let ground = Ground {
            dir: &dir,
            config: &config,
            engine: &self.engine,
            params: Some(&params),
            exec_path: &[],
            cache: None,
            clock: Clock::ahead_by(now - Clock::default().now()),
            stop: &stop,
            progress: &|_| {},
        };
        let hooks = Hooks::none(ground);
        let workers = Deliverer::new(ground, &commands, &hooks, self.jobs).unwrap();
        workers.no_more_to_come();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| workers.work());
            }
        });
        let delivered = workers.finish().unwrap();
        drop(commands);
        let Probe { answer, told, .. } = Arc::into_inner(probe).unwrap();
        self.probe.answer = answer;
        (told.into_inner().unwrap(), delivered)
    }

    /// What was told to anybody.
    pub(super) fn told(&mut self, now: Nanos) -> Vec<String> {
        self.poll(now).0
    }

    /// All deliveries, oldest first.
    pub(super) fn log(&self) -> Vec<DeliveryRecord> {
        self.store().deliveries(&Filter::default()).unwrap()
    }

    /// `RECIPIENT STATE` of all parts of all deliveries.
    pub(super) fn states(&self) -> Vec<String> {
        let log = self.log();
        let parts = log.iter().flat_map(|delivery| &delivery.parts);
        parts
            .map(|part| format!("{} {}", part.recipient, part.word()))
            .collect()
    }

    /// Claims everything that can be, as a process that dies then.
    pub(super) fn die(&self, now: Nanos) {
        let mut store = self.store();
        let claimer = self.engine.claimer().unwrap();
        let open = store.open_parts().unwrap();
        for part in &open {
            let same = |other: &&OpenPart| {
                part.style.gathers()
                    && (other.style, &other.recipient) == (part.style, &part.recipient)
                    && other.id > part.id
            };
            let bid = Bid {
                part: part.id,
                with: open.iter().filter(same).map(|other| other.id).collect(),
                gathers: part.style.gathers(),
                is_ordered: true,
            };
            store.claim(&bid, claimer.name(), 100, now).unwrap();
        }
    }
}
