//! Repositories that come and go beside polls.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::{RULES, poll_beside};
use crate::git::judge::{Case, judge};
use crate::git::pushers::parents;
use crate::git::repo::{Import, Repo};
use crate::git::server::Server;
use crate::support::{Sandbox, rounds, say};

/// A repository with so many commits, of a kilobyte each, and some branches.
fn big(sandbox: &Sandbox, commits: usize) -> Repo {
    let repo = Repo::new(sandbox.path("work/big.git"));
    let mut import = Import::default();
    let mut parent: Option<String> = None;
    let mut random = 1_u64;
    for number in 0..commits {
        // What cannot be compressed takes its time.
        let mut message = number.to_string();
        for _ in 0..64 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            write!(message, "{random:016x}").unwrap();
        }
        let parents: Vec<&str> = parent.as_deref().into_iter().collect();
        let commit = import.commit(&message, &parents);
        if number % 100 == 0 {
            import.set(&format!("refs/heads/at-{number}"), &commit);
        }
        parent = Some(commit);
    }
    import.set("refs/heads/main", &parent.unwrap());
    repo.import(&import);
    repo.delete("refs/import");
    repo
}

fn clone(sandbox: &Sandbox, from: &Repo, to: &Path, options: &[&str]) {
    let mut arguments = vec!["clone", "-q", "--bare"];
    arguments.extend(options);
    let from = format!("file://{}", from.path.display());
    let to = to.display().to_string();
    arguments.extend([&*from, &*to]);
    sandbox.run("git", arguments).any_stderr().ok();
}

#[test]
fn a_repository_that_is_cloned_into_place_is_told_whole() {
    let sandbox = Sandbox::new();
    let server = Server::new(&sandbox);
    sandbox.write("n/=rules.archives", RULES);
    let source = big(&sandbox, 1500);
    let slow = sandbox.program(
        "slow-upload-pack",
        "#!/bin/sh\nchunk=$0.$$\ngit-upload-pack \"$@\" | while dd bs=65536 count=1 status=none >\"$chunk\" \
         && [ -s \"$chunk\" ]; do cat \"$chunk\"; sleep 0.05; done\n",
    );
    let slow = format!("--upload-pack={}", slow.display());
    let mut during = 0;
    let clones = rounds(2).min(40);
    for number in 0..clones {
        let place = server.path(&format!("x{number}"));
        during += poll_beside(&sandbox, || clone(&sandbox, &source, &place, &[&slow]));
    }
    let repos: Vec<Repo> = (0..clones)
        .map(|number| Repo {
            path: server.path(&format!("x{number}")),
        })
        .collect();
    let cases: Vec<Case<'_>> = repos
        .iter()
        .enumerate()
        .map(|(number, repo)| Case {
            category: format!("x{number}"),
            repo,
            made: parents(&source, &["--all"]),
        })
        .collect();
    let told = judge(&sandbox, &cases, &["r", "s"]);
    assert_eq!(told, 2 * 1500 * clones);
    say(&format!(
        "{during} polls during {clones} clones, {told} told"
    ));
}

/// Repositories that are made and pushed to, moved into place, and removed again.
#[test]
fn repositories_that_come_and_go_are_no_errors() {
    let sandbox = Sandbox::new();
    let server = Server::new(&sandbox);
    sandbox.write("n/=rules.archives", RULES);
    let source = big(&sandbox, 300);
    let all = parents(&source, &["--all"]);
    let count = rounds(10);
    fs::create_dir(sandbox.path("srv/group")).unwrap();
    let polls = poll_beside(&sandbox, || {
        for number in 0..count {
            let made = server.repo(&format!("made{number}"));
            let url = made.path.display().to_string();
            source.git(&["push", "-q", &url, "refs/heads/*:refs/heads/*"]);
            let aside = sandbox.path(format!("work/moved{number}.git"));
            clone(&sandbox, &source, &aside, &[]);
            fs::rename(&aside, server.path(&format!("group/moved{number}"))).unwrap();
            for _ in 0..2 {
                let passing = server.path("passing");
                clone(&sandbox, &source, &passing, &[]);
                thread::sleep(Duration::from_millis(number as u64 * 7 % 60));
                fs::remove_dir_all(passing).unwrap();
            }
        }
    });
    let passing = server.path("passing");
    clone(&sandbox, &source, &passing, &[]);
    sandbox.poll().ok();
    let mut repos = vec![("passing".to_owned(), Repo { path: passing })];
    for number in 0..count {
        for name in [format!("made{number}"), format!("group/moved{number}")] {
            let path = server.path(&name);
            repos.push((name, Repo { path }));
        }
    }
    let cases: Vec<Case<'_>> = repos
        .iter()
        .map(|(category, repo)| Case {
            category: category.clone(),
            repo,
            made: all.clone(),
        })
        .collect();
    let told = judge(&sandbox, &cases, &["r", "s"]);
    assert_eq!(told, 2 * 300 * cases.len());
    say(&format!(
        "{polls} polls, {} repositories, {told} told",
        cases.len()
    ));
}
