//! The line that shows a person at a terminal that something goes on.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;
use super::style::printable;

/// How long work may last before it is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line on standard error: what is done right now, how many things are done, and for how long.
///
/// It appears after a second, goes without a trace when dropped, and is never there where standard
/// error is no terminal; then nothing costs anything. Threads may share it.
#[derive(Debug)]
pub(crate) struct Progress(Option<Line>);

#[derive(Debug)]
struct Line {
    bar: ProgressBar,
    /// Dropped to tell the thread that waits that the work has ended.
    _ended: Sender<()>,
}

impl Progress {
    pub(crate) fn new(context: &Context) -> Self {
        Self(context.terminal.then(Line::new))
    }

    /// Says what is done right now.
    pub(crate) fn set(&self, text: &str) {
        if let Self(Some(line)) = self {
            line.bar.set_message(printable(text).into_owned());
        }
    }

    /// Counts one more thing that is done.
    pub(crate) fn inc(&self) {
        if let Self(Some(line)) = self {
            line.bar.inc(1);
        }
    }
}

impl Line {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {pos} {elapsed}") {
            bar.set_style(style);
        }
        let (ended, wait) = mpsc::channel();
        let shown = bar.clone();
        thread::spawn(move || {
            if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(100));
            }
        });
        Self { bar, _ended: ended }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
