//! Polls that are killed: nothing is lost, and repeated is what was running.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use crate::support::{
    Layout, Sandbox, Swift, Told, check_database, check_rules, rounds, say, watch_for_overlaps,
};

const RULES: &str = "a@example.org record:c record:b record:v record:r\n";

/// An archive that is watched whole, and what was made in it.
struct Watched {
    sandbox: Sandbox,
    arch: Swift,
    /// How many revisions each version has.
    versions: BTreeMap<String, usize>,
    /// What has to be told, as `THUNK NAME`.
    expected: BTreeSet<String>,
}

impl Watched {
    fn new(layout: Layout) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("n/=rules.archives", RULES);
        let arch = Swift::new(&sandbox, "a@example.org", layout);
        Self {
            sandbox,
            arch,
            versions: BTreeMap::new(),
            expected: BTreeSet::new(),
        }
    }

    /// Makes the next revision of a version.
    fn commit(&mut self, version: &str) {
        let count = self.versions.entry(version.to_owned()).or_default();
        let level = Swift::level(*count);
        *count += 1;
        let (branch, _) = version.rsplit_once("--").unwrap();
        let (category, _) = branch.split_once("--").unwrap();
        for (thunk, package) in [("c", category), ("b", branch), ("v", version)] {
            let name = format!("{thunk} {}/{package}", self.arch.name);
            self.expected.insert(name);
        }
        let revision = self.arch.commit(version, &level);
        self.expected.insert(format!("r {revision}"));
    }

    /// Polls until all is well, and compares what was told with what there is. `kills` polls were
    /// killed since the beginning, each of which may have repeated `jobs` invocations.
    #[track_caller]
    fn check(&self, kills: usize, jobs: usize) -> usize {
        self.sandbox.poll().limit(Duration::from_mins(2)).ok();
        check_database(&self.sandbox, "n");
        check_rules(&self.sandbox, "n");
        self.check_lines();
        assert_eq!(self.sandbox.read("overlaps"), "", "ran beside itself");
        let told: BTreeSet<String> = self.sandbox.record().iter().flat_map(Told::pairs).collect();
        assert_eq!(told, self.expected);
        let attempts = self.sandbox.attempts();
        check_order(&attempts);
        let distinct: BTreeSet<&str> = attempts.iter().map(|told| told.id.as_str()).collect();
        let repeated = attempts.len() - distinct.len();
        assert!(
            repeated <= kills * jobs,
            "{repeated} repetitions after {kills} kills with {jobs} jobs"
        );
        repeated
    }

    /// One line for everything that was handed down, and no other.
    #[track_caller]
    fn check_lines(&self) {
        let below = |thunk: &str, rest: &str| -> BTreeSet<String> {
            self.expected
                .iter()
                .filter_map(|pair| pair.strip_prefix(thunk))
                .map(|name| format!("{} {rest}", name.trim_start()))
                .collect()
        };
        for (file, expected) in [
            (
                "n/=rules.categories",
                below("c ", "record:b record:v record:r"),
            ),
            ("n/=rules.branches", below("b ", "record:v record:r")),
            ("n/=rules.versions", below("v ", "record:r")),
        ] {
            let lines: BTreeSet<String> = self.sandbox.active_lines(file).into_iter().collect();
            assert_eq!(lines, expected, "{file}");
        }
    }
}

/// Within a lane deliveries run one after the other, oldest items first; a repetition comes before
/// what follows.
#[track_caller]
fn check_order(attempts: &[Told]) {
    let mut lanes: HashMap<(&str, &str), Vec<&Told>> = HashMap::new();
    for told in attempts {
        lanes
            .entry((&told.thunk, &told.subject))
            .or_default()
            .push(told);
    }
    for (lane, mut attempts) in lanes {
        attempts.dedup_by(|a, b| a.id == b.id && a.names == b.names);
        let names: Vec<&String> = attempts.iter().flat_map(|told| &told.names).collect();
        let distinct: BTreeSet<&String> = names.iter().copied().collect();
        assert_eq!(names.len(), distinct.len(), "{lane:?}: {names:?}");
        if lane.0 == "r" {
            let numbers: Vec<usize> = names.iter().map(|name| number(name)).collect();
            assert!(numbers.is_sorted(), "{lane:?}: {names:?}");
        }
    }
}

