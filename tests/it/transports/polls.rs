//! Polls, at times that only go ahead, and what they say.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Harm;
use super::archive::Grown;
use crate::support::{Dice, Run, Running, Sandbox};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub(super) struct Polls<'s> {
    sandbox: &'s Sandbox,
    /// How far the clock is ahead.
    ahead: i64,
    /// How long a poll takes here.
    span: Duration,
    /// How many polls were ended before their time.
    pub(super) ended_early: usize,
    /// What stood after the last poll, and how far the clock was ahead when it began;
    /// unknown after polls that were killed or ran beside another.
    standing: Option<BTreeMap<String, i64>>,
}

impl<'s> Polls<'s> {
    pub(super) fn new(sandbox: &'s Sandbox) -> Self {
        Self {
            sandbox,
            ahead: 0,
            span: Duration::from_millis(300),
            ended_early: 0,
            standing: Some(BTreeMap::new()),
        }
    }

    /// Polls some time later, perhaps twice at once, and perhaps not to the end.
    #[track_caller]
    pub(super) fn poll(&mut self, dice: &mut Dice, harm: Harm, archive: &mut Grown<'_>) {
        self.ahead += dice
            .pick(&[0, 30, 2 * MINUTE, 5 * MINUTE, HOUR, HOUR, DAY])
            .unwrap();
        if harm.kills && dice.below(3) == 0 {
            self.end_early(dice);
        } else if dice.below(4) == 0 {
            self.both(dice, archive);
        } else {
            self.alone();
        }
    }

    /// Polls until nothing is owed, which must be soon.
    #[track_caller]
    pub(super) fn drain(&mut self) {
        for _ in 0..6 {
            self.ahead += DAY + HOUR;
            self.alone();
            let status = self.status();
            assert_eq!(status["deliveries"]["dead"], 0, "{status}");
            let open = ["owed", "running", "waiting", "held", "asleep"];
            if open.iter().all(|state| status["deliveries"][state] == 0) {
                // And then there is nothing to say.
                self.ahead += 2 * DAY;
                self.start().ok();
                return;
            }
        }
        panic!("not all was told: {}", self.status());
    }

    fn start(&self) -> Run {
        let limit = Duration::from_mins(2);
        self.sandbox.poll().clock_ahead(self.ahead).limit(limit)
    }

    /// One poll, from its beginning to its end.
    #[track_caller]
    fn alone(&mut self) {
        let begun = Instant::now();
        let ended = self.start().output();
        self.span = begun.elapsed().min(Duration::from_secs(1));
        assert_eq!(ended.stdout, "");
        let status = self.status();
        let problems = status["problems"].as_array().unwrap();
        let is_error = |problem: &Value| problem["severity"] == "error";
        let fails = problems.iter().any(is_error) || status["deliveries"]["waiting"] != 0;
        let code = i32::from(fails);
        assert_eq!(ended.code(), Some(code), "{}\n{status}", ended.stderr);
        let before = self.standing.take();
        // What stood already may have stood for long.
        let earliest = self.ahead - if before.is_none() { DAY } else { 0 };
        let mut standing = BTreeMap::new();
        for problem in problems {
            let title = problem["title"].as_str().unwrap().to_owned();
            let since = before.as_ref().and_then(|before| before.get(&title));
            let since = since.copied().unwrap_or(earliest);
            standing.insert(title, since);
        }
        if let Some(before) = before {
            // What waits may come to wait for another reason that is known, which is neither.
            let is_new = standing.keys().any(|title| !before.contains_key(title));
            let is_over = standing.is_empty() && !before.is_empty();
            let lasts_a_day = standing.values().any(|since| self.ahead - since >= DAY);
            if is_new || is_over {
                assert_ne!(ended.stderr, "", "{before:?} became {standing:?}");
            } else if before.len() == standing.len() && !lasts_a_day {
                assert_eq!(ended.stderr, "", "{standing:?} stood before");
            }
        }
        self.standing = Some(standing);
    }

    /// Two polls at once, during which the archive grows.
    #[track_caller]
    fn both(&mut self, dice: &mut Dice, archive: &mut Grown<'_>) {
        let polls = [self.start().spawn(), self.start().spawn()];
        archive.grow(dice);
        for poll in polls {
            let ended = poll.wait();
            assert!(matches!(ended.code(), Some(0 | 1)), "{}", ended.stderr);
            assert_eq!(ended.stdout, "");
        }
        self.standing = None;
    }

    /// One or two polls, one of which is killed at some moment, or asked to end.
    #[track_caller]
    fn end_early(&mut self, dice: &mut Dice) {
        let span = usize::try_from(self.span.as_micros()).unwrap().max(1);
        let wait = Duration::from_micros(dice.below(span).try_into().unwrap());
        let mut polls: Vec<Running> = (0..=dice.below(2)).map(|_| self.start().spawn()).collect();
        let begun = Instant::now();
        while begun.elapsed() < wait && !polls[0].has_ended() {
            std::thread::sleep(Duration::from_micros(500));
        }
        if dice.below(4) == 0 {
            polls[0].terminate();
        } else {
            polls[0].kill();
        }
        self.ended_early += 1;
        for poll in polls {
            let ended = poll.wait();
            let is_well = ended.status.signal().is_some() || matches!(ended.code(), Some(0 | 1));
            assert!(is_well, "{}: {}", ended.status, ended.stderr);
        }
        self.standing = None;
    }

    #[track_caller]
    fn status(&self) -> Value {
        let status = self.sandbox.larch(["status", "n", "--json"]);
        let ended = status
            .clock_ahead(self.ahead)
            .any_stdout()
            .any_stderr()
            .output();
        serde_json::from_str(&ended.stdout).unwrap()
    }
}
