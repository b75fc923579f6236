//! How an attempt ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

/// The exit code by which an action says that trying again is of no use.
const REJECTED: i32 = 100;

/// How an attempt ended, in one of the ways that differ for the delivery or for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The action exited 0.
    Success,
    /// The action exited with another code than 0 and 100.
    Failed(i32),
    /// The action exited 100: it failed for good.
    Rejected,
    /// Who should get it said that it never will, in these words: it failed for good.
    Refused(String),
    /// It could not be told now, and why.
    Deferred {
        /// Why, in words that name who did not answer, or what was answered.
        why: String,
        /// How long who should get it asked not to be tried again.
        not_before: Option<Duration>,
    },
    /// A signal ended the action.
    Signalled(i32),
    /// The action ran longer than this, the time it may take, and was ended.
    TimedOut(Duration),
    /// The action could not be started, and why.
    NotStarted(String),
    /// The archive could not be read for the description of the items, and why. The action was not
    /// started, or was ended.
    Unreachable(String),
    /// The poll was told to stop, and ended the action.
    Stopped,
}

/// An attempt that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// What was kept of standard output and standard error, as they came; where it was too long, a
    /// line in the middle says how much was left out.
    pub output: Vec<u8>,
    /// How many bytes were printed.
    pub output_total: u64,
    /// How long it took.
    pub duration: Duration,
}

impl Ended {
    /// The end of an attempt that printed nothing.
    pub fn without_output(outcome: Outcome, duration: Duration) -> Self {
        Self {
            outcome,
            output: Vec::new(),
            output_total: 0,
            duration,
        }
    }
}

impl Outcome {
    /// It could not be told now, and nobody said when to try again.
    pub(super) fn deferred(why: impl Into<String>) -> Self {
        Self::Deferred {
            why: why.into(),
            not_before: None,
        }
    }

    /// What the exit of a program means.
    pub(super) fn of(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(0), _) => Self::Success,
            (Some(REJECTED), _) => Self::Rejected,
            (Some(code), _) => Self::Failed(code),
            (None, signal) => Self::Signalled(signal.unwrap_or_default()),
        }
    }

    /// Whether the items were told.
    pub fn is_success(&self) -> bool {
        *self == Self::Success
    }

    /// Whether it is of no use to try again.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Rejected | Self::Refused(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Failed(code) => write!(f, "exit code {code}"),
            Self::Rejected => write!(f, "exit code {REJECTED}, which means failed for good"),
            Self::Refused(words) => write!(f, "refused for good: {words}"),
            Self::Deferred { why, .. } => f.write_str(why),
            Self::Signalled(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "killed by signal {signal} ({name})"),
                None => write!(f, "killed by signal {signal}"),
            },
            Self::TimedOut(limit) => {
                write!(f, "ran longer than {} and was ended", Words(*limit))
            }
            Self::NotStarted(why) => write!(f, "could not be started: {why}"),
            Self::Unreachable(why) => write!(f, "the archive could not be read: {why}"),
            Self::Stopped => f.write_str("ended before it was done, since the poll was stopped"),
        }
    }
}

/// A duration as the settings write it: `1h`, `1m 30s`, `250ms`.
pub(super) struct Words(pub(super) Duration);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u128); 5] = [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1_000),
            ("ms", 1),
        ];
        let mut rest = self.0.as_millis();
        if rest == 0 {
            return f.write_str("0s");
        }
        let mut gap = "";
        for (unit, size) in UNITS {
            if rest >= size {
                write!(f, "{gap}{}{unit}", rest / size)?;
                rest %= size;
                gap = " ";
            }
        }
        Ok(())
    }
}

/// The name of a signal that commonly ends a program.
fn signal_name(signal: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    const NAMES: [(Signal, &str); 16] = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::USR1, "SIGUSR1"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::USR2, "SIGUSR2"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
    ];
    NAMES
        .into_iter()
        .find(|(known, _)| known.as_raw() == signal)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_read_well_in_a_mail() {
        let outcome = |raw| Outcome::of(ExitStatus::from_raw(raw)).to_string();
        assert_eq!(outcome(0), "success");
        assert_eq!(outcome(3 << 8), "exit code 3");
        assert_eq!(
            outcome(100 << 8),
            "exit code 100, which means failed for good"
        );
        assert_eq!(outcome(9), "killed by signal 9 (SIGKILL)");
        assert_eq!(outcome(40), "killed by signal 40");
        let limit = |millis| Outcome::TimedOut(Duration::from_millis(millis)).to_string();
        assert_eq!(limit(3_600_000), "ran longer than 1h and was ended");
        assert_eq!(limit(90_250), "ran longer than 1m 30s 250ms and was ended");
        assert_eq!(limit(0), "ran longer than 0s and was ended");
    }

    #[test]
    fn only_exit_code_100_is_permanent() {
        for (raw, success, permanent) in [
            (0, true, false),
            (75 << 8, false, false),
            (100 << 8, false, true),
            (9, false, false),
        ] {
            let outcome = Outcome::of(ExitStatus::from_raw(raw));
            assert_eq!(
                (outcome.is_success(), outcome.is_permanent()),
                (success, permanent)
            );
        }
    }
}
