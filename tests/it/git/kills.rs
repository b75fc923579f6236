//! Polls of git repositories that are killed while commits come.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::judge::{Case, judge};
use super::pushers::Pusher;
use super::repo::Repo;
use super::server::Server;
use crate::concurrency::Raise;
use crate::support::Dice;
use crate::support::{Sandbox, check_rules, rounds, say, watch_for_overlaps};

/// Points of the poll at which histories are about to be recorded, or just were, and around the run
/// of an action. Each is passed several times by a poll that finds something.
const POINTS: [&str; 5] = [
    "before-record",
    "after-record",
    "after-start",
    "after-spawn",
    "before-settle",
];

/// How a poll dies.
#[derive(Clone, Copy)]
enum Death {
    /// At any moment of the time that a poll takes.
    Random,
    /// At one of [`POINTS`].
    Point,
}

/// Polls one after the other while people push, and kills them. Returns how many polls there were, and
/// how many of them were killed.
fn kill_polls(sandbox: &Sandbox, death: Death, pushed: &AtomicBool) -> (usize, usize) {
    let mut dice = Dice::new(5);
    let (mut polls, mut kills) = (0, 0);
    // How long a poll takes here, so that kills fall anywhere in it.
    let mut span = Duration::from_millis(300);
    while !pushed.load(Ordering::Relaxed) {
        let poll = sandbox.poll().args(["--jobs", "1"]).any_stderr();
        let began = Instant::now();
        let ended = match death {
            Death::Point => {
                let point = dice.pick(&POINTS).unwrap();
                let point = format!("{point}:{}", 1 + dice.below(6));
                poll.env("LARCH_TEST_CRASH", point).output()
            }
            Death::Random => {
                let limit = usize::try_from(span.as_micros()).unwrap();
                let wait = Duration::from_micros(dice.below(limit).try_into().unwrap());
                let mut poll = poll.spawn();
                while began.elapsed() < wait && !poll.has_ended() {
                    thread::sleep(Duration::from_micros(200));
                }
                poll.kill();
                poll.wait()
            }
        };
        polls += 1;
        assert_eq!(ended.stderr, "");
        match (ended.status.signal(), ended.code()) {
            (Some(9), _) => kills += 1,
            (_, Some(0)) => span = began.elapsed() * 11 / 10,
            _ => panic!("{}", ended.status),
        }
        span += Duration::from_millis(10);
        check_rules(sandbox, "n");
    }
    (polls, kills)
}

fn killed(death: Death, acts: usize) {
    let sandbox = Sandbox::new();
    watch_for_overlaps(&sandbox, "");
    let server = Server::followed(&sandbox);
    let repos: Vec<Repo> = ["a", "b"].iter().map(|name| server.repo(name)).collect();
    let mut pushers: Vec<Pusher> = repos
        .iter()
        .zip(1..)
        .map(|(repo, number)| {
            let own = sandbox.path(format!("work/own{number}.git"));
            Pusher::new(&own, repo, "p", number)
        })
        .collect();
    let pushed = AtomicBool::new(false);
    let (mut polls, mut kills) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ended = Raise(&pushed);
            for _ in 0..acts {
                for (pusher, repo) in pushers.iter_mut().zip(&repos) {
                    if let Some(upkeep) = pusher.act() {
                        upkeep.run(repo);
                    }
                }
            }
        });
        (polls, kills) = kill_polls(&sandbox, death, &pushed);
    });
    sandbox.poll().limit(Duration::from_mins(3)).ok();
    assert_eq!(sandbox.read("overlaps"), "", "ran beside itself");
    let attempts = sandbox.attempts();
    let distinct: BTreeSet<&str> = attempts.iter().map(|told| told.id.as_str()).collect();
    let repeated = attempts.len() - distinct.len();
    assert!(
        repeated <= kills,
        "{repeated} repetitions after {kills} kills"
    );
    let cases: Vec<Case<'_>> = (repos.iter().zip(&pushers).zip(["a", "b"]))
        .map(|((repo, pusher), category)| Case {
            category: category.to_owned(),
            repo,
            made: pusher.commits(),
        })
        .collect();
    let told = judge(&sandbox, &cases, &["r"]);
    say(&format!(
        "{kills} of {polls} polls killed, {told} told, {repeated} repetitions"
    ));
    assert!(kills * 3 > polls, "{kills} of {polls} polls were killed");
}

#[test]
fn kills_at_random_moments_lose_nothing() {
    killed(Death::Random, rounds(40));
}

#[test]
fn kills_around_what_is_recorded_lose_nothing() {
    killed(Death::Point, rounds(40));
}
