//! The points of the poll itself.

use std::time::Duration;

use serde_json::json;

use super::super::report::Problem;
use super::Hooks;
use super::run::{Call, seconds};
use super::scan::line;
use crate::action::program::Input;
use crate::config::Point;
use crate::name::Name;
use crate::store::Recorded;

/// What a poll came to, for the hooks at its end.
pub(in crate::notify) struct End<'e> {
    /// The exit code as it stands.
    pub(in crate::notify) exit_code: i32,
    pub(in crate::notify) recorded: Recorded,
    pub(in crate::notify) attempts: usize,
    pub(in crate::notify) took: Duration,
    /// What stands and what happened, warnings too.
    pub(in crate::notify) problems: Vec<&'e Problem>,
}

impl Hooks<'_> {
    /// Before the poll does anything. `archives` are those that it is to look at, as far as that is
    /// known.
    pub(in crate::notify) fn poll_start<E>(
        &self,
        archives: &dyn Fn() -> Result<Vec<Name>, E>,
    ) -> Result<(), E> {
        let hooks = self.at(Point::PollStart);
        let archives = if hooks.iter().any(|hook| !hook.matches.is_empty()) {
            archives()?
        } else {
            Vec::new()
        };
        let input = line(&json!({
            "point": Point::PollStart.word(),
            "dir": self.ground.dir.path().to_string_lossy(),
        }));
        let mut environment = self.common(Point::PollStart);
        environment.push(("LARCH_STAGE".to_owned(), "start".into()));
        environment.push(("LARCH_RESULT".to_owned(), "unknown".into()));
        let call = Call {
            point: Point::PollStart,
            about: "the start of the poll",
            arguments: Vec::new(),
            environment,
            input: Input::Bytes(input.as_bytes()),
        };
        for hook in hooks.iter().filter(|hook| hook.wants_one_of(&archives)) {
            self.run(hook, &call);
        }
        Ok(())
    }

    /// When all is done but to say it.
    pub(in crate::notify) fn poll_end(&self, end: &End<'_>) {
        let hooks = self.at(Point::PollEnd);
        if hooks.is_empty() {
            return;
        }
        let result = if end.exit_code == 0 {
            "success"
        } else {
            "failed"
        };
        let errors = end.problems.iter().filter(|problem| !problem.warning);
        let errors = errors.count();
        let millis = end.took.as_millis();
        let told = |problem: &&Problem| {
            json!({
                "severity": if problem.warning { "warning" } else { "error" },
                "title": problem.title,
                "details": problem.details,
            })
        };
        let input = line(&json!({
            "point": Point::PollEnd.word(),
            "dir": self.ground.dir.path().to_string_lossy(),
            "result": result,
            "exit_code": end.exit_code,
            "items": end.recorded.items,
            "deliveries": end.recorded.deliveries,
            "lines": end.recorded.lines,
            "attempts": end.attempts,
            "duration_ms": millis,
            "errors": errors,
            "problems": end.problems.iter().map(told).collect::<Vec<_>>(),
        }));
        let mut environment = self.common(Point::PollEnd);
        let facts = [
            ("LARCH_STAGE", "end".to_owned()),
            ("LARCH_RESULT", result.to_owned()),
            ("LARCH_EXIT_CODE", end.exit_code.to_string()),
            ("LARCH_DURATION", seconds(end.took)),
            ("LARCH_ERRORS", errors.to_string()),
            ("LARCH_ITEM_COUNT", end.recorded.items.to_string()),
        ];
        environment.extend(facts.map(|(name, value)| (name.to_owned(), value.into())));
        let call = Call {
            point: Point::PollEnd,
            about: "the end of the poll",
            arguments: Vec::new(),
            environment,
            input: Input::Bytes(input.as_bytes()),
        };
        for hook in hooks.iter().filter(|hook| hook.is_touched()) {
            self.run(hook, &call);
        }
    }
}
