//! How many messages go to one address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Counts the messages of one poll by address, so that a flood ends in a summary.
#[derive(Debug)]
pub(super) struct Limit {
    most: usize,
    counted: Mutex<HashMap<String, usize>>,
}

impl Limit {
    /// At most `most` messages to each address.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            counted: Mutex::default(),
        }
    }

    /// Counts one more message to `recipient`; `false` if that would be too many.
    pub(super) fn take(&self, recipient: &str) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.entry(recipient.to_owned()).or_default();
        let fits = *count < self.most;
        *count += usize::from(fits);
        fits
    }
}
