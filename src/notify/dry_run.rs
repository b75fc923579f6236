//! What a poll would do, found out by doing it to a copy.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::directory::Directory;
use super::error::PollError;
use super::failures;
use super::ground::Ground;
use super::hosts::{Hosts, Visit};
use super::nature::Natures;
use super::place::Place;
use super::poll::{Request, Surroundings};
use super::problems;
use super::queue::Queue;
use super::report::Problem;
use super::rules_files::{Reading, RulesReader};
use super::scan::Scanner;
use crate::action::{Commands, Means};
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::rules::ActionName;
use crate::store::sqlite::Sqlite;
use crate::store::{Filter, PartId, PartState, Store, StoreError};

/// What a poll would do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The actions that it would run, in the order in which one worker would, if none failed.
    pub actions: Vec<PlannedAction>,
    /// The lines that it would add to rules files.
    pub lines: Vec<PlannedLine>,
    /// What it would report.
    pub problems: Vec<Problem>,
}

/// One run of an action.
#[derive(Clone, Debug)]
pub struct PlannedAction {
    /// What would run.
    pub action: ActionName,
    /// Whom it would tell, where the delivery is divided already.
    pub recipient: String,
    /// The subject of the items.
    pub subject: Name,
    /// The items, oldest first.
    pub items: Vec<Name>,
    /// It would be tried again, after failures.
    pub again: bool,
}

/// One line to add to a rules file.
#[derive(Clone, Debug)]
pub struct PlannedLine {
    /// The file.
    pub file: PathBuf,
    /// The line.
    pub text: String,
}

/// Finds out what a poll would do. Changes nothing, and takes no lock: another poll may be quicker.
///
/// The state is copied into memory, and the scan is the real one over the copy.
pub fn dry_run(request: &Request, surroundings: &Surroundings<'_>) -> Result<Plan, PollError> {
    let dir = Directory::open(&request.dir)?;
    let config = dir.load_config(surroundings.config_layers)?;
    let (engine, mut store) = Sqlite::scratch(dir.state(&config))?;
    let store = store.as_mut();
    let now = surroundings.clock.now();
    let commands = Commands::new(Means {
        dir: dir.path().to_owned(),
        exec_path: surroundings.exec_path.to_vec(),
        config: config.clone(),
        login: surroundings.login.map(str::to_owned),
        environment: surroundings.environment,
        carrier: Arc::default(),
    });
    let findings = RulesReader {
        dir: &dir,
        engine: &engine,
        commands: &commands,
        now,
        reading: Reading::Dry,
    }
    .read(store)?;
    let mut plan = Plan::default();
    plan.problems.extend(findings.events);
    plan.problems.extend(findings.problems);
    let state = dir.state(&config);
    let cache = state.cache();
    let ground = Ground {
        exec_path: surroundings.exec_path,
        // What has no state yet gets none.
        cache: state.path().exists().then_some(&cache),
        dir: &dir,
        config: &config,
        engine: &engine,
        params: surroundings.params,
        clock: surroundings.clock,
        stop: surroundings.stop,
        progress: surroundings.progress,
    };
    let by_name = !request.archives.is_empty();
    let hosts = Hosts::new(store.host_troubles()?, surroundings.clock, by_name);
    let mut skipped = 0;
    let mut on_hosts = Vec::new();
    for row in store.archives()? {
        if by_name && !request.archives.contains(&row.name) {
            continue;
        }
        let place = Place::find(surroundings.params, &row.name);
        let scan = |store: &mut dyn Store, visit: Option<&Visit<'_>>| {
            let scanner = Scanner {
                ground,
                baseline: request.baseline,
                append: false,
                keeps_found: false,
                place: &place,
                visit,
            };
            Ok(((), scanner.scan(store, &row)?))
        };
        let (_, found) = hosts.scan(store, &place, &scan)?;
        plan.problems.extend(found.findings.problems);
        skipped += found.recorded.skipped;
        let host = place.host().map(str::to_owned);
        on_hosts.extend(host.map(|host| (host, row.name)));
    }
    let on_hosts = on_hosts
        .iter()
        .map(|(host, archive)| (host.as_str(), archive.as_str()));
    plan.problems.extend(hosts.problems(dir.path(), on_hosts));
    plan.problems.extend(problems::unknown_commands(
        &dir,
        store,
        &findings.commands,
        &commands,
    )?);
    plan.problems
        .extend(failures::waiting(dir.path(), &engine, store, &commands)?);
    plan.problems.extend(problems::held(dir.path(), store)?);
    plan.problems.extend(problems::skipped(dir.path(), skipped));
    if !request.baseline {
        plan.actions = actions(store, &commands, now)?;
    }
    for level in Level::SUBJECTS {
        let lines = store.pending_lines(level)?.into_iter();
        plan.lines.extend(lines.map(|line| PlannedLine {
            file: dir.rules(level),
            text: line.text,
        }));
    }
    Ok(plan)
}

fn actions(
    store: &dyn Store,
    commands: &Commands,
    now: Nanos,
) -> Result<Vec<PlannedAction>, StoreError> {
    let states = vec![PartState::Owed, PartState::Waiting];
    let deliveries = store.deliveries(&Filter {
        states,
        ..Filter::default()
    })?;
    let mut by_part = HashMap::new();
    for delivery in &deliveries {
        by_part.extend(
            delivery
                .parts
                .iter()
                .map(|part| (part.id, (delivery, part))),
        );
    }
    let natures = Natures::new(commands);
    let mut queue = Queue::new(store.open_parts()?, now, &|part| natures.of(part));
    let taken = std::iter::from_fn(|| {
        let bid = queue.take(true)?;
        let parts: Vec<PartId> = std::iter::once(bid.part).chain(bid.with).collect();
        for part in &parts {
            queue.ended(*part, false);
        }
        Some(parts)
    });
    let mut planned = Vec::new();
    for id in taken.flatten() {
        let Some((delivery, part)) = by_part.get(&id) else {
            continue;
        };
        let Ok(action) = ActionName::parse(&delivery.action) else {
            continue;
        };
        let items = store.delivery_items(&delivery.uid)?;
        let items = items.get(part.items.clone()).unwrap_or_default();
        planned.push(PlannedAction {
            action,
            recipient: part.recipient.clone(),
            subject: delivery.subject.clone(),
            items: items.iter().map(|item| item.name.clone()).collect(),
            again: part.attempts > 0,
        });
    }
    Ok(planned)
}
