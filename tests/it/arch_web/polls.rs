//! Polls of archives on web servers, through the binary.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{LAYOUTS, NAME, follow, published};
use crate::support::{Layout, Sandbox, Web, age};

#[test]
fn what_is_committed_is_told_once() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = published(&sandbox, layout);
        arch.import("hello--main--1.0");
        let web = Web::new(&sandbox, "archives");
        follow(&sandbox, &arch, &web);
        sandbox.poll().ok();
        assert_eq!(
            sandbox.take_told(),
            [
                format!("category {NAME}/hello"),
                format!("branch {NAME}/hello--main"),
                format!("version {NAME}/hello--main--1.0"),
                format!("revision {NAME}/hello--main--1.0--base-0"),
            ]
        );
        // The listing is of the same second, as far as the server tells.
        for number in 1..=3 {
            arch.commit("hello--main--1.0");
            sandbox.poll().ok();
            assert_eq!(
                sandbox.take_told(),
                [format!("revision {NAME}/hello--main--1.0--patch-{number}")]
            );
            sandbox.poll().ok();
            assert_eq!(sandbox.take_told(), [""; 0]);
        }
        arch.import("hello--dev--1.0");
        arch.import("other--dev--1.0");
        sandbox.poll().ok();
        let mut told = sandbox.take_told();
        told.sort();
        assert_eq!(
            told,
            [
                format!("branch {NAME}/hello--dev"),
                format!("branch {NAME}/other--dev"),
                format!("category {NAME}/other"),
                format!("revision {NAME}/hello--dev--1.0--base-0"),
                format!("revision {NAME}/other--dev--1.0--base-0"),
                format!("version {NAME}/hello--dev--1.0"),
                format!("version {NAME}/other--dev--1.0"),
            ]
        );
    }
}

#[test]
fn an_idle_poll_asks_whether_something_changed_and_fetches_nothing() {
    for layout in LAYOUTS {
        for apache in [false, true] {
            let sandbox = Sandbox::new();
            let arch = published(&sandbox, layout);
            arch.import("hello--main--1.0");
            arch.import("hello--main--2.0");
            arch.import("other--dev--1.0");
            age(&sandbox, &arch.location, 1000);
            let web = if apache {
                Web::apache(&sandbox, "archives")
            } else {
                Web::new(&sandbox, "archives")
            };
            follow(&sandbox, &arch, &web);
            web.settled_requests();
            web.take_requests();
            sandbox.poll().ok();
            sandbox.take_record();
            let first = web.settled_requests();
            web.take_requests();
            sandbox.poll().ok();
            let second = web.settled_requests();
            let mut fetched: Vec<_> = first
                .iter()
                .filter(|request| request.method == "GET" && request.status == 200)
                .map(|request| &request.path)
                .filter(|path| path.ends_with("/.listing"))
                .collect();
            let asked: Vec<_> = second.iter().map(|request| &request.path).collect();
            let (format, asked) = asked.split_first().unwrap();
            assert!(format.ends_with("/.archive-version"));
            // Several are asked for at once.
            let mut asked = asked.to_vec();
            asked.sort();
            fetched.sort();
            assert_eq!(asked, fetched);
            assert!(
                second
                    .iter()
                    .all(|request| request.method == "GET" && request.status == 304),
                "{second:?}"
            );
            // The format; the root; nested ones of 2 categories, 2 branches; 3 versions.
            let count = if layout == Layout::Flat { 5 } else { 9 };
            assert_eq!(second.len(), count, "{second:?}");

            web.take_requests();
            arch.commit("hello--main--1.0");
            age(&sandbox, &arch.version_dir("hello--main--1.0"), 900);
            sandbox.poll().ok();
            assert_eq!(
                sandbox.take_told(),
                [format!("revision {NAME}/hello--main--1.0--patch-1")]
            );
            let whole = web.settled_requests();
            let whole = whole
                .iter()
                .filter(|request| request.method == "GET" && request.status == 200)
                .filter(|request| request.path.ends_with(".listing"));
            assert_eq!(whole.count(), 1);
        }
    }
}

#[test]
fn everything_is_fetched_anyway_once_a_day() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = published(&sandbox, layout);
        arch.import("hello--main--1.0");
        age(&sandbox, &arch.location, 1000);
        let web = Web::new(&sandbox, "archives");
        follow(&sandbox, &arch, &web);
        sandbox.poll().ok();
        sandbox.take_record();
        // The server tells whole seconds, and nobody must rely on times alone for ever.
        arch.commit("hello--main--1.0");
        age(&sandbox, &arch.location, 1000);
        let listing = arch.version_dir("hello--main--1.0").join(".listing");
        age(&sandbox, &listing, 2000);
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
        sandbox.poll().clock_ahead(25 * 3600).ok();
        assert_eq!(
            sandbox.take_told(),
            [format!("revision {NAME}/hello--main--1.0--patch-1")]
        );
    }
}

