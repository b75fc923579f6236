//! Running the action of one claimed delivery, with what it needs to know of the archive.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::ground::Ground;
use super::hooks::{AttemptEnd, Hooks};
use crate::action::{self, Attempt, Commands, Ended, Outcome};
use crate::archive::{self, Archive, ArchiveError, Description, Details, Location, Wanted};
use crate::causes::with_causes;
use crate::fault;
use crate::name::{Level, Name};
use crate::store::{Claimed, Claimer};

/// How long an action has between TERM and KILL.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Runs actions; the workers of one poll share it.
pub(super) struct Runner<'a> {
    ground: Ground<'a>,
    commands: &'a Commands,
    hooks: &'a Hooks<'a>,
    archives: Mutex<HashMap<String, Arc<OnceLock<Opened<'a>>>>>,
}

/// An archive as attempts need it, or why it cannot be had.
struct Opened<'a> {
    location: String,
    kind: String,
    archive: Result<Box<dyn Archive + 'a>, String>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(ground: Ground<'a>, commands: &'a Commands, hooks: &'a Hooks<'a>) -> Self {
        Self {
            ground,
            commands,
            hooks,
            archives: Mutex::default(),
        }
    }

    /// Runs the action of a claimed part to its end.
    pub(super) fn run(&self, owner: &dyn Claimer, claimed: &Claimed) -> Ended {
        let not_run = |outcome| Ended::without_output(outcome, Duration::ZERO);
        // Nothing is read for what does nothing.
        let does_nothing = action::does_nothing(claimed.action.command());
        if does_nothing && !self.hooks.hear_of_starts() {
            return not_run(Outcome::Success);
        }
        let mut started = |group| {
            fault::point("after-spawn");
            // Should this fail, whoever takes over finds the action by its environment.
            let _noted = owner.note(claimed.own.part, &group);
            fault::point("after-start");
        };
        self.with_attempt(claimed, &mut |attempt, archive| {
            self.hooks.action_start(attempt);
            match archive {
                Err(why) if !does_nothing => not_run(Outcome::Unreachable(why.to_owned())),
                _ => self
                    .hooks
                    .instead_of_action(attempt, &mut started)
                    .unwrap_or_else(|| {
                        self.commands
                            .attempt(attempt, &mut started, self.ground.stop)
                    }),
            }
        })
    }

    /// Runs the hooks that come after the end of an attempt, which is settled.
    pub(super) fn ended(&self, claimed: &Claimed, end: &AttemptEnd<'_>) {
        if self.hears_of(end) {
            self.with_attempt(claimed, &mut |attempt, _| {
                self.hooks.action_ended(attempt, end);
            });
        }
    }

    /// Whether any hook comes after an attempt that ended so.
    pub(super) fn hears_of(&self, end: &AttemptEnd<'_>) -> bool {
        self.hooks.hear_of_end(end)
    }

    /// Calls `work` with what one attempt of a part needs, and why its archive cannot be had, if it
    /// cannot.
    fn with_attempt<T>(
        &self,
        claimed: &Claimed,
        work: &mut dyn FnMut(&Attempt<'_>, Result<(), &str>) -> T,
    ) -> T {
        let place = self.archive(claimed.subject.archive());
        let opened = self.opened(&place, claimed.subject.archive());
        let settings = &self.ground.config.delivery;
        let attempt = Attempt {
            action: &claimed.action,
            recipient: &claimed.recipient,
            style: claimed.style,
            gathered: &claimed.gathered,
            dir: self.ground.dir.path(),
            delivery_id: &claimed.own.uid,
            number: claimed.number,
            subject: &claimed.subject,
            items: &claimed.items,
            kind: &opened.kind,
            location: &opened.location,
            timeout: settings.timeout,
            grace: GRACE,
            output_limit: settings.output_limit,
            now: self.ground.clock.now(),
            describe: &|revisions| self.describe(revisions),
            tell: &|revisions, wanted| self.tell(revisions, wanted),
        };
        let archive = opened.archive.as_ref().map(drop);
        work(&attempt, archive.map_err(String::as_str))
    }

    /// What their archives know of revisions. Of names of other levels nothing is known.
    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        let mut described = Vec::new();
        for of_one in revisions.chunk_by(|one, next| one.parent() == next.parent()) {
            if of_one[0].level() != Level::Revision {
                described.resize(described.len() + of_one.len(), None);
                continue;
            }
            let name = of_one[0].archive();
            match &self.opened(&self.archive(name), name).archive {
                Ok(archive) => described.extend(archive.describe(of_one)?),
                Err(why) => return Err(ArchiveError::NotOpened(why.clone())),
            }
        }
        Ok(described)
    }

    /// All that its archive knows of revisions.
    pub(super) fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        let Some(first) = revisions.first() else {
            return Ok(Vec::new());
        };
        let name = first.archive();
        match &self.opened(&self.archive(name), name).archive {
            Ok(archive) => archive.tell(revisions, wanted),
            Err(why) => Err(ArchiveError::NotOpened(why.clone())),
        }
    }

    /// The place of an archive that is opened once for all attempts of this poll.
    fn archive(&self, name: &str) -> Arc<OnceLock<Opened<'a>>> {
        let mut archives = self.archives.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(archives.entry(name.to_owned()).or_default())
    }

    /// What is in the place of an archive. Who needs another one does not wait while it is opened.
    fn opened<'p>(&self, place: &'p OnceLock<Opened<'a>>, name: &str) -> &'p Opened<'a> {
        place.get_or_init(|| {
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
            Opened {
                kind: kind.map(|kind| kind.kind().to_owned()).unwrap_or_default(),
                location: location.unwrap_or_default(),
                archive,
            }
        })
    }
}
