//! How an attempt ended, and which points that comes by.

use crate::action::Ended;
use crate::config::Point;
use crate::store::{Claimed, PartState, Settled};

/// What an attempt came to, for the hooks at its end.
pub(in crate::notify) struct AttemptEnd<'e> {
    pub(super) ended: &'e Ended,
    /// The parts that were given up, by their places among those that were told together.
    dead: Vec<usize>,
    /// The parts that succeeded and had failed before.
    recovered: Vec<usize>,
}

impl<'e> AttemptEnd<'e> {
    pub(in crate::notify) fn new(claimed: &Claimed, settled: &[Settled], ended: &'e Ended) -> Self {
        let tried = std::iter::once(&claimed.own).chain(&claimed.others);
        let ends: Vec<(PartState, bool)> = settled
            .iter()
            .zip(tried)
            .map(|(settled, tried)| (settled.settlement.state, tried.has_failed))
            .collect();
        let places = |end: &dyn Fn(&(PartState, bool)) -> bool| {
            let places = ends.iter().enumerate().filter(|(_, one)| end(one));
            places.map(|(place, _)| place).collect()
        };
        Self {
            ended,
            dead: places(&|(state, _)| *state == PartState::Dead),
            recovered: places(&|end| *end == (PartState::Done, true)),
        }
    }

    /// The points that it comes by, and the parts that these are about: all, where nothing is said.
    pub(super) fn points(&self) -> Vec<(Point, Option<&[usize]>)> {
        let (always, at_times, parts) = if self.ended.outcome.is_success() {
            let recovered = Point::ActionRecovered;
            (Point::ActionSuccess, recovered, &self.recovered)
        } else {
            (Point::ActionFailure, Point::ActionDead, &self.dead)
        };
        let at_times = (!parts.is_empty()).then_some((at_times, Some(parts.as_slice())));
        std::iter::once((always, None)).chain(at_times).collect()
    }
}
