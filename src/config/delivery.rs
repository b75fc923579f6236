//! `[delivery]`: how actions are run and repeated.

use std::time::Duration;

use super::kind::{Count, Size, Span, Timeout, format_duration};
use super::section::section;

section! {
    /// How actions are run and repeated.
    pub struct Delivery {
        /// How many actions run at once, over all polls of the directory.
        pub jobs: usize as Count = 4;
        /// The time an action may take, after which it is ended.
        pub timeout: Duration as Timeout = Duration::from_hours(1);
        /// The shortest time before a failed delivery is tried again.
        pub retry_min: Duration as Span = Duration::from_mins(1);
        /// The longest time before a failed delivery is tried again; not below `retry_min`.
        pub retry_max: Duration as Span = Duration::from_hours(4);
        /// The age, counted from its first attempt, at which a delivery that fails is dead.
        pub give_up_after: Duration as Span = Duration::from_hours(5 * 24);
        /// The most items of one delivery.
        pub max_items: usize as Count = 10_000;
        /// How much of what an attempt prints is kept.
        pub output_limit: u64 as Size = 1 << 20;
    }
}

impl Delivery {
    /// What only all layers together can get wrong: the keys, the message and the help.
    pub(super) fn conflict(&self) -> Option<([&'static str; 2], String, String)> {
        (self.retry_min > self.retry_max).then(|| {
            let message = format!(
                "`retry_min` ({}) is longer than `retry_max` ({})",
                format_duration(self.retry_min),
                format_duration(self.retry_max)
            );
            let help = "set both in one file".to_owned();
            (["retry_min", "retry_max"], message, help)
        })
    }
}
