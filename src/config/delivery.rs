//! `[delivery]`: how actions are run and repeated.

use std::ops::Range;
use std::time::Duration;

use super::count;
use super::error::Problem;
use super::file::File;
use super::section::Section;
use super::size;
use super::span::{self, format_duration};

/// `[delivery]`: how actions are run and repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// How many actions run at once, over all polls of the directory. At least 1.
    pub jobs: usize,
    /// The time an action may take. More than nothing.
    pub timeout: Duration,
    /// The shortest time before a failed delivery is tried again.
    pub retry_min: Duration,
    /// The longest time before a failed delivery is tried again. Not below `retry_min`.
    pub retry_max: Duration,
    /// The age, since its first attempt, at which a failing delivery is dead.
    pub give_up_after: Duration,
    /// The most items of one delivery. At least 1.
    pub max_items: usize,
    /// The most bytes that are kept of an attempt's output.
    pub output_limit: u64,
}

impl Default for Delivery {
    fn default() -> Self {
        const MINUTE: Duration = Duration::from_mins(1);
        Self {
            jobs: 4,
            timeout: 60 * MINUTE,
            retry_min: MINUTE,
            retry_max: 4 * 60 * MINUTE,
            give_up_after: 5 * 24 * 60 * MINUTE,
            max_items: 10_000,
            output_limit: 1 << 20,
        }
    }
}

/// Where the strongest layer that sets a bound of the retries sets it.
#[derive(Debug, Default)]
pub(super) struct RetryPlace<'a>(Option<(&'a File, Range<usize>)>);

impl Delivery {
    pub(super) fn read<'a>(&mut self, section: &mut Section<'a, '_>, retry: &mut RetryPlace<'a>) {
        section.take("jobs", count::from_toml, &mut self.jobs);
        section.take("timeout", span::some_from_toml, &mut self.timeout);
        for place in [
            section.take("retry_min", span::from_toml, &mut self.retry_min),
            section.take("retry_max", span::from_toml, &mut self.retry_max),
        ] {
            retry.0 = place.or(retry.0.take());
        }
        section.take("give_up_after", span::from_toml, &mut self.give_up_after);
        section.take("max_items", count::from_toml, &mut self.max_items);
        section.take("output_limit", size::from_toml, &mut self.output_limit);
    }

    /// What only all layers together can get wrong.
    pub(super) fn check(&self, retry: &RetryPlace<'_>) -> Option<Problem> {
        let (file, place) = retry.0.as_ref()?;
        (self.retry_min > self.retry_max).then(|| {
            file.problem(
                place.clone(),
                &format!(
                    "`retry_min` ({}) is longer than `retry_max` ({})",
                    format_duration(self.retry_min),
                    format_duration(self.retry_max)
                ),
                Some("set both in one file".to_owned()),
            )
        })
    }
}
