//! One run of one hook, and what is said of it.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::super::failures::shown_output;
use super::super::report::Problem;
use super::super::runner::GRACE;
use super::Hooks;
use super::hook::Hook;
use crate::action::program::{self, Input, Invocation};
use crate::action::{Ended, Outcome, ProcessGroup};
use crate::config::{self, Point};

/// The longest text that is put into a variable, in bytes. The system allows 128 KiB for one, its name
/// included.
const LONGEST: usize = 32 << 10;

/// What a hook is told, the same for all hooks of a point.
pub(super) struct Call<'c> {
    pub(super) point: Point,
    /// What it is about, for reports.
    pub(super) about: &'c str,
    /// The arguments that follow the hook's own.
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(String, OsString)>,
    pub(super) input: Input<'c>,
}

impl Hooks<'_> {
    /// Runs a hook, and takes note of how it did.
    pub(super) fn run(&self, hook: &Hook, call: &Call<'_>) -> Ended {
        let timeout = hook.timeout.unwrap_or(config::Hook::TIMEOUT);
        let ended = self.run_for(timeout, hook, call, &mut |_| {});
        self.note(hook, call, &ended);
        ended
    }

    /// Runs a hook for at most `timeout`. `started` is told its process group.
    pub(super) fn run_for(
        &self,
        timeout: Duration,
        hook: &Hook,
        call: &Call<'_>,
        started: &mut dyn FnMut(ProcessGroup),
    ) -> Ended {
        let program: &Path = match &hook.program {
            Ok(program) => program,
            Err(why) => {
                return Ended::without_output(Outcome::NotStarted(why.clone()), Duration::ZERO);
            }
        };
        let invocation = Invocation {
            program,
            arguments: hook
                .arguments
                .iter()
                .chain(&call.arguments)
                .cloned()
                .collect(),
            environment: call.environment.clone(),
            dir: self.ground.dir.path(),
            input: call.input,
            timeout,
            grace: GRACE,
            output_limit: self.ground.config.delivery.output_limit,
        };
        program::run(&invocation, started, self.ground.stop)
    }

    /// Takes note of how a hook did. Of several runs in one poll the first that failed is told.
    fn note(&self, hook: &Hook, call: &Call<'_>, ended: &Ended) {
        let limit = self.ground.config.delivery.output_limit;
        let what = match &ended.outcome {
            Outcome::Stopped => return,
            Outcome::Success if ended.output_total > limit => Some(format!(
                "printed {} bytes, of which {limit} are kept",
                ended.output_total
            )),
            Outcome::Success => None,
            failure => Some(format!("failed: {failure}")),
        };
        let key = format!("hook/{}/{}", call.point, hook.label);
        let problem = what.map(|what| {
            let mut details = vec![format!(
                "It was run for {}. It is not run again for that, and nothing else was changed by it.",
                call.about
            )];
            details.extend(shown_output(&ended.output));
            Problem {
                title: format!("the hook {} at {} {what}", hook.label, call.point),
                key: key.clone(),
                details,
                warning: false,
            }
        });
        let mut ran = self.ran();
        let known = ran.entry(key).or_default();
        if known.is_none() {
            *known = problem;
        }
    }
}

/// A time as the value of a variable: in seconds, with three places.
pub(super) fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A text as the value of a variable: without NUL, and not too long.
pub(super) fn value(text: &str) -> OsString {
    let end = text.floor_char_boundary(LONGEST);
    text[..end].replace('\0', "\u{fffd}").into()
}
