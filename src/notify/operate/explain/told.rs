//! What each action was told of an item.

use super::super::{Line, LineState, Operator, Result, Sight};
use super::{Detection, Sent};
use crate::clock::{Nanos, nanos};
use crate::config::Limit;
use crate::name::Name;
use crate::store::{SubjectId, SubjectRecord};

/// What one action was told of an item.
#[derive(Clone, Debug)]
pub struct Told {
    /// The action.
    pub action: String,
    /// A rule with it counts.
    pub counts: bool,
    /// The deliveries that hold the item, oldest first.
    pub sent: Vec<Sent>,
    /// What holds beside the deliveries, or without any.
    pub verdict: Option<Verdict>,
}

/// Why a detected item stands in no delivery, or will stand in another one.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// No line with the action counts; what came meanwhile is told when one returns.
    NoRule,
    /// The next poll that scans its archive makes the delivery.
    NextPoll,
    /// It was not to be told.
    Passed(Passed),
}

/// Why an item was not to be told, as far as can be known.
#[derive(Clone, Debug)]
pub struct Passed {
    /// What the rule was owed of what was there when it met the subject.
    pub limit: Option<Limit>,
    /// The line was added when the subject was known already.
    pub added: bool,
    /// The line took over from one with this action, which was told of the item.
    pub taken_over: Option<String>,
    /// The item before it, after which a replay would begin; none for the first one.
    pub before: Option<String>,
    /// It is so long ago that its delivery need not be kept any more.
    pub may_be_pruned: bool,
    /// The settings leave out revisions of histories.
    pub by_mode: bool,
}

impl Operator {
    /// What each action was told of an item; those of which there is nothing to say are left out.
    pub(super) fn told(
        &self,
        item: &Name,
        parent: &SubjectRecord,
        rules: &[Line],
        detection: &Detection,
        sight: &Sight<'_>,
    ) -> Result<Vec<Told>> {
        let sent = self.sent(item, &parent.name, sight.commands)?;
        let mut actions: Vec<String> = Vec::new();
        let named = rules
            .iter()
            .filter(|line| !matches!(line.state, LineState::Unread | LineState::Replaced))
            .map(|line| line.rule.action.as_str());
        for action in named.chain(sent.iter().map(|sent| sent.delivery.action.as_str())) {
            if !actions.iter().any(|known| known == action) {
                actions.push(action.to_owned());
            }
        }
        let mut told = Vec::new();
        for action in actions {
            let own: Vec<Sent> = sent
                .iter()
                .filter(|sent| sent.delivery.action == action)
                .cloned()
                .collect();
            let verdict = self.verdict(parent, rules, &action, detection, &sent, sight.now)?;
            if !own.is_empty() || verdict.is_some() {
                told.push(Told {
                    counts: counts(rules, &action),
                    action,
                    sent: own,
                    verdict,
                });
            }
        }
        Ok(told)
    }

    fn verdict(
        &self,
        parent: &SubjectRecord,
        rules: &[Line],
        action: &str,
        detection: &Detection,
        sent: &[Sent],
        now: Nanos,
    ) -> Result<Option<Verdict>> {
        let Detection::Detected(seq, at) = *detection else {
            return Ok(None);
        };
        let positions = self.store.positions(parent.id)?;
        let position = positions.iter().find(|position| position.action == action);
        let is_sent = sent.iter().any(|sent| sent.delivery.action == action);
        let is_behind = position.is_none_or(|position| position.told < seq);
        if !counts(rules, action) {
            return Ok((!is_sent || is_behind).then_some(Verdict::NoRule));
        }
        if is_behind {
            return Ok(Some(Verdict::NextPoll));
        }
        if is_sent {
            return Ok(None);
        }
        let (limit, added) = self.owed(parent.id, rules, action)?;
        let keep = nanos(self.config.store.keep);
        Ok(Some(Verdict::Passed(Passed {
            limit,
            added,
            taken_over: taken_over(sent, rules),
            before: self.store.item_at(parent.id, seq - 1)?,
            may_be_pruned: at < now.saturating_sub(keep),
            by_mode: false,
        })))
    }

    /// What the first rule with the action was owed of what was there.
    pub(super) fn owed(
        &self,
        subject: SubjectId,
        rules: &[Line],
        action: &str,
    ) -> Result<(Option<Limit>, bool)> {
        let first = rules
            .iter()
            .filter(|line| line.state.counts() && line.rule.action.as_str() == action)
            .find_map(|line| line.stored.as_ref());
        let meetings = self.store.meetings(subject)?;
        let found = first.and_then(|stored| meetings.iter().find(|one| one.rule == stored.id));
        Ok(found.map_or((None, false), |one| (one.limit, one.added)))
    }
}

/// The action that was told before its line was edited.
pub(super) fn taken_over(sent: &[Sent], rules: &[Line]) -> Option<String> {
    let was_edited = |action: &&String| {
        rules.iter().any(|line| {
            line.state == LineState::Replaced && line.rule.action.as_str() == action.as_str()
        })
    };
    let mut actions = sent.iter().map(|sent| &sent.delivery.action);
    actions.find(was_edited).cloned()
}

fn counts(rules: &[Line], action: &str) -> bool {
    rules
        .iter()
        .any(|line| line.state.counts() && line.rule.action.as_str() == action)
}
