//! Commits that several refs reach.

use larch::archive::Revisions;

use super::{Followed, news};
use crate::git::repo::Import;

#[test]
fn a_branch_brings_its_own_commits_only() {
    let mut one = Followed::new(&["heads--main", "heads--topic"]);
    let main = one.push("main", &["1", "2"], None);
    let topic = one.push("topic", &["3"], Some(&main[0]));
    let heard = one.poll();
    let expected = [
        news("heads--main", &[&main[0], &main[1]]),
        news("heads--topic", &[&topic[0]]),
    ];
    assert_eq!(heard.news, expected);
    one.expect_silence();
    // A merge brings itself alone, and what the merged branch has beside it nothing.
    let merge = one.repo.commit("4", &[&main[1], &topic[0]]);
    one.repo.set("refs/heads/main", &merge);
    one.repo.set("refs/heads/topic", &merge);
    assert_eq!(one.poll().news, [news("heads--main", &[&merge])]);
    one.expect_silence();
}

#[test]
fn what_an_unwatched_branch_held_is_told_when_it_reaches_a_watched_one() {
    let mut one = Followed::new(&["heads--main"]);
    let main = one.push("main", &["1"], None);
    let topic = one.push("topic", &["2", "3"], Some(&main[0]));
    assert_eq!(one.poll().news, [news("heads--main", &[&main[0]])]);
    let merge = one.repo.commit("4", &[&main[0], &topic[1]]);
    one.repo.set("refs/heads/main", &merge);
    let expected = [&topic[0], &topic[1], &merge];
    assert_eq!(one.poll().news, [news("heads--main", &expected)]);
}

#[test]
fn heads_branch_comes_first_then_the_others_as_they_became_known_then_tags() {
    let mut one = Followed::new(&["tags--t", "heads--zz", "heads--aa", "heads--main"]);
    let base = one.push("main", &["1"], None);
    one.push("aa", &["2"], Some(&base[0]));
    let zz = one.push("zz", &["2", "3"], Some(&base[0]));
    let tagged = one.repo.commits(&["4"], Some(&zz[1]));
    one.repo.set("refs/tags/t", &tagged[0]);
    let expected = [
        news("tags--t", &[&tagged[0]]),
        news("heads--zz", &[&zz[0], &zz[1]]),
        news("heads--main", &[&base[0]]),
    ];
    assert_eq!(one.poll().news, expected);
}

#[test]
fn a_tag_is_told_once_whatever_it_moves_to() {
    let mut one = Followed::new(&["heads--main", "tags--v1"]);
    let main = one.push("main", &["1", "2"], None);
    let mut import = Import::default();
    import.tag("v1", &main[0], "the first");
    let first = one.repo.import(&import).remove(0);
    let expected = [
        news("heads--main", &[&main[0], &main[1]]),
        news("tags--v1", &[&first]),
    ];
    assert_eq!(one.poll().news, expected);
    // Moved, and made a plain ref to a commit that was told.
    one.repo.set("refs/tags/v1", &main[1]);
    assert_eq!(one.poll().news, [news("tags--v1", &[&main[1]])]);
    one.repo.set("refs/tags/v1", &first);
    one.expect_silence();
    one.repo.delete("refs/tags/v1");
    assert_eq!(one.poll_as(Revisions::New).failed.len(), 1);
    one.repo.set("refs/tags/v1", &main[1]);
    one.expect_silence();
}

#[test]
fn a_tag_brings_what_no_branch_brings_and_itself_last() {
    let mut one = Followed::new(&["tags--v1", "tags--v2", "heads--main"]);
    let main = one.push("main", &["1"], None);
    let release = one.repo.commits(&["2", "3"], Some(&main[0]));
    let mut import = Import::default();
    import.tag("v1", &release[1], "release");
    let tag = one.repo.import(&import).remove(0);
    // A tag that is no object of its own is told once, as the last of what it brings.
    let light = one.repo.commits(&["4"], Some(&release[1]));
    one.repo.set("refs/tags/v2", &light[0]);
    let expected = [
        news("tags--v1", &[&release[0], &release[1], &tag]),
        news("tags--v2", &[&light[0]]),
        news("heads--main", &[&main[0]]),
    ];
    assert_eq!(one.poll().news, expected);
    one.push("main", &["5"], Some(&light[0]));
    assert_eq!(one.poll().all().len(), 1);
}

#[test]
fn a_tag_of_what_is_no_commit_is_an_item_all_the_same() {
    let mut one = Followed::new(&["heads--main", "tags--key", "tags--deep"]);
    one.push("main", &["1"], None);
    one.poll_as(Revisions::New);
    let path = one.repo.path.join("HEAD");
    let blob = one.repo.git(&["hash-object", "-w", path.to_str().unwrap()]);
    one.repo.set("refs/tags/key", &blob);
    one.repo.git(&["tag", "-a", "-m", "a key", "deep", &blob]);
    let deep = one.repo.git(&["rev-parse", "refs/tags/deep"]);
    let expected = [news("tags--key", &[&blob]), news("tags--deep", &[&deep])];
    assert_eq!(one.poll().news, expected);
    one.expect_silence();
}

#[test]
fn histories_without_a_common_root_are_told_alike() {
    let mut one = Followed::new(&["heads--main", "heads--pages"]);
    let main = one.push("main", &["1"], None);
    one.poll_as(Revisions::New);
    let pages = one.push("pages", &["p", "q"], None);
    assert_eq!(
        one.poll().news,
        [news("heads--pages", &[&pages[0], &pages[1]])]
    );
    let merge = one.repo.commit("both", &[&main[0], &pages[1]]);
    one.repo.set("refs/heads/main", &merge);
    assert_eq!(one.poll().news, [news("heads--main", &[&merge])]);
}

#[test]
fn where_no_ref_moved_no_object_is_looked_at() {
    let mut one = Followed::new(&["heads--main", "heads--same"]);
    let main = one.push("main", &["1", "2"], None);
    one.poll_as(Revisions::New);
    one.repo.set("refs/heads/same", &main[1]);
    let objects = one.repo.path.join("objects");
    std::fs::rename(&objects, one.repo.path.join("elsewhere")).unwrap();
    std::fs::create_dir(&objects).unwrap();
    // A branch that begins at a tip that was told needs no look either.
    one.expect_silence();
    assert_eq!(one.follower.versions.len(), 2);
}

#[test]
fn names_of_sha_256_are_told_alike() {
    let mut one = Followed::new(&["heads--main"]);
    std::fs::remove_dir_all(&one.repo.path).unwrap();
    std::fs::create_dir(&one.repo.path).unwrap();
    let format = [
        "init",
        "-q",
        "--bare",
        "-b",
        "main",
        "--object-format=sha256",
        ".",
    ];
    one.repo.git(&format);
    let tree = one.repo.git(&["mktree"]);
    let first = one.repo.git(&["commit-tree", "-m", "1", &tree]);
    one.repo.set("refs/heads/main", &first);
    assert_eq!(one.poll().news, [news("heads--main", &[&first])]);
    let second = one
        .repo
        .git(&["commit-tree", "-m", "2", "-p", &first, &tree]);
    one.repo.set("refs/heads/main", &second);
    assert_eq!(one.poll().news, [news("heads--main", &[&second])]);
    one.expect_silence();
}
