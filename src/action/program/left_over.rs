//! Ends what may live on of an attempt whose poll died.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Signal, getpid, pidfd_send_signal};

use super::ProcessGroup;
use super::process::{Origin, Process, boot_id};

/// How long the end of processes is waited for before looking whether they have started others.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long a process may take from the beginning of `execve(2)` until its environment can be read,
/// also on a machine under load. Some programs wipe their arguments and environment: those look the
/// same for ever.
const EXECUTED: Duration = Duration::from_secs(2);

/// Ends every process of an attempt, and returns when none is left.
///
/// These are the recorded `group`, if it is still the same, and, since a poll may die before it
/// records a group, every process of this user whose environment names the delivery. They get TERM
/// and `grace` to end, then KILL. The calling process itself is never ended.
pub fn end_left_over(group: Option<&ProcessGroup>, delivery_id: &str, grace: Duration) {
    let begun = Instant::now();
    let mut asked = HashSet::new();
    loop {
        let (left, is_certain) = left_over(group, delivery_id);
        if left.is_empty() {
            if is_certain || begun.elapsed() > EXECUTED {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        let left_to_end = grace.saturating_sub(begun.elapsed());
        let kill = left_to_end.is_zero();
        let mut handles = Vec::new();
        for process in left {
            let Some(handle) = process.handle() else {
                continue;
            };
            if kill {
                send(&handle, Signal::KILL);
            } else if asked.insert((process.id, process.start)) {
                send(&handle, Signal::TERM);
                // A stopped process takes notice of TERM only when it goes on.
                send(&handle, Signal::CONT);
            }
            handles.push(handle);
        }
        wait_for_any(
            &handles,
            if kill {
                LOOK_AGAIN
            } else {
                LOOK_AGAIN.min(left_to_end)
            },
        );
    }
}

/// What runs of the attempt now, and whether that is certainly all.
fn left_over(group: Option<&ProcessGroup>, delivery_id: &str) -> (Vec<Process>, bool) {
    let own = getpid().as_raw_nonzero().get();
    let group = group.filter(|group| group.boot == boot_id() && !group.boot.is_empty());
    let leader = group.and_then(|group| Process::find(group.id));
    let (mut members, mut others) = (Vec::new(), Vec::new());
    let mut is_certain = true;
    for process in Process::all() {
        if process.id == own || !process.can_be_ended() {
            continue;
        }
        let is_member =
            group.is_some_and(|group| process.group == group.id && process.start >= group.start);
        let origin = process.origin(delivery_id);
        is_certain &= origin != Origin::Unknown;
        let is_marked = origin == Origin::Delivery;
        if is_member {
            members.push((process, is_marked));
        } else if is_marked {
            others.push(process);
        }
    }
    // A number is not given again while a group bears it. So the group is the same while its leader
    // is, and a different leader makes it a different group. Once the leader has gone only the
    // environment of a member can tell; one is enough for all of them.
    let same = match (group, leader) {
        (Some(group), Some(leader)) => leader.start == group.start,
        (Some(_), None) => members.iter().any(|(_, is_marked)| *is_marked),
        (None, _) => false,
    };
    others.extend(
        members
            .into_iter()
            .filter(|(_, is_marked)| same || *is_marked)
            .map(|(process, _)| process),
    );
    (others, is_certain)
}

fn send(process: &OwnedFd, signal: Signal) {
    // Fails only for a process that has just ended, or that has just become another user's.
    pidfd_send_signal(process, signal).ok();
}

/// Waits until one of the processes has ended, at most for `limit`.
fn wait_for_any(handles: &[OwnedFd], limit: Duration) {
    let mut fds: Vec<_> = handles
        .iter()
        .map(|handle| PollFd::new(handle, PollFlags::IN))
        .collect();
    let limit = Timespec::try_from(limit).ok();
    // An interrupted wait is a short one: the caller looks again in any case.
    poll(&mut fds, limit.as_ref()).ok();
}
