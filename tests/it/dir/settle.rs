//! What may still be being written is not told yet.

use std::fs::{self, File, FileTimes};
use std::time::{Duration, SystemTime};

use larch::clock::Clock;

use super::Pool;
use crate::support::Sandbox;

/// Times that are so long after now.
fn ahead(by: Duration) -> FileTimes {
    let now = u64::try_from(Clock::default().now()).unwrap();
    FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(now) + by)
}

/// Times that are half an hour before [`Pool::poll_old`].
fn recent() -> FileTimes {
    ahead(Duration::from_mins(90))
}

#[test]
fn what_was_changed_just_now_waits() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let item = pool.upload("c/b/1/item");
    for _ in 0..2 {
        pool.poll_young().ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
    }
    pool.poll_old().ok();
    let told = sandbox.take_told();
    assert_eq!(told.last(), Some(&format!("revision {item}")));
    assert_eq!(told.len(), 4);
    pool.poll_young().ok();
    pool.poll_old().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
}

#[test]
fn nothing_waits_where_the_settings_say_so() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.wait_for("0s");
    let item = pool.upload("c/b/1/item");
    pool.poll_young().ok();
    assert_eq!(pool.told(), [item]);
    let next = pool.upload("c/b/1/next");
    pool.poll_young().ok();
    assert_eq!(pool.told(), [next]);
}

#[test]
fn everything_waits_for_five_seconds_unless_set() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    fs::remove_file(sandbox.path("n/=config.toml")).unwrap();
    pool.upload("c/b/1/item");
    // A minute ago it was younger than that for sure.
    sandbox.poll().clock_ahead(-60).ok();
    assert_eq!(pool.told(), [""; 0]);
    sandbox.poll().clock_ahead(5).ok();
    assert_eq!(pool.told().len(), 1);
}

#[test]
fn a_file_that_grows_behind_an_old_time_waits() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let whole = sandbox.path("whole");
    sandbox.write(&whole, "x".repeat(100_000));
    let old = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
    File::open(&whole).unwrap().set_times(old).unwrap();
    fs::create_dir_all(pool.path("c/b/1")).unwrap();
    let copy = pool.path("c/b/1/copy");
    sandbox.run("cp", ["-p"]).args([&whole, &copy]).ok();
    assert_eq!(
        fs::metadata(&copy).unwrap().modified().unwrap(),
        SystemTime::UNIX_EPOCH
    );
    pool.poll_young().ok();
    assert_eq!(pool.told(), [""; 0]);
    pool.poll_old().ok();
    assert_eq!(pool.told(), ["pool/c--b--1--copy"]);
}

/// As rsync does it: a hidden file that bears its old time when it gets its name.
#[test]
fn an_upload_that_is_renamed_into_place_is_told_once_and_whole() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.upload("c/b/1/.item.Xy12Zz");
    pool.upload("c/b/1/.~tmp~/other");
    pool.poll_old().ok();
    assert_eq!(pool.told(), [""; 0]);
    let [hidden, item] = [".item.Xy12Zz", "item"].map(|entry| pool.path("c/b/1").join(entry));
    let old = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
    File::open(&hidden).unwrap().set_times(old).unwrap();
    fs::rename(hidden, item).unwrap();
    pool.poll_young().ok();
    assert_eq!(pool.told(), [""; 0]);
    pool.poll_old().ok();
    assert_eq!(pool.told(), ["pool/c--b--1--item"]);
}

#[test]
fn a_directory_waits_for_all_that_it_holds() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.upload("c/b/1/done/a/b/file");
    pool.upload("c/b/1/growing/a/b/file");
    let file = pool.path("c/b/1/growing/a/b/file");
    File::open(file).unwrap().set_times(recent()).unwrap();
    pool.poll_old().ok();
    assert_eq!(pool.told(), ["pool/c--b--1--done"]);
    sandbox.poll().clock_ahead(3 * 3600).ok();
    assert_eq!(pool.told(), ["pool/c--b--1--growing"]);
}

#[test]
fn what_waits_holds_up_nothing_else() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let done = pool.upload("c/b/1/done");
    let young = pool.upload("c/b/1/young");
    let file = File::open(pool.path("c/b/1/young")).unwrap();
    file.set_times(recent()).unwrap();
    pool.poll_old().ok();
    assert_eq!(pool.told(), [done]);
    pool.poll_old().ok();
    assert_eq!(pool.told(), [""; 0]);
    sandbox.poll().clock_ahead(3 * 3600).ok();
    assert_eq!(pool.told(), [young]);
}

#[test]
fn a_version_that_is_never_at_rest_is_told_with_what_is() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let done = pool.upload("c/b/1/done");
    for directory in ["c", "c/b", "c/b/1"] {
        let directory = File::open(pool.path(directory)).unwrap();
        directory.set_times(recent()).unwrap();
    }
    pool.poll_old().ok();
    assert_eq!(pool.told(), [done]);
}

#[test]
fn a_time_that_is_years_ahead_is_not_waited_for() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let item = pool.upload("c/b/1/item");
    let file = File::open(pool.path("c/b/1/item")).unwrap();
    file.set_times(ahead(Duration::from_hours(24 * 365)))
        .unwrap();
    pool.poll_old().ok();
    assert_eq!(pool.told(), [item]);
    // The clock was set back after this one came.
    let next = pool.upload("c/b/1/next");
    sandbox.poll().clock_ahead(-365 * 24 * 3600).ok();
    assert_eq!(pool.told(), [next]);
}

#[test]
fn a_file_that_is_uploaded_again_under_its_name_is_no_news() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.upload("c/b/1/item");
    pool.poll_old().ok();
    assert_eq!(pool.told().len(), 1);
    sandbox.write(pool.path("c/b/1/item"), "another content");
    sandbox.write(pool.path("c/b/1/.new"), "another content");
    fs::rename(pool.path("c/b/1/.new"), pool.path("c/b/1/item")).unwrap();
    pool.poll_old().ok();
    assert_eq!(pool.told(), [""; 0]);
}