fn number(revision: &str) -> usize {
    let (_, number) = revision.rsplit_once('-').unwrap();
    number.parse().unwrap()
}

/// Numbers that are spread well enough, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn random_kills(jobs: usize, layout: Layout, rounds: usize) {
    let mut watched = Watched::new(layout);
    watch_for_overlaps(&watched.sandbox, "");
    let mut random = Random(7);
    let mut kills = 0;
    // How long a poll takes here, so that kills fall anywhere in it.
    let mut span = Duration::from_millis(100);
    for round in 0..rounds {
        for _ in 0..=random.below(3) {
            let (category, branch) = (random.below(3 + round / 20), random.below(2));
            watched.commit(&format!("c{category}--b{branch}--{}.0", random.below(2)));
        }
        let limit = usize::try_from(span.as_micros()).unwrap().max(1);
        let wait = Duration::from_micros(random.below(limit).try_into().unwrap());
        let began = Instant::now();
        let poll = watched.sandbox.poll().arg("--jobs").arg(jobs.to_string());
        let mut poll = poll.any_stderr().spawn();
        while began.elapsed() < wait && !poll.has_ended() {
            std::thread::sleep(Duration::from_micros(200));
        }
        // Now and then it is asked to end, and ends what it runs.
        if random.below(4) == 0 {
            poll.terminate();
        } else {
            poll.kill();
        }
        let ended = poll.wait();
        if ended.status.signal().is_some() {
            kills += 1;
            assert_eq!(ended.stderr, "");
        } else {
            span = began.elapsed() * 11 / 10;
        }
        check_rules(&watched.sandbox, "n");
        span += Duration::from_millis(3);
    }
    let repeated = watched.check(kills, jobs);
    say(&format!(
        "{jobs} jobs, {layout:?}: {kills} kills in {rounds} rounds, {repeated} repetitions"
    ));
    assert!(kills * 3 > rounds, "{kills} of {rounds} polls were killed");
}

#[test]
fn kills_at_random_moments_repeat_one_invocation_each() {
    random_kills(1, Layout::Nested, rounds(30));
}

#[test]
fn kills_at_random_moments_repeat_as_many_invocations_as_run_at_once() {
    random_kills(4, Layout::Flat, rounds(15));
}

/// Between kills a person changes the address of a version, there and back.
#[test]
fn addresses_that_change_between_kills_are_told_nothing_again() {
    let mut watched = Watched::new(Layout::Nested);
    watch_for_overlaps(&watched.sandbox, "");
    let mut random = Random(23);
    let file = "n/=rules.versions";
    for round in 0..rounds(20) {
        for _ in 0..=random.below(2) {
            watched.commit(&format!("c{}--b--1.0", random.below(3)));
        }
        let lines = watched.sandbox.read(file);
        let line = format!("a@example.org/c{}--b--1.0 record:", random.below(3));
        let (from, to) = if lines.contains(&format!("{line}r\n")) {
            ("r", "s")
        } else {
            ("s", "r")
        };
        let edited = lines.replace(&format!("{line}{from}\n"), &format!("{line}{to}\n"));
        watched.sandbox.write("n/edited", edited);
        std::fs::rename(watched.sandbox.path("n/edited"), watched.sandbox.path(file)).unwrap();
        let poll = watched.sandbox.poll().arg("--jobs").arg("1").any_stderr();
        if round % 3 == 2 {
            poll.ok();
            continue;
        }
        let mut poll = poll.spawn();
        std::thread::sleep(Duration::from_micros(
            random.below(60_000).try_into().unwrap(),
        ));
        poll.kill();
        poll.wait();
        check_rules(&watched.sandbox, "n");
    }
    watched.sandbox.poll().any_stderr().ok();
    assert_eq!(watched.sandbox.read("overlaps"), "");
    let mut deliveries: HashMap<String, BTreeSet<String>> = HashMap::new();
    for told in watched.sandbox.record() {
        for name in told.names {
            deliveries.entry(name).or_default().insert(told.id.clone());
        }
    }
    for pair in &watched.expected {
        let (_, name) = pair.split_once(' ').unwrap();
        let ids = deliveries.remove(name).unwrap_or_default();
        assert_eq!(ids.len(), 1, "{name}: {ids:?}");
    }
    assert!(deliveries.is_empty());
}

