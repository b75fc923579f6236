//! Refs that do not only move forward, and histories that lose commits.

use larch::archive::Revisions;

use super::{Followed, news};

/// So many messages, all different.
fn messages(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("message {number}"))
        .collect()
}

#[test]
fn a_forced_push_tells_what_is_new_and_nothing_again_when_it_is_undone() {
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &["1", "2", "3"], None);
    one.poll();
    let other = one.push("main", &["4", "5"], Some(&main[0]));
    assert_eq!(
        one.poll().news,
        [news("heads--main", &[&other[0], &other[1]])]
    );
    one.repo.set("refs/heads/main", &main[2]);
    one.expect_silence();
    let again = one.push("main", &["6"], Some(&other[1]));
    assert_eq!(one.poll().news, [news("heads--main", &[&again[0]])]);
}

#[test]
fn a_branch_may_be_deleted_and_come_back() {
    let mut one = Followed::new(&["heads--main", "heads--topic"]);
    let main = one.push("main", &["1"], None);
    let topic = one.push("topic", &["2"], Some(&main[0]));
    one.poll();
    one.repo.delete("refs/heads/topic");
    let failed = one.poll_as(Revisions::New).failed;
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed[0].1.to_string(),
        "the archive has no version `a/r--heads--topic`"
    );
    one.repo.set("refs/heads/topic", &topic[0]);
    one.expect_silence();
    // Deleted, while nobody asks, and merged elsewhere.
    one.repo.delete("refs/heads/topic");
    one.follower.watched.pop();
    one.expect_silence();
    let merge = one.repo.commit("3", &[&main[0], &topic[0]]);
    one.repo.set("refs/heads/main", &merge);
    assert_eq!(one.poll().news, [news("heads--main", &[&merge])]);
    one.expect_silence();
}

#[test]
fn a_forced_push_and_the_collection_of_what_it_left_is_no_flood() {
    let texts = messages(60);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &texts, None);
    one.poll();
    let other = one.push("main", &["other"], Some(&main[55]));
    one.repo.collect();
    let heard = one.poll();
    assert!(heard.lost);
    // The mark that is left is four commits behind the tip, where the histories part.
    assert_eq!(heard.news, [news("heads--main", &[&other[0]])]);
    let next = one.push("main", &["next"], Some(&other[0]));
    assert_eq!(one.poll().news, [news("heads--main", &[&next[0]])]);
}

#[test]
fn between_marks_a_few_may_seem_new_and_the_loss_is_told() {
    let texts = messages(60);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &texts, None);
    one.poll();
    let other = one.push("main", &["other"], Some(&main[40]));
    one.repo.collect();
    let heard = one.poll();
    assert!(heard.lost);
    // 19 behind the tip the histories part, and 32 behind it is a mark.
    let mut expected: Vec<&String> = main[28..=40].iter().collect();
    expected.push(&other[0]);
    assert_eq!(heard.news, [news("heads--main", &expected)]);
}

#[test]
fn another_repository_of_the_same_name_is_told_as_a_loss() {
    let mut one = Followed::new(&["heads--main"]);
    one.push("main", &["1", "2"], None);
    one.poll();
    std::fs::remove_dir_all(&one.repo.path).unwrap();
    let other = Followed::new(&[]);
    let main = other.push("main", &["a", "b"], None);
    std::fs::rename(&other.repo.path, &one.repo.path).unwrap();
    let heard = one.poll();
    assert!(heard.lost);
    assert_eq!(heard.news, [news("heads--main", &[&main[0], &main[1]])]);
    // What is lost for long is lost for good: the suspicion ends.
    let texts = messages(101);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let more = one.push("main", &texts, Some(&main[1]));
    for id in more {
        one.repo.set("refs/heads/main", &id);
        assert_eq!(one.poll().news, [news("heads--main", &[&id])]);
    }
    let last = one.push("main", &["last"], None);
    let heard = one.poll();
    assert!(!heard.lost);
    assert_eq!(heard.news, [news("heads--main", &[&last[0]])]);
}

#[test]
fn a_shallow_history_may_be_deepened() {
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &["1", "2", "3", "4"], None);
    one.repo.write("shallow", &format!("{}\n", main[2]));
    assert_eq!(
        one.poll().news,
        [news("heads--main", &[&main[2], &main[3]])]
    );
    std::fs::remove_file(one.repo.path.join("shallow")).unwrap();
    let next = one.push("main", &["5"], Some(&main[3]));
    // What lies below what was told is reached from it, and so is not new.
    assert_eq!(one.poll().news, [news("heads--main", &[&next[0]])]);
}

#[test]
fn grafts_neither_flood_nor_fail() {
    let mut one = Followed::new(&["heads--main"]);
    let old = one.repo.commits(&["a", "b"], None);
    let main = one.push("main", &["1", "2"], None);
    one.poll();
    let graft = format!("{} {}\n", main[0], old[1]);
    one.repo.write("info/grafts", &graft);
    one.expect_silence();
    let next = one.push("main", &["3"], Some(&main[1]));
    assert_eq!(one.poll().news, [news("heads--main", &[&next[0]])]);
    one.repo.set("refs/heads/main", &old[1]);
    one.expect_silence();
}

#[test]
fn packing_and_repacking_change_nothing() {
    let mut one = Followed::new(&["heads--main", "tags--t"]);
    let main = one.push("main", &["1", "2"], None);
    one.repo.set("refs/tags/t", &main[0]);
    one.poll();
    one.repo.git(&["pack-refs", "--all"]);
    one.repo.git(&["gc", "-q", "--prune=now"]);
    one.expect_silence();
    let next = one.push("main", &["3"], Some(&main[1]));
    assert_eq!(one.poll().news, [news("heads--main", &[&next[0]])]);
}
