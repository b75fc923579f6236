//! Running the action of one claimed delivery, with what it needs to know of the archive.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::ground::Ground;
use crate::action::{self, Attempt, Commands, Ended, Outcome, Program};
use crate::archive::{self, Archive, Location};
use crate::causes::with_causes;
use crate::fault;
use crate::store::{Claimed, Claimer};

/// How long an action has between TERM and KILL.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Runs actions; the workers of one poll share it.
pub(super) struct Runner<'a> {
    ground: Ground<'a>,
    commands: &'a Commands,
    archives: Mutex<HashMap<String, Arc<Opened<'a>>>>,
}

/// An archive as attempts need it, or why it cannot be had.
struct Opened<'a> {
    location: String,
    kind: String,
    archive: Result<Box<dyn Archive + 'a>, String>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(ground: Ground<'a>, commands: &'a Commands) -> Self {
        Self {
            ground,
            commands,
            archives: Mutex::default(),
        }
    }

    /// Runs the action of a claimed part to its end.
    pub(super) fn run(&self, owner: &dyn Claimer, claimed: &Claimed) -> Ended {
        let not_run = |outcome| Ended {
            outcome,
            output: Vec::new(),
            output_total: 0,
            duration: Duration::ZERO,
        };
        // A bad THUNK of a built-in action must never be made up for by an item's name.
        let found = self.commands.check(&claimed.action);
        let program = match found.and_then(|()| self.commands.find(claimed.action.command())) {
            // Nothing is read for what does nothing.
            Ok(Program::Noop) => return not_run(Outcome::Success),
            Ok(program) => program,
            Err(error) => return not_run(Outcome::NotStarted(error.to_string())),
        };
        let opened = self.archive(claimed.subject.archive());
        let archive = match &opened.archive {
            Ok(archive) => archive,
            Err(why) => return not_run(Outcome::Unreachable(why.clone())),
        };
        let settings = &self.ground.config.delivery;
        let attempt = Attempt {
            program: &program,
            action: &claimed.action,
            dir: self.ground.dir.path(),
            delivery_id: &claimed.uid,
            number: claimed.number,
            subject: &claimed.subject,
            items: &claimed.items,
            kind: &opened.kind,
            location: &opened.location,
            timeout: settings.timeout,
            grace: GRACE,
            output_limit: settings.output_limit,
            describe: &|revisions| archive.describe(revisions),
        };
        let mut started = |group| {
            fault::point("after-spawn");
            // Should this fail, whoever takes over finds the action by its environment.
            let _noted = owner.note(claimed.id, &group);
            fault::point("after-start");
        };
        action::run(&attempt, &mut started, self.ground.stop)
    }

    /// The archive, opened once for all attempts of this poll.
    fn archive(&self, name: &str) -> Arc<Opened<'a>> {
        let mut archives = self.archives.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = archives.entry(name.to_owned()).or_insert_with(|| {
            let location = match self.ground.params.map(|params| params.location(name)) {
                Some(Ok(Some(location))) => Ok(location),
                Some(Err(error)) => Err(with_causes(&error)),
                None | Some(Ok(None)) => Err(format!("the archive {name} is not registered")),
            };
            let archive = location.clone().and_then(|location| {
                archive::open(name, &location, None, self.ground.access(name))
                    .map_err(|error| with_causes(&error))
            });
            let kind = location
                .as_ref()
                .ok()
                .and_then(|location| Location::parse(location).ok());
            Arc::new(Opened {
                kind: kind.map(|kind| kind.kind().to_owned()).unwrap_or_default(),
                location: location.unwrap_or_default(),
                archive,
            })
        });
        Arc::clone(opened)
    }
}
