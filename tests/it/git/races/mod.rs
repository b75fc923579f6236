//! Polls that race with what people do to repositories.

mod places;
mod pushes;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::concurrency::Raise;
use crate::support::Sandbox;

/// Two actions for everything.
const RULES: &str = "srv record:c record:b record:v record:r\n\
                     srv record:c2 record:b2 record:v2 record:s\n";

const POLLERS: usize = 3;

/// Polls again and again beside `work`, several at once. Each must go well and say nothing. Returns how
/// many there were.
fn poll_beside(sandbox: &Sandbox, work: impl FnOnce()) -> usize {
    let (ended, polls) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..POLLERS {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    sandbox.poll().limit(Duration::from_mins(3)).ok();
                    polls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let _ended = Raise(&ended);
        work();
    });
    sandbox.poll().limit(Duration::from_mins(3)).ok();
    polls.into_inner() + 1
}
