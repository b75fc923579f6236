//! The points of an action's attempts.

use std::ffi::OsString;

use super::Hooks;
use super::attempt_end::AttemptEnd;
use super::delivery_json::delivery_json;
use super::outputs::output_name;
use super::run::{Call, seconds, value};
use super::told::Told;
use crate::action::program::{self, Input};
use crate::action::{self, Attempt, Ended, Outcome, ProcessGroup};
use crate::archive::Description;
use crate::config::Point;
use crate::name::Name;

impl Hooks<'_> {
    /// Whether any hook asks for what is known before an action runs.
    pub(in crate::notify) fn hear_of_starts(&self) -> bool {
        self.is_any(&[Point::ActionStart, Point::InsteadOfAction]) || self.asks_for_names()
    }

    /// Whether any hook runs after an attempt that ended so.
    pub(in crate::notify) fn hear_of_end(&self, end: &AttemptEnd<'_>) -> bool {
        let points: Vec<Point> = end.points().into_iter().map(|(point, _)| point).collect();
        self.is_any(&points)
    }

    /// Before an attempt.
    pub(in crate::notify) fn action_start(&self, attempt: &Attempt<'_>) {
        if self.asks_for_names() {
            let told = Told::new(attempt, None);
            self.touch(&names(&told.attempt(attempt)));
        }
        self.at_action(Point::ActionStart, attempt, None, None);
    }

    /// In place of the action, where a hook wants that: the first one that does. What it answers is the
    /// action's answer; it is given what the action would be given.
    pub(in crate::notify) fn instead_of_action(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
    ) -> Option<Ended> {
        let hooks = self.at(Point::InsteadOfAction);
        if hooks.is_empty() {
            return None;
        }
        let told = Told::new(attempt, None);
        let attempt = &told.attempt(attempt);
        let names = names(attempt);
        let hook = hooks.iter().find(|hook| hook.wants(&names))?;
        let mut environment = program::environment(attempt);
        environment.extend(self.common(Point::InsteadOfAction));
        environment.push(("LARCH_RECIPIENT".to_owned(), attempt.recipient.into()));
        let call = Call {
            point: Point::InsteadOfAction,
            about: attempt.subject.as_str(),
            arguments: arguments(attempt),
            environment,
            input: Input::Items {
                items: attempt.items,
                describe: attempt.describe,
            },
        };
        let timeout = hook.timeout.unwrap_or(attempt.timeout);
        Some(self.run_for(timeout, hook, &call, started))
    }

    /// After an attempt whose end is settled.
    pub(in crate::notify) fn action_ended(&self, attempt: &Attempt<'_>, end: &AttemptEnd<'_>) {
        for (point, parts) in end.points() {
            self.at_action(point, attempt, parts, Some(end.ended));
        }
    }

    /// Runs the hooks of a point for an attempt, or for some of the parts that it told together.
    fn at_action(
        &self,
        point: Point,
        attempt: &Attempt<'_>,
        parts: Option<&[usize]>,
        ended: Option<&Ended>,
    ) {
        let hooks = self.at(point);
        if hooks.is_empty() {
            return;
        }
        let leader = attempt.delivery_id;
        let told = Told::new(attempt, parts);
        let attempt = &told.attempt(attempt);
        let names = names(attempt);
        // The hook has to hear of an action that failed since the archive cannot be read.
        let describe = |revisions: &[&Name]| {
            let unknown = || vec![Some(Description::default()); revisions.len()];
            Ok((attempt.describe)(revisions).unwrap_or_else(|_| unknown()))
        };
        let mut environment = program::environment(attempt);
        environment.extend(self.common(point));
        environment.extend(facts(attempt, ended));
        let call = Call {
            point,
            about: attempt.subject.as_str(),
            arguments: arguments(attempt),
            environment,
            input: Input::Items {
                items: attempt.items,
                describe: &describe,
            },
        };
        let mut kept = 0;
        for hook in hooks.iter().filter(|hook| hook.wants(&names)) {
            let ended = self.run(hook, &call);
            if !ended.output.is_empty() || !ended.outcome.is_success() {
                let name = output_name(leader, point, kept);
                self.keep_output(&name, attempt.number, hook, &ended);
                kept += 1;
            }
        }
    }
}

/// What is known of an attempt besides what the action itself is told.
fn facts(attempt: &Attempt<'_>, ended: Option<&Ended>) -> Vec<(String, OsString)> {
    let failed_before = attempt.number.saturating_sub(1);
    let mut facts: Vec<(&str, OsString)> = vec![
        ("LARCH_RECIPIENT", attempt.recipient.into()),
        ("LARCH_DELIVERY_JSON", delivery_json(attempt).into()),
    ];
    match ended {
        None => facts.extend([
            ("LARCH_STAGE", "start".into()),
            ("LARCH_RESULT", "unknown".into()),
            ("LARCH_ERRORS", failed_before.to_string().into()),
        ]),
        Some(ended) => {
            let is_success = ended.outcome.is_success();
            let errors = failed_before + u32::from(!is_success);
            facts.extend([
                ("LARCH_STAGE", "end".into()),
                (
                    "LARCH_RESULT",
                    if is_success { "success" } else { "failed" }.into(),
                ),
                ("LARCH_ERRORS", errors.to_string().into()),
                ("LARCH_EXIT_CODE", exit_code(&ended.outcome).into()),
                ("LARCH_DURATION", seconds(ended.duration).into()),
                ("LARCH_OUTCOME", value(&ended.outcome.to_string())),
            ]);
        }
    }
    let facts = facts.into_iter();
    facts
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The exit code that says what the outcome says; empty where a program's could not.
fn exit_code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Success => "0".to_owned(),
        Outcome::Failed(code) => code.to_string(),
        outcome if outcome.is_permanent() => "100".to_owned(),
        _ => String::new(),
    }
}

/// The arguments of an action: of what is gathered, as many names as one program may have.
fn arguments(attempt: &Attempt<'_>) -> Vec<OsString> {
    let names = attempt.items.iter().map(|item| item.name.as_str());
    let costs = names.map(|name| action::cost(name.len()));
    let pieces = action::pieces(costs, usize::MAX);
    let fits = pieces.first().map_or(0, |piece| piece.end);
    program::arguments(&Attempt {
        items: &attempt.items[..fits],
        ..*attempt
    })
}

/// The names that an attempt has to do with.
fn names<'n>(attempt: &'n Attempt<'n>) -> Vec<&'n Name> {
    let items = attempt.items.iter().map(|item| &item.name);
    std::iter::once(attempt.subject).chain(items).collect()
}
