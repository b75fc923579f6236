//! Spares a relay that lets nobody in, and those who would wait for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Remembers a failure for a while, and repeats its words to all who ask.
#[derive(Debug)]
pub(super) struct Breaker {
    pause: Duration,
    open: Mutex<Option<(Instant, String)>>,
}

impl Breaker {
    /// One that lets somebody try again after each `pause`.
    pub(super) fn new(pause: Duration) -> Self {
        Self {
            pause,
            open: Mutex::default(),
        }
    }

    /// Whether to try; else the words of the last failure. After the pause one caller is let through,
    /// and the others are held for another one.
    pub(super) fn ask(&self) -> Result<(), String> {
        match &mut *self.open.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((since, words)) if since.elapsed() < self.pause => Err(words.clone()),
            Some((since, _)) => {
                *since = Instant::now();
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// It failed.
    pub(super) fn failed(&self, words: String) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open = Some((Instant::now(), words));
    }

    /// It is well.
    pub(super) fn succeeded(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_repeated_until_somebody_may_try_again() {
        let breaker = Breaker::new(Duration::from_hours(1));
        assert_eq!(breaker.ask(), Ok(()));
        breaker.failed("nobody is there".to_owned());
        assert_eq!(breaker.ask(), Err("nobody is there".to_owned()));
        breaker.succeeded();
        assert_eq!(breaker.ask(), Ok(()));
        let breaker = Breaker::new(Duration::ZERO);
        breaker.failed("nobody is there".to_owned());
        assert_eq!(breaker.ask(), Ok(()));
    }
}
