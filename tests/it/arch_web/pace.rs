//! How long it takes where the server is far away.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use larch::archive::{Look, Options};
use larch::name::{Level, Name};

use super::{NAME, name, open_with, options};
use crate::support::{Sandbox, Web, age};

const VERSIONS: usize = 300;
const DELAY: Duration = Duration::from_millis(20);
const JOBS: usize = 4;

/// A flat archive of many versions, each with one revision.
fn wide(sandbox: &Sandbox) -> Vec<Name> {
    let mut root = ".archive-version\r\n=meta-info\r\n".to_owned();
    let mut names = Vec::new();
    for number in 0..VERSIONS {
        let version = format!("c--b--{number}");
        write!(root, "{version}\r\n").unwrap();
        sandbox.write(format!("wide/{version}/.listing"), "base-0\r\n");
        names.push(name(Level::Version, &format!("{NAME}/{version}")));
    }
    sandbox.write("wide/.listing", root);
    sandbox.write("wide/.archive-version", "Bazaar archive format 1 0\n");
    age(sandbox, &sandbox.path("wide"), 1000);
    names
}

#[test]
fn a_few_are_asked_for_at_once() {
    let sandbox = Sandbox::new();
    let names = wide(&sandbox);
    let web = Web::slow(&sandbox, "wide", DELAY);
    let options = Options {
        jobs: JOBS,
        ..options()
    };
    let count = u32::try_from(VERSIONS).unwrap();
    let look = |last: &[Option<Look>]| -> Vec<Option<Look>> {
        let archive = open_with(&web.url(""), None, options.clone()).unwrap();
        let began = Instant::now();
        let last = last.iter().map(Option::as_ref);
        let expected: Vec<_> = names.iter().zip(last.clone()).collect();
        archive.expect(&expected);
        let looks = names
            .iter()
            .zip(last)
            .map(|(name, last)| archive.look(name, last).unwrap())
            .collect();
        let took = began.elapsed();
        assert!(took < DELAY * count * 6 / 10, "{took:?}");
        looks
    };
    let first = look(&vec![None; VERSIONS]);
    web.take_requests();
    let second = look(&first);
    assert_eq!(first, second);
    let requests = web.requests();
    let listings = requests
        .iter()
        .filter(|each| each.path != "/.archive-version");
    assert!(listings.clone().all(|each| each.status == 304));
    assert_eq!(listings.clone().count(), VERSIONS);
    let most = requests.iter().map(|each| each.active).max();
    assert_eq!(most, Some(JOBS));
    let connections: BTreeSet<_> = requests.iter().map(|each| each.port).collect();
    assert!(connections.len() <= JOBS, "{connections:?}");
}
