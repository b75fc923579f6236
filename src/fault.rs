//! Places where a test may kill the process: before and after each durable step.

/// Dies here, as by `kill -9`, if the environment variable `LARCH_TEST_CRASH` names this point. With
/// `NAME:N` it dies when the point is passed for the N-th time.
#[cfg(feature = "fault-points")]
pub(crate) fn point(name: &str) {
    use std::collections::HashMap;
    use std::sync::Mutex;

    static PASSED: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);
    let Ok(wanted) = std::env::var("LARCH_TEST_CRASH") else {
        return;
    };
    let (wanted, count) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if wanted != name {
        return;
    }
    let mut passed = PASSED
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let passed = passed
        .get_or_insert_default()
        .entry(name.to_owned())
        .or_default();
    *passed += 1;
    if passed.to_string() == count {
        let own = rustix::process::getpid();
        // Nothing is left to tell when it cannot be done.
        let _dead = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    }
}

/// Nothing, outside of tests.
#[cfg(not(feature = "fault-points"))]
pub(crate) fn point(_name: &str) {}
