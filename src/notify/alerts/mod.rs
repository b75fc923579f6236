//! Alerts: the operators hear by mail of what fails for some polls in a row, of what was given up,
//! and of what is well again.
//!
//! Who was told of what stands in the [`Memory`] of reports. It is written before a mail is sent and
//! after it was taken, so that a kill in between tells somebody twice. A poll that is killed before it
//! comes to this tells nobody of what died in it; `larch status` does. That an alert could not be sent
//! is a problem like any other, but for this: no alert tells of it.

mod text;

use std::sync::Arc;

use lettre::Address;

use super::ground::Ground;
use super::memory::{Fate, Memory};
use super::report::{OpenBook, Problem};
use super::scans::SeenHosts;
use crate::action::mail::Notice;
use crate::action::{Means, Outcome};
use crate::clock::Nanos;
use text::Told;

/// What the keys of problems with alerts themselves begin with.
const KIND: &str = "alert/";

/// The alerts of one poll.
pub(super) struct Alerts<'a> {
    ground: Ground<'a>,
    means: &'a Arc<Means>,
    operators: Vec<String>,
}

impl<'a> Alerts<'a> {
    pub(super) fn new(ground: Ground<'a>, means: &'a Arc<Means>) -> Self {
        let operators = ground.config.alerts.mail.iter();
        Self {
            ground,
            means,
            operators: operators.map(Address::to_string).collect(),
        }
    }

    /// Whether anybody is to be told.
    pub(super) fn are_wanted(&self) -> bool {
        !self.operators.is_empty()
    }

    /// Up to how many the polls are counted in which a problem stands.
    pub(super) fn count_to(&self) -> usize {
        if self.are_wanted() {
            self.ground.config.alerts.after
        } else {
            0
        }
    }

    /// Takes note of what became of problems with alerts: `unsent` stand now, and no others.
    pub(super) fn fate(key: &str) -> Fate {
        if key.starts_with(KIND) {
            Fate::Over
        } else {
            Fate::Unknown
        }
    }

    /// Tells each operator what is to be told, in one message. Returns a problem for each who could not
    /// be told; the next poll tries again.
    ///
    /// `problems` are those that stand now, and `died` tells of deliveries that were given up.
    pub(super) fn send(
        &self,
        memory: &mut Memory,
        book: &mut OpenBook<'_>,
        (problems, died): (&[Problem], &[Problem]),
        hosts: &SeenHosts,
    ) -> Vec<Problem> {
        memory.owe_only(&self.operators);
        if self.are_wanted() {
            memory.owe(died, &self.operators, self.ground.clock.now());
        }
        let mut unsent = Vec::new();
        for (address, operator) in self.ground.config.alerts.mail.iter().zip(&self.operators) {
            let told = self.told(memory, problems, hosts, operator);
            if told.is_empty() {
                continue;
            }
            // What cannot be remembered would be told at every poll.
            let kept = book
                .keep(memory)
                .map_err(|error| format!("who was told cannot be remembered: {error}"));
            let sent = kept.and_then(|()| self.mail(address, &told));
            if let Err(why) = sent {
                unsent.push(Problem {
                    key: format!("{KIND}{operator}"),
                    title: format!("cannot send an alert to {operator}: {why}"),
                    details: vec!["The next poll tries again.".to_owned()],
                    warning: false,
                });
                continue;
            }
            let keys = told.keys();
            memory.told(operator, &keys);
            // Failing to remember costs a repetition.
            let _kept = book.keep(memory);
        }
        unsent
    }

    fn told<'m>(
        &self,
        memory: &'m Memory,
        problems: &'m [Problem],
        hosts: &'m SeenHosts,
        operator: &str,
    ) -> Told<'m> {
        let after = self.ground.config.alerts.after;
        let alarms = problems.iter().filter_map(|problem| {
            let since: Nanos = memory.alarms(&problem.key, after, operator)?;
            Some((host(problem, hosts), problem, since))
        });
        let mut alarms: Vec<_> = alarms.collect();
        alarms.sort_by_key(|(host, ..)| *host);
        Told {
            alarms,
            once: memory.owed_to(operator),
        }
    }

    fn mail(&self, to: &Address, told: &Told<'_>) -> Result<(), String> {
        let dir = self.ground.dir.path();
        let notice = Notice {
            to,
            id: &told.id(to.as_ref()),
            subject: &told.subject(dir),
            text: &told.text(dir),
            now: self.ground.clock.now(),
        };
        match notice.send(self.means, self.ground.stop).outcome {
            Outcome::Success => Ok(()),
            outcome => Err(outcome.to_string()),
        }
    }
}

/// The host that a problem is about, if it is about one.
fn host<'a>(problem: &'a Problem, hosts: &'a SeenHosts) -> Option<&'a str> {
    match problem.key.split_once('/')? {
        ("host", host) => Some(host),
        ("scan", scan) => {
            let archive = scan.split('/').next().unwrap_or(scan);
            hosts.of.get(archive).map(String::as_str)
        }
        _ => None,
    }
}
