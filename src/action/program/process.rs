//! Processes as `/proc` shows them, so that one can be told from another that got its number later.

use std::fs::{self, File};
use std::io::Read as _;
use std::sync::OnceLock;

use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, pidfd_open, test_kill_process};

use super::environment::DELIVERY_ID;

/// The process group of an attempt, so marked that it is never taken for a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessGroup {
    /// The group's id, which is its leader's process id.
    pub id: i32,
    /// When the leader started: clock ticks since boot, as field 22 of `/proc/PID/stat` says.
    pub start: u64,
    /// The id of the boot that `id` and `start` belong to.
    pub boot: String,
}

impl ProcessGroup {
    /// The group that `leader`, a child that is not waited for yet, leads.
    pub(super) fn led_by(leader: Pid) -> Self {
        let id = leader.as_raw_nonzero().get();
        Self {
            id,
            start: Process::find(id).map_or(0, |leader| leader.start),
            boot: boot_id().to_owned(),
        }
    }
}

/// The id of the running system since its last boot; empty where `/proc` does not tell.
pub(super) fn boot_id() -> &'static str {
    static BOOT_ID: OnceLock<String> = OnceLock::new();
    BOOT_ID.get_or_init(|| {
        fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            .unwrap_or_default()
    })
}

/// Whose a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An attempt of the delivery in question started it.
    Delivery,
    /// It cannot be told yet.
    Unknown,
    /// Somebody else did, or this user may not know.
    Other,
}

/// A process that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Process {
    pub(super) id: i32,
    pub(super) group: i32,
    pub(super) start: u64,
    /// It has ended, and only its parent has not taken note yet.
    pub(super) ended: bool,
}

impl Process {
    /// The process with this id.
    pub(super) fn find(id: i32) -> Option<Self> {
        // The fields that are wanted come early; one read is all that the system needs to make.
        let mut line = [0; 1024];
        let mut file = File::open(format!("/proc/{id}/stat")).ok()?;
        let length = file.read(&mut line).ok()?;
        Self::parse(id, &line[..length])
    }

    /// All processes that can be seen.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(Self::find)
    }

    /// Parses `/proc/PID/stat`, whose second field may hold any bytes, parentheses too.
    fn parse(id: i32, line: &[u8]) -> Option<Self> {
        let name_end = line.iter().rposition(|&byte| byte == b')')?;
        let mut fields = line[name_end + 1..]
            .split(u8::is_ascii_whitespace)
            .filter(|field| !field.is_empty())
            .map(|field| str::from_utf8(field).ok());
        let state = fields.next()??;
        let group = fields.nth(1)??.parse().ok()?;
        let start = fields.nth(16)??.parse().ok()?;
        Some(Self {
            id,
            group,
            start,
            ended: matches!(state, "Z" | "X"),
        })
    }

    /// Whether the process was started by an attempt of this delivery, as its environment says.
    pub(super) fn origin(&self, delivery_id: &str) -> Origin {
        let Ok(environment) = fs::read(format!("/proc/{}/environ", self.id)) else {
            return Origin::Other;
        };
        if environment.is_empty() && self.is_being_executed() {
            return Origin::Unknown;
        }
        let is_marked = environment.split(|&byte| byte == 0).any(|variable| {
            variable
                .strip_prefix(DELIVERY_ID.as_bytes())
                .and_then(|rest| rest.strip_prefix(b"="))
                == Some(delivery_id.as_bytes())
        });
        if is_marked {
            Origin::Delivery
        } else {
            Origin::Other
        }
    }

    /// In the middle of `execve(2)` a process has a program, but neither arguments nor environment.
    fn is_being_executed(&self) -> bool {
        let has_program = fs::read_link(format!("/proc/{}/exe", self.id)).is_ok();
        has_program
            && fs::read(format!("/proc/{}/cmdline", self.id)).is_ok_and(|line| line.is_empty())
    }

    /// A handle to send it signals, which becomes readable at its end; `None` when it has ended.
    pub(super) fn handle(&self) -> Option<OwnedFd> {
        let handle = pidfd_open(Pid::from_raw(self.id)?, PidfdFlags::empty()).ok()?;
        // The handle was made from the number: make sure that the number is still the same process.
        let same = Self::find(self.id).is_some_and(|now| now.start == self.start && !now.ended);
        same.then_some(handle)
    }

    /// Whether the process runs and this user may signal it.
    pub(super) fn can_be_ended(&self) -> bool {
        !self.ended && Pid::from_raw(self.id).is_some_and(|id| test_kill_process(id).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_cannot_shift_the_fields() {
        let line =
            b"42 (\xff) S 1 (a) Z 1 (b) S 1 40 40 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 777 0 0";
        assert_eq!(
            Process::parse(42, line),
            Some(Process {
                id: 42,
                group: 40,
                start: 777,
                ended: false
            })
        );
    }

    #[test]
    fn this_process_is_among_all() {
        let id = rustix::process::getpid().as_raw_nonzero().get();
        let this = Process::find(id).unwrap();
        assert!(Process::all().any(|process| process == this));
        assert!(this.can_be_ended());
    }
}
