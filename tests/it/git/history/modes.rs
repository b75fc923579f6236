//! Which of the revisions are told.

use larch::archive::Revisions;

use super::{Followed, news};

#[test]
fn every_tells_what_each_branch_brings() {
    let mut one = Followed::new(&["heads--main", "heads--topic"]);
    let main = one.push("main", &["1"], None);
    let topic = one.push("topic", &["2"], Some(&main[0]));
    let expected = [
        news("heads--main", &[&main[0]]),
        news("heads--topic", &[&main[0], &topic[0]]),
    ];
    assert_eq!(one.poll_as(Revisions::Every).news, expected);
    one.repo.set("refs/heads/main", &topic[0]);
    assert_eq!(
        one.poll_as(Revisions::Every).news,
        [news("heads--main", &[&topic[0]])]
    );
    // Back, and forward again: it was told of this branch.
    for id in [&main[0], &topic[0]] {
        one.repo.set("refs/heads/main", id);
        assert!(one.poll_as(Revisions::Every).news.is_empty());
    }
    // Both move at once, each by its own.
    let main = one.push("main", &["3", "4"], Some(&topic[0]));
    let topic = one.push("topic", &["3"], Some(&topic[0]));
    let expected = [
        news("heads--main", &[&main[0], &main[1]]),
        news("heads--topic", &[&topic[0]]),
    ];
    assert_eq!(one.poll_as(Revisions::Every).news, expected);
}

#[test]
fn the_tip_alone_is_told_whenever_it_moves() {
    let mut one = Followed::new(&["heads--main", "tags--t"]);
    let main = one.push("main", &["1", "2", "3"], None);
    one.repo.set("refs/tags/t", &main[0]);
    let expected = [
        news("heads--main", &[&main[2]]),
        news("tags--t", &[&main[0]]),
    ];
    assert_eq!(one.poll_as(Revisions::Tip).news, expected);
    one.repo.set("refs/heads/main", &main[1]);
    assert_eq!(
        one.poll_as(Revisions::Tip).news,
        [news("heads--main", &[&main[1]])]
    );
    assert!(one.poll_as(Revisions::Tip).news.is_empty());
}

#[test]
fn along_first_parents_a_merge_stands_for_what_it_brought() {
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &["1"], None);
    one.poll_as(Revisions::FirstParent);
    let topic = one.repo.commits(&["2", "3"], Some(&main[0]));
    let merge = one.repo.commit("4", &[&main[0], &topic[1]]);
    let next = one.push("main", &["5"], Some(&merge));
    let heard = one.poll_as(Revisions::FirstParent);
    assert_eq!(heard.news, [news("heads--main", &[&merge, &next[0]])]);
    one.follower.watched.push("heads--topic".to_owned());
    let topic = one.push("topic", &["6"], Some(&topic[1]));
    let heard = one.poll_as(Revisions::FirstParent);
    assert_eq!(heard.news, [news("heads--topic", &[&topic[0]])]);
}

#[test]
fn another_mode_takes_up_where_the_last_one_stood() {
    let modes = [
        Revisions::New,
        Revisions::Every,
        Revisions::Tip,
        Revisions::FirstParent,
    ];
    for from in modes {
        for to in modes {
            let mut one = Followed::new(&["heads--main", "heads--topic", "tags--t"]);
            let main = one.push("main", &["1", "2", "3"], None);
            let topic = one.push("topic", &["4", "5"], Some(&main[0]));
            one.repo.set("refs/tags/t", &main[1]);
            one.poll_as(from);
            assert!(one.poll_as(to).news.is_empty(), "{from:?} {to:?}");
            let next = one.push("topic", &["6"], Some(&topic[1]));
            let heard = one.poll_as(to).news;
            assert_eq!(
                heard,
                [news("heads--topic", &[&next[0]])],
                "{from:?} {to:?}"
            );
        }
    }
}

#[test]
fn what_came_to_nothing_is_told_by_the_next_watched_ref_that_reaches_it() {
    let mut one = Followed::new(&["heads--topic"]);
    let base = one.push("main", &["0"], None);
    let topic = one.push("topic", &["1", "2", "3"], Some(&base[0]));
    one.poll();
    one.follower.watched = vec!["heads--main".to_owned()];
    one.follower.untold = vec![topic[2].clone(), topic[0].clone()];
    one.expect_silence();
    let merge = one.repo.commit("4", &[&base[0], &topic[2]]);
    one.repo.set("refs/heads/main", &merge);
    let heard = one.poll();
    // Between the two stands one that was told.
    assert_eq!(
        heard.news,
        [news("heads--main", &[&topic[0], &topic[2], &merge])]
    );
    assert!(one.follower.untold.is_empty());
    one.follower.untold = vec![topic[1].clone(), "no id".to_owned(), "1".repeat(40)];
    assert_eq!(one.poll().news, [news("heads--main", &[&topic[1]])]);
}
