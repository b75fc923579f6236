//! What an action is owed of what is there when it meets a version.

use larch::config::Limit;

use super::{Followed, news};
use crate::git::follower::Follower;

fn limit(one: &mut Followed, version: &str, first: Limit) {
    one.follower.first.insert(version.to_owned(), first);
}

#[test]
fn under_none_what_is_there_counts_as_told() {
    let mut one = Followed::new(&["heads--main", "tags--t"]);
    let main = one.push("main", &["1", "2"], None);
    one.repo.set("refs/tags/t", &main[0]);
    one.follower = one.follower.clone().with_first(Limit::None);
    let heard = one.poll();
    // Where nobody knows the repository, nobody asks how much is left out.
    assert!(heard.news.is_empty());
    let next = one.push("main", &["3"], Some(&main[1]));
    assert_eq!(one.poll().news, [news("heads--main", &[&next[0]])]);
    // A branch that appears later is told in full, but what is told is told.
    one.follower.watched.push("heads--topic".to_owned());
    let topic = one.push("topic", &["4"], Some(&main[0]));
    assert_eq!(one.poll().news, [news("heads--topic", &[&topic[0]])]);
}

#[test]
fn the_newest_are_told_and_the_rest_is_counted() {
    let mut one = Followed::new(&["heads--main", "heads--topic"]);
    let main = one.push("main", &["1", "2", "3"], None);
    let topic = one.push("topic", &["4"], Some(&main[2]));
    one.follower = one.follower.clone().with_first(Limit::Newest(2));
    let heard = one.poll();
    let expected = [
        news("heads--main", &[&main[1], &main[2]]),
        news("heads--topic", &[&topic[0]]),
    ];
    assert_eq!((heard.news, heard.skipped), (expected.to_vec(), 1));
    one.expect_silence();
}

#[test]
fn a_line_that_is_added_learns_how_much_it_is_not_told() {
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &["1"], None);
    one.poll();
    one.push("topic", &["2", "3"], Some(&main[0]));
    one.follower.watched.push("heads--topic".to_owned());
    limit(&mut one, "heads--topic", Limit::None);
    let heard = one.poll();
    assert!(heard.news.is_empty());
    assert_eq!(heard.skipped, 2);
    one.expect_silence();
}

#[test]
fn what_is_met_under_none_takes_nothing_from_what_moved() {
    let mut one = Followed::new(&["heads--next"]);
    let next = one.push("next", &["1"], None);
    one.poll();
    let next = one.push("next", &["2"], Some(&next[0]));
    let main = one.push("main", &["3"], Some(&next[0]));
    one.follower.watched.push("heads--main".to_owned());
    limit(&mut one, "heads--main", Limit::None);
    let heard = one.poll();
    assert_eq!(heard.news, [news("heads--next", &[&next[0]])]);
    assert_eq!(heard.skipped, 1);
    one.repo.set("refs/heads/next", &main[0]);
    one.expect_silence();
}

#[test]
fn what_appears_beside_what_is_met_under_none_does_not_bring_its_past() {
    let mut one = Followed::new(&["heads--main", "heads--old", "heads--topic"]);
    let main = one.push("main", &["1", "2"], None);
    let topic = one.push("topic", &["3"], Some(&main[1]));
    let old = one.push("old", &["4"], None);
    limit(&mut one, "heads--main", Limit::None);
    one.follower.watched.remove(0);
    one.follower.watched.pop();
    one.poll();
    // All three at once: one moved, one is met under none, one is new and cut from that.
    let old = one.push("old", &["5"], Some(&old[0]));
    for version in ["heads--main", "heads--topic"] {
        one.follower.watched.push(version.to_owned());
    }
    let expected = [
        news("heads--old", &[&old[0]]),
        news("heads--topic", &[&topic[0]]),
    ];
    assert_eq!(one.poll().news, expected);
}

#[test]
fn what_was_told_of_a_version_may_come_from_another_action() {
    let mut one = Followed::new(&["heads--main", "tags--t"]);
    let main = one.push("main", &["1", "2"], None);
    one.repo.set("refs/tags/t", &main[1]);
    one.poll();
    let mut heir = Follower::new(&["heads--main", "tags--t", "heads--topic"]);
    heir.versions = one.follower.versions.clone();
    one.follower = heir;
    let topic = one.push("topic", &["3"], Some(&main[1]));
    assert_eq!(one.poll().news, [news("heads--topic", &[&topic[0]])]);
    one.expect_silence();
}