#[test]
fn a_listing_that_is_being_replaced_loses_nothing() {
    let sandbox = Sandbox::new();
    let arch = published(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    let web = Web::new(&sandbox, "archives");
    follow(&sandbox, &arch, &web);
    sandbox.poll().ok();
    sandbox.take_record();
    let listing = arch.version_dir("hello--main--1.0").join(".listing");
    let away = sandbox.path("listing");
    fs::rename(&listing, &away).unwrap();
    let replaced = std::thread::scope(|scope| {
        let replaces = scope.spawn(|| {
            // As soon as it was found missing.
            let missed = |web: &Web| web.requests().iter().any(|each| each.status == 404);
            while !missed(&web) {
                std::thread::yield_now();
            }
            fs::rename(&away, &listing).unwrap();
        });
        sandbox.poll().ok();
        replaces.join()
    });
    replaced.unwrap();
    assert_eq!(sandbox.take_told(), [""; 0]);
}

#[test]
fn a_missing_listing_is_an_error_and_never_an_empty_directory() {
    let sandbox = Sandbox::new();
    let arch = published(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    let web = Web::new(&sandbox, "archives");
    follow(&sandbox, &arch, &web);
    sandbox.poll().ok();
    sandbox.take_record();
    let listing = arch.version_dir("hello--main--1.0").join(".listing");
    let away = sandbox.path("listing");
    fs::rename(&listing, &away).unwrap();
    sandbox
        .poll()
        .stderr_has("the server has no such file")
        .stderr_has("tla archive-fixup")
        .code(1);
    sandbox.poll().code(1);
    fs::rename(&away, &listing).unwrap();
    arch.commit("hello--main--1.0");
    sandbox.poll().stderr_has("over: ").ok();
    assert_eq!(
        sandbox.take_told(),
        [format!("revision {NAME}/hello--main--1.0--patch-1")]
    );
}

#[test]
fn a_version_that_the_listing_above_does_not_name_has_gone() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = published(&sandbox, layout);
        arch.import("hello--main--1.0");
        arch.import("hello--main--2.0");
        let web = Web::new(&sandbox, "archives");
        follow(&sandbox, &arch, &web);
        sandbox.poll().ok();
        sandbox.take_record();
        let directory = arch.version_dir("hello--main--1.0");
        let above = directory.parent().unwrap().join(".listing");
        let listing = fs::read_to_string(&above).unwrap();
        fs::rename(&directory, sandbox.path("away")).unwrap();
        sandbox.write(&above, listing.replace("hello--main--1.0\r\n", ""));
        sandbox.poll().ok();
        sandbox.poll().ok();
        fs::rename(sandbox.path("away"), &directory).unwrap();
        sandbox.write(&above, listing);
        arch.commit("hello--main--1.0");
        sandbox.poll().ok();
        assert_eq!(
            sandbox.take_told(),
            [format!("revision {NAME}/hello--main--1.0--patch-1")]
        );
    }
}

#[test]
fn a_server_that_is_down_is_said_once_and_costs_nothing() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = published(&sandbox, layout);
        arch.import("hello--main--1.0");
        let mut web = Web::new(&sandbox, "archives");
        follow(&sandbox, &arch, &web);
        sandbox.poll().ok();
        sandbox.take_record();
        web.stop();
        arch.commit("hello--main--1.0");
        let ended = sandbox.poll().stderr_has("Connection refused").code(1);
        assert_eq!(
            ended.stderr.matches("refused").count(),
            1,
            "{}",
            ended.stderr
        );
        sandbox.poll().code(1);
        web.restart(&sandbox, "archives");
        // A host that failed is left alone for a minute.
        sandbox.poll().clock_ahead(90).stderr_has("over: ").ok();
        assert_eq!(
            sandbox.take_told(),
            [format!("revision {NAME}/hello--main--1.0--patch-1")]
        );
        sandbox.poll().clock_ahead(100).ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
    }
}

#[test]
fn an_archive_that_another_one_takes_the_place_of_is_read_anew() {
    let sandbox = Sandbox::new();
    let flat = published(&sandbox, Layout::Flat);
    flat.import("hello--main--1.0");
    age(&sandbox, &flat.location, 1000);
    let web = Web::new(&sandbox, "archives");
    follow(&sandbox, &flat, &web);
    sandbox.poll().ok();
    sandbox.take_record();
    fs::rename(&flat.location, sandbox.path("away")).unwrap();
    fs::remove_dir_all(sandbox.path("work")).unwrap();
    sandbox.tla(["register-archive", "-d", &flat.name]);
    let nested = published(&sandbox, Layout::Nested);
    nested.import("hello--main--1.0");
    nested.commit("hello--main--1.0");
    age(&sandbox, &nested.location, 900);
    for _ in 0..2 {
        sandbox.poll().ok();
    }
    assert_eq!(
        sandbox.take_told(),
        [format!("revision {NAME}/hello--main--1.0--patch-1")]
    );
}

#[test]
fn polls_beside_tla_tell_everything_once() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = published(&sandbox, layout);
        arch.import("hello--main--0");
        let web = Web::new(&sandbox, "archives");
        follow(&sandbox, &arch, &web);
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 1..=8 {
                    arch.import(&format!("hello--main--{number}"));
                    arch.commit(&format!("hello--main--{number}"));
                }
                ended.store(true, Ordering::Relaxed);
            });
            while !ended.load(Ordering::Relaxed) {
                sandbox.poll().ok();
            }
        });
        sandbox.poll().ok();
        let mut told = sandbox.take_told();
        told.sort();
        let mut all = vec![
            format!("category {NAME}/hello"),
            format!("branch {NAME}/hello--main"),
        ];
        for number in 0..=8 {
            all.push(format!("version {NAME}/hello--main--{number}"));
            all.push(format!("revision {NAME}/hello--main--{number}--base-0"));
            if number > 0 {
                all.push(format!("revision {NAME}/hello--main--{number}--patch-1"));
            }
        }
        all.sort();
        assert_eq!(told, all);
    }
}
