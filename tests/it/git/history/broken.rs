//! Repositories and positions that are damaged.

use std::fs;

use larch::archive::{ArchiveError, Revisions};

use super::{Followed, news};
use crate::git::follower::poll_all;

const NOWHERE: &str = "1234567890123456789012345678901234567890";

/// Where an object is that was not packed yet.
fn loose(one: &Followed, id: &str) -> std::path::PathBuf {
    one.repo.path.join("objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn a_ref_to_a_missing_object_fails_alone() {
    let mut one = Followed::new(&["heads--main", "heads--bad", "tags--bad"]);
    let main = one.push("main", &["1"], None);
    for name in ["heads/bad", "tags/bad"] {
        one.repo
            .write(&format!("refs/{name}"), &format!("{NOWHERE}\n"));
    }
    for _ in 0..2 {
        let next = one.push("main", &["1", "2"], None);
        let heard = one.poll_as(Revisions::New);
        assert_eq!(heard.failed.len(), 2, "{heard:?}");
        assert!(!heard.lost);
        let said = heard.failed[0].1.to_string();
        assert!(
            said.contains("`a/r--heads--bad` is damaged, or names"),
            "{said}"
        );
        assert!(said.contains("git fsck"), "{said}");
        assert!(
            heard.all().is_empty() || heard.all() == [&next[0], &next[1]],
            "{heard:?}"
        );
    }
    // Mended, it is told as any other.
    one.repo.set("refs/heads/bad", &main[0]);
    one.repo.delete("refs/tags/bad");
    let heard = one.poll_as(Revisions::New);
    assert!(
        heard.news.is_empty() && heard.failed.len() == 1,
        "{heard:?}"
    );
}

#[test]
fn a_branch_whose_told_tip_is_damaged_is_told_again_when_it_is_mended() {
    let mut one = Followed::new(&["heads--main", "heads--other"]);
    let main = one.push("main", &["1"], None);
    let other = one.push("other", &["2"], None);
    one.poll();
    let away = one.repo.path.join("away");
    fs::rename(loose(&one, &other[0]), &away).unwrap();
    let next = one.push("main", &["3"], Some(&main[0]));
    let heard = one.poll();
    assert!(heard.lost);
    assert_eq!(heard.news, [news("heads--main", &[&next[0]])]);
    fs::rename(&away, loose(&one, &other[0])).unwrap();
    let merge = one.repo.commit("4", &[&next[0], &other[0]]);
    one.repo.set("refs/heads/main", &merge);
    let heard = one.poll();
    assert!(!heard.lost);
    assert_eq!(heard.news, [news("heads--main", &[&merge])]);
}

#[test]
fn a_damaged_history_is_an_error_until_it_is_mended() {
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &["1", "2", "3"], None);
    let away = one.repo.path.join("away");
    fs::rename(loose(&one, &main[1]), &away).unwrap();
    let before = one.follower.clone();
    let result = poll_all(&one.repo.path, Revisions::New, &mut [&mut one.follower]);
    let Err(ArchiveError::Program { program, said, .. }) = result else {
        panic!("{result:?}");
    };
    assert_eq!(program, "git rev-list");
    assert!(said.contains(&main[1]), "{said}");
    assert_eq!(one.follower.position, before.position);
    fs::rename(&away, loose(&one, &main[1])).unwrap();
    assert_eq!(one.poll().all().len(), 3);
}

#[test]
fn a_position_that_cannot_be_read_is_a_loss_and_no_error() {
    let mut one = Followed::new(&["heads--main", "heads--topic"]);
    let main = one.push("main", &["1", "2"], None);
    one.push("topic", &["3"], Some(&main[0]));
    one.poll();
    let sound = one.follower.clone();
    one.follower.position = Some(b"?".to_vec());
    let next = one.push("main", &["4"], Some(&main[1]));
    let heard = one.poll();
    assert!(heard.lost);
    // The versions' own positions are whole.
    assert_eq!(heard.news, [news("heads--main", &[&next[0]])]);
    one.expect_silence();

    one.follower = sound;
    one.follower
        .versions
        .insert("heads--topic".to_owned(), Vec::new());
    let heard = one.poll();
    assert!(heard.lost);
    assert_eq!(heard.news, [news("heads--main", &[&next[0]])]);
    one.expect_silence();
}

#[test]
fn equal_questions_have_equal_answers_failures_too() {
    let mut one = Followed::new(&["heads--main", "heads--gone"]);
    let main = one.push("main", &["1"], None);
    let mut other = one.follower.clone();
    let mut apart = one.follower.clone();
    apart.watched.reverse();
    let followers = &mut [&mut one.follower, &mut other, &mut apart];
    let heard = poll_all(&one.repo.path, Revisions::New, followers).unwrap();
    for heard in heard {
        assert_eq!(heard.news, [news("heads--main", &[&main[0]])]);
        assert!(matches!(&heard.failed[0].1, ArchiveError::NoSuchSubject(_)));
    }
    assert_eq!(one.follower.position, other.position);
}
