//! The built-in action `syslog:`, or `syslog:FACILITY[.SEVERITY]`: a line in the system's log for each
//! item.

mod line;
mod socket;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use self::line::Line;
use self::socket::Socket;
use super::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup};
use crate::config::{Facility, Severity, SyslogSettings};
use crate::rules::ActionName;

/// The action `syslog`.
#[derive(Debug)]
pub(super) struct SyslogAction {
    means: Arc<Means>,
}

impl SyslogAction {
    /// Made for one poll.
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
        }
    }

    fn settings(&self) -> &SyslogSettings {
        &self.means.config.syslog
    }

    /// Who writes, and how urgent it is: what the THUNK says, and the settings where it does not.
    fn level(&self, action: &ActionName) -> Result<(Facility, Severity), String> {
        let settings = self.settings();
        let thunk = Some(action.thunk()).filter(|thunk| !thunk.is_empty());
        let (facility, severity) = match action.thunk().split_once('.') {
            Some((facility, severity)) => (Some(facility), Some(severity)),
            None => (thunk, None),
        };
        let facility = facility.map_or(Ok(settings.facility), Facility::parse);
        let severity = severity.map_or(Ok(settings.severity), Severity::parse);
        Ok((
            facility.map_err(|why| format!("the facility {why}"))?,
            severity.map_err(|why| format!("the severity {why}"))?,
        ))
    }

    fn write(&self, attempt: &Attempt<'_>, stop: &AtomicBool) -> Result<(), Outcome> {
        let (facility, severity) = self.level(attempt.action).map_err(Outcome::NotStarted)?;
        let descriptions = attempt.descriptions()?;
        let socket = Socket::connect(&self.settings().socket, attempt.timeout)?;
        for (item, description) in attempt.items.iter().zip(&descriptions) {
            let line = Line {
                facility,
                severity,
                now: attempt.now,
                process: std::process::id(),
                delivery_id: attempt.delivery_id,
                name: &item.name,
                description: description.as_ref(),
            };
            socket.send(&line.to_string(), stop)?;
        }
        Ok(())
    }
}

impl BuiltIn for SyslogAction {
    fn check(&self, action: &ActionName) -> Result<(), String> {
        self.level(action).map(drop)
    }

    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        _started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        let begun = Instant::now();
        let outcome = self.write(attempt, stop).err();
        Ended::without_output(outcome.unwrap_or(Outcome::Success), begun.elapsed())
    }
}