/// Every name that the source gives to a fault point.
fn fault_points() -> BTreeSet<String> {
    fn search(directory: &std::path::Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let points = text.split("fault::point(\"").skip(1);
            found.extend(points.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    let mut found = BTreeSet::new();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    search(source.as_ref(), &mut found);
    found
}

/// Each step of a long-lived directory, from the first pass to the last, with a whole poll between.
#[test]
fn a_kill_at_any_durable_step_loses_nothing() {
    let mut watched = Watched::new(Layout::Nested);
    watch_for_overlaps(&watched.sandbox, "");
    let mut points = fault_points();
    assert!(points.len() > 10, "{points:?}");
    // A directory is made once, and what has recipients is divided in parts/crashes.rs.
    points.retain(|point| !point.ends_with("-create") && !point.ends_with("-divide"));
    let mut kills = 0;
    let mut repeated = 0;
    for (place, point) in points.iter().enumerate() {
        // A poll that does not come there as often has done the work, so that the next one may.
        let (mut pass, mut missed) = (1, 0);
        while pass <= 6 && missed < 2 {
            watched.commit(&format!("new{place}-{pass}-{missed}--main--1.0"));
            watched.commit("old--main--1.0");
            // A line that moved in its file is news to the memory of the rules.
            let rules = watched.sandbox.read("n/=rules.archives");
            watched
                .sandbox
                .write("n/=rules.archives", format!("\n{rules}"));
            let mut now = 0;
            if point.ends_with("take-over") || point.ends_with("release") {
                // These come only after another poll died.
                now += usize::from(crash(&watched, "after-start:1"));
            }
            let died = crash(&watched, &format!("{point}:{pass}"));
            now += usize::from(died);
            kills += now;
            if died {
                pass += 1;
            } else {
                missed += 1;
            }
            let again = watched.check(kills, 1);
            assert!(again - repeated <= now, "{point}:{pass}");
            repeated = again;
        }
        assert!(pass > 1, "no poll came to {point}");
    }
    println!(
        "{} fault points, {kills} kills, {repeated} repetitions",
        points.len()
    );
}

/// Runs a poll that dies at `point`, and returns whether it came there.
#[track_caller]
fn crash(watched: &Watched, point: &str) -> bool {
    let poll = watched.sandbox.poll().arg("--jobs").arg("1");
    let ended = poll.env("LARCH_TEST_CRASH", point).output();
    assert_eq!(ended.stderr, "", "{point}");
    check_rules(&watched.sandbox, "n");
    match (ended.status.signal(), ended.code()) {
        (Some(9), _) => true,
        (_, Some(0)) => false,
        _ => panic!("{point}: {}", ended.status),
    }
}

/// A killed poll's action that goes on is ended before it is repeated.
fn ended_before_it_is_repeated(script: &str) {
    let mut watched = Watched::new(Layout::Flat);
    watch_for_overlaps(
        &watched.sandbox,
        &format!(r#"if mkdir "$sandbox/hung" 2>/dev/null; then {script} fi"#),
    );
    watched.commit("c--b--1.0");
    let mut poll = watched.sandbox.poll().arg("--jobs").arg("1").spawn();
    while watched.sandbox.read("tmp/asleep").is_empty() {
        assert!(!poll.has_ended());
        std::thread::sleep(Duration::from_millis(1));
    }
    poll.kill();
    poll.wait();
    assert_eq!(watched.check(1, 1), 1);
}

#[test]
fn the_action_of_a_killed_poll_is_ended_before_it_is_repeated() {
    ended_before_it_is_repeated(r#"echo >"$sandbox/tmp/asleep"; sleep 600; "#);
}

#[test]
fn an_action_that_does_not_want_to_end_is_killed_before_it_is_repeated() {
    ended_before_it_is_repeated(
        r#"trap '' TERM; echo >"$sandbox/tmp/asleep"; while :; do sleep 1; done; "#,
    );
}

#[test]
fn the_action_of_a_poll_killed_before_it_noted_it_is_ended_too() {
    let mut watched = Watched::new(Layout::Flat);
    watch_for_overlaps(
        &watched.sandbox,
        // Not the repetition, also where the first attempt was ended before it had begun.
        r#"if [ "$LARCH_THUNK$LARCH_ATTEMPT" = c1 ]; then sleep 600; fi"#,
    );
    watched.commit("c--b--1.0");
    assert!(crash(&watched, "after-spawn:1"));
    assert!(watched.check(1, 1) <= 1);
}
