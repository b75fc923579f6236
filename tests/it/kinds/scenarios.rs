//! What holds for every kind.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use larch::name::{Level, Name};

use super::Create;
use super::watch::Watch;
use crate::support::{Sandbox, check_database, check_rules, databases, rounds};

/// The items of a subject and all below them, each after its level, as the listing commands print
/// them.
#[track_caller]
fn listed(watch: &Watch<'_>, subject: &Name) -> Vec<String> {
    let Some(level) = subject.level().child() else {
        return Vec::new();
    };
    let printed = watch
        .larch([level.plural(), "--full", subject.as_str()])
        .any_stdout()
        .ok();
    let mut items = Vec::new();
    for line in printed.stdout.lines() {
        let item = Name::parse(line, Some(level)).unwrap();
        items.push(format!("{level} {item}"));
        items.extend(listed(watch, &item));
    }
    items
}

fn archive(watch: &Watch<'_>) -> Name {
    Name::parse(watch.world.archive(), Some(Level::Archive)).unwrap()
}

pub(super) fn everything_is_listed(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    let versions = watch.world.versions();
    let made: Vec<String> = [0, 1, 0, 2, 0, 1]
        .map(|version| watch.world.commit(&versions[version]))
        .into();
    let items = listed(&watch, &archive(&watch));
    assert_eq!(
        items.iter().cloned().collect::<BTreeSet<_>>(),
        watch.with_ancestors(Level::Revision, &made)
    );
    for version in &versions {
        let in_version = |name: &&String| {
            Name::parse(name, Some(Level::Revision))
                .unwrap()
                .parent()
                .is_some_and(|parent| parent.as_str() == version)
        };
        let expected: String = made
            .iter()
            .filter(in_version)
            .flat_map(|name| [name, "\n"])
            .collect();
        let printed = watch.larch(["revisions", "--full", version]);
        printed.stdout(expected).ok();
    }
    assert_eq!(items.len(), items.iter().collect::<BTreeSet<_>>().len());
}

pub(super) fn what_appears_later_is_followed_by_one_line(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    watch.poll().ok();
    assert_eq!(watch.revisions(), [""; 0]);
    let versions = watch.world.versions();
    let mut made = Vec::new();
    for version in [0, 0, 1, 2, 0, 1, 2] {
        made.push(watch.world.commit(&versions[version]));
        watch.poll().ok();
        assert_eq!(watch.revisions(), made[made.len() - 1..]);
    }
    watch.check_told(&made);
    check_rules(&sandbox, "n");
    check_database(&sandbox, "n");
}

pub(super) fn nothing_is_told_twice(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    let versions = watch.world.versions();
    let mut made: Vec<String> = versions
        .iter()
        .chain(&versions)
        .map(|version| watch.world.commit(version))
        .collect();
    watch.poll().ok();
    let mut told = watch.revisions();
    told.sort();
    made.sort();
    assert_eq!(told, made);
    watch.check_told(&made);
    for _ in 0..3 {
        watch.poll().ok();
        assert_eq!(watch.revisions(), [""; 0]);
    }
    // Everything is listed again.
    sandbox.poll().clock_ahead(10 * 24 * 3600).ok();
    assert_eq!(watch.revisions(), [""; 0]);
}

pub(super) fn nothing_is_lost_beside_a_writer(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    // The last that is told of must be whole at that moment.
    let larch = env!("CARGO_BIN_EXE_larch");
    sandbox.behave(&format!(
        r#"for name; do :; done
[ "$LARCH_LEVEL" != revision ] || {larch} cat-archive-log "$name" | grep -q . ||
    echo "$name" >>"$sandbox/half""#
    ));
    let world = watch.world.as_ref();
    let polls = AtomicUsize::new(0);
    let made = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut made = Vec::new();
            while polls.load(Ordering::Relaxed) < rounds(3).min(100) {
                made.extend(world.versions().map(|version| world.commit(&version)));
            }
            made
        });
        while !writer.is_finished() {
            watch.poll().ok();
            polls.fetch_add(1, Ordering::Relaxed);
        }
        writer.join().unwrap()
    });
    watch.poll().ok();
    assert_eq!(sandbox.read("half"), "");
    let told: BTreeSet<String> = watch.revisions().into_iter().collect();
    assert_eq!(told, made.iter().cloned().collect());
    watch.check_told(&made);
}

