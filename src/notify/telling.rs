//! What a poll says: of the problems that stand, those that were not said before; and to operators.

use std::collections::BTreeSet;

use super::alerts::Alerts;
use super::failures;
use super::memory::Fate;
use super::poll::Poll;
use super::problems;
use super::report::{Problem, Report, ReportBook};
use super::scans::SeenHosts;
use crate::action::mail::subscribers;
use crate::store::{Lock, Store, StoreError};

impl Poll<'_> {
    /// What is to be said of the problems that stand, after what was said before. The operators are told
    /// of them, and of the deliveries that `died`; `false` if one of them could not be told.
    pub(super) fn compare(
        &self,
        store: &dyn Store,
        (problems, died): (Vec<Problem>, &[Problem]),
        unseen: &BTreeSet<String>,
        hosts: &SeenHosts,
    ) -> Result<(Report, bool), StoreError> {
        let book = ReportBook::new(self.state.reports());
        let alerts = Alerts::new(self.ground, self.commands.means());
        let is_calm = problems.is_empty() && (died.is_empty() || !alerts.are_wanted());
        if is_calm && book.is_blank() {
            return Ok((Report::default(), true));
        }
        let _guard = self.ground.engine.lock(&Lock::Reports)?;
        let fate = |key: &str, since| match key.split_once('/') {
            Some(("scan", scan)) if unseen.contains(scan.split('/').next().unwrap_or(scan)) => {
                Fate::Unknown
            }
            Some(("hook", hook)) => self.hooks.fate(hook),
            Some(("host", host)) => self.fate_of_host(host, hosts),
            Some(("rules", line)) if self.is_unread(line) => Fate::Unknown,
            // What the store does not tell now it tells the next poll.
            Some(("waiting", cause)) => match failures::is_over(store, self.commands, cause, since)
            {
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
        let now = self.ground.clock.now();
        let (mut book, mut memory) = book.open();
        let fate = |key: &str, since| match Alerts::fate(key) {
            Fate::Unknown => fate(key, since),
            _ => Fate::Unknown,
        };
        let mut report = memory.update(problems.clone(), &fate, alerts.count_to(), now);
        let unsent = alerts.send(&mut memory, &mut book, (&problems, died), hosts);
        let alerted = unsent.is_empty();
        report.append(memory.update(unsent, &|key, _| Alerts::fate(key), 0, now));
        // Failing to remember costs a repetition of what is said, and nothing else.
        let _kept = book.keep(&memory);
        Ok((report, alerted))
    }

    /// Whether a line stands in a file that is read only when something is to be sent, and was not.
    fn is_unread(&self, line: &str) -> bool {
        let file = line.split('/').next();
        file == Some(subscribers::FILE_NAME) && self.commands.findings().is_none()
    }

    fn fate_of_host(&self, host: &str, hosts: &SeenHosts) -> Fate {
        if hosts.answered.contains(host) {
            Fate::Over
        } else if self.request.archives.is_empty() && !hosts.of.values().any(|named| named == host)
        {
            Fate::Gone
        } else {
            Fate::Unknown
        }
    }
}
