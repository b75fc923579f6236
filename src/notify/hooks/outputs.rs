//! What hooks print at attempts, kept beside what the actions print.

use super::Hooks;
use super::hook::Hook;
use crate::action::Ended;
use crate::config::Point;
use crate::store::{Engine, Result};

/// The points at which outputs are kept beside a delivery's.
const KEPT: [Point; 5] = [
    Point::ActionStart,
    Point::ActionSuccess,
    Point::ActionFailure,
    Point::ActionDead,
    Point::ActionRecovered,
];

/// The name under which the output of a hook is kept beside that of its part; `place` counts those of
/// the point.
pub(super) fn output_name(part: &str, point: Point, place: usize) -> String {
    format!("{part}.{point}.{place}")
}

/// What hooks printed at an attempt, as far as it is still kept: the point, and below a line that says
/// which hook it was and how it ended, what it printed.
pub(in crate::notify) fn hook_outputs(
    engine: &dyn Engine,
    part: &str,
    attempt: u32,
) -> Result<Vec<(Point, Vec<u8>)>> {
    let mut outputs = Vec::new();
    for point in KEPT {
        let mut places = 0..;
        while let Some(place) = places.next()
            && let Some(output) = engine.output(&output_name(part, point, place), attempt)?
        {
            outputs.push((point, output));
        }
    }
    Ok(outputs)
}

impl Hooks<'_> {
    /// Keeps what a hook printed, under a line that says which it was and how it ended. Failing to
    /// costs a person a look, and nothing else.
    pub(super) fn keep_output(&self, name: &str, attempt: u32, hook: &Hook, ended: &Ended) {
        let mut text = format!("{}: {}\n", hook.label, ended.outcome).into_bytes();
        text.extend_from_slice(&ended.output);
        let _kept = self.ground.engine.keep_output(name, attempt, &text);
    }
}