pub(super) fn half_made_revisions_are_not_told(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    let versions = watch.world.versions();
    let made = [
        watch.world.commit(&versions[0]),
        watch.world.commit(&versions[1]),
    ];
    watch.poll().ok();
    assert_eq!(watch.revisions().len(), made.len());
    for version in &versions[..2] {
        let end = watch.world.begin(version);
        for _ in 0..2 {
            watch.poll().ok();
            assert_eq!(watch.revisions(), [""; 0]);
        }
        let whole = end();
        watch.poll().ok();
        assert_eq!(watch.revisions(), [whole]);
    }
}

pub(super) fn an_archive_that_is_away_is_an_error_and_loses_nothing(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    let versions = watch.world.versions();
    let first = watch.world.commit(&versions[0]);
    let away = watch.world.root().with_extension("away");
    let miss = || {
        std::fs::rename(watch.world.root(), &away).unwrap();
        let said = format!("cannot scan {}", watch.world.archive());
        watch.poll().stderr_has(said).code(1);
        watch.poll().any_stderr().code(1);
        assert_eq!(watch.revisions(), [""; 0]);
        std::fs::rename(&away, watch.world.root()).unwrap();
    };
    miss();
    watch.poll().any_stderr().ok();
    assert_eq!(watch.revisions(), [first]);
    miss();
    let next = [
        watch.world.commit(&versions[0]),
        watch.world.commit(&versions[1]),
    ];
    watch.poll().any_stderr().ok();
    let mut told = watch.revisions();
    told.sort_by_key(|name| next.iter().position(|next| next == name));
    assert_eq!(told, next);
    watch.poll().ok();
}

pub(super) fn what_is_removed_and_returns_is_no_news(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    let versions = watch.world.versions();
    for version in versions.iter().chain(&versions) {
        watch.world.commit(version);
    }
    watch.poll().ok();
    assert_eq!(watch.revisions().len(), 6);
    for version in &versions {
        let bring_back = watch.world.remove(version);
        for _ in 0..2 {
            watch.poll().ok();
        }
        bring_back();
        for _ in 0..2 {
            watch.poll().ok();
        }
        assert_eq!(watch.revisions(), [""; 0], "{version}");
        let next = watch.world.commit(version);
        watch.poll().ok();
        assert_eq!(watch.revisions(), [next]);
    }
}

pub(super) fn an_idle_poll_says_and_commits_nothing(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    for version in watch.world.versions() {
        watch.world.commit(&version);
    }
    watch.world.age();
    // The second may find that what the first one saw was too young to be trusted.
    for _ in 0..3 {
        watch.poll().ok();
    }
    let before = databases(&sandbox.path("n"));
    for _ in 0..3 {
        watch.poll().ok();
    }
    let has_committed = before != databases(&sandbox.path("n"));
    assert!(!has_committed || watch.world.is_listed_anew());
    assert_eq!(watch.revisions().len(), 3);
}

pub(super) fn names_lead_back_to_what_they_name(create: Create) {
    let sandbox = Sandbox::new();
    let watch = Watch::new(&sandbox, create);
    for version in watch.world.versions() {
        watch.world.commit(&version);
    }
    watch.poll().ok();
    let told = sandbox.take_told();
    for item in &told {
        let (level, name) = item.split_once(' ').unwrap();
        let level: Level = level.parse().unwrap();
        let name = Name::parse(name, Some(level)).unwrap();
        let Some(below) = level.child() else {
            let log = watch.larch(["cat-archive-log", name.as_str()]);
            assert_ne!(log.any_stdout().ok().stdout, "");
            continue;
        };
        let items = watch.larch([below.plural(), "--full", name.as_str()]);
        for line in items.any_stdout().ok().stdout.lines() {
            assert!(told.contains(&format!("{below} {line}")), "{line}");
        }
    }
    assert_eq!(
        told.iter()
            .filter(|item| item.starts_with("revision "))
            .count(),
        3
    );
}
