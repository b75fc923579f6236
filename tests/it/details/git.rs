//! Commits and tags, as git makes them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use larch::archive::{Archive, Details, Wanted};
use larch::name::{Level, Name};

use super::{ALL, FILES, diff, open, shown, tell};
use crate::support::{Run, Sandbox};

/// A repository with a work tree, `work/r`, that is the one category of the archive `g`.
struct Repository<'s> {
    sandbox: &'s Sandbox,
}

impl<'s> Repository<'s> {
    fn new(sandbox: &'s Sandbox) -> Self {
        sandbox.write(
            "home/.gitconfig",
            "[user]\nname = Jo\nemail = jo@example.org\n[init]\ndefaultBranch = main\n\
             [protocol \"file\"]\nallow = always\n",
        );
        sandbox.run("git", ["init", "-q", "work/r"]).ok();
        Self { sandbox }
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        let run = self.sandbox.run("git", arguments);
        run.cwd(self.sandbox.path("work/r"))
            .env("GIT_AUTHOR_DATE", "1700000000 +0130")
            .env("GIT_COMMITTER_DATE", "1700000000 +0130")
    }

    #[track_caller]
    fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let ended = self.run(arguments).any_stdout().any_stderr().ok();
        ended.stdout.trim().to_owned()
    }

    fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        self.sandbox.write(Path::new("work/r").join(path), bytes);
    }

    /// Commits all that the work tree holds.
    #[track_caller]
    fn commit(&self, message: &str) -> String {
        self.git(["add", "-A"]);
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
        self.git(["rev-parse", "HEAD"])
    }

    fn open(&self) -> Box<dyn Archive> {
        let location = self.sandbox.path("work/r");
        open("g", &format!("git:{}", location.display()))
    }

    #[track_caller]
    fn tell(&self, id: &str, wanted: Wanted) -> Details {
        tell(&*self.open(), &revision(id), wanted)
    }

    #[track_caller]
    fn files(&self, id: &str) -> Vec<String> {
        shown(self.tell(id, FILES).files.as_ref())
    }
}

fn revision(id: &str) -> String {
    format!("g/r--heads--main--{id}")
}

fn names(ids: &[impl AsRef<str>]) -> Vec<Name> {
    let name = |id: &str| Name::parse(&revision(id), Some(Level::Revision)).unwrap();
    ids.iter().map(|id| name(id.as_ref())).collect()
}

#[test]
fn a_commit_is_told_with_body_files_and_diff() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "a\nb\nc\n");
    let first = repository.commit("first");
    repository.write("f", "a\nB\nc\nd\n");
    repository.write("ü/new", "1\n");
    let second = repository.commit("Subject\n\n  body\n\nmore\n\n");

    let plain = repository.tell(&second, Wanted::default());
    assert_eq!(plain.description.summary.as_deref(), Some("Subject"));
    assert_eq!(
        plain.description.author.as_deref(),
        Some("Jo <jo@example.org>")
    );
    assert_eq!(plain.body, "  body\n\nmore");
    assert_eq!((plain.files, plain.diff), (None, None));

    let all = repository.tell(&second, ALL);
    assert_eq!(shown(all.files.as_ref()), ["M f +2 -1", "A ü/new +1 -0"]);
    assert_eq!(
        diff(&all),
        "diff --git a/f b/f\nindex de98044..a7bc997 100644\n--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n a\n\
         -b\n+B\n c\n+d\ndiff --git a/ü/new b/ü/new\nnew file mode 100644\nindex 0000000..d00491f\n\
         --- /dev/null\n+++ b/ü/new\n@@ -0,0 +1 @@\n+1\n"
    );
    let root = repository.tell(&first, ALL);
    assert_eq!(shown(root.files.as_ref()), ["A f +3 -0"]);
    assert!(diff(&root).ends_with("@@ -0,0 +1,3 @@\n+a\n+b\n+c\n"));
}

#[test]
fn every_kind_of_change_is_told() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    for name in ["mode", "gone", "type", "long"] {
        repository.write(name, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    }
    repository.write("old name", "a\nb\nc\nd\ne\nf\ng\nh\n");
    repository.write("binary", b"\0\x01");
    repository.commit("first");
    let at = |name: &str| sandbox.path("work/r").join(name);
    fs::set_permissions(at("mode"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(at("gone")).unwrap();
    fs::remove_file(at("type")).unwrap();
    symlink("mode", at("type")).unwrap();
    fs::remove_file(at("old name")).unwrap();
    repository.write("d/new name", "a\nb\nc\nd\ne\nf\ng\nH\n");
    repository.write("binary", b"\0\x02");
    repository.write("empty", "");
    let second = repository.commit("second");
    assert_eq!(
        repository.files(&second),
        [
            "M binary",
            "R old name => d/new name +1 -1",
            "A empty +0 -0",
            "D gone +0 -9",
            "M mode +0 -0",
            "M type +1 -9",
        ]
    );
    let text = diff(&repository.tell(&second, ALL));
    for expected in [
        "\nBinary files a/binary and b/binary differ\n",
        "\nrename from old name\nrename to d/new name\n",
        "\nold mode 100644\nnew mode 100755\n",
        "\n@@ -0,0 +1 @@\n+mode\n\\ No newline at end of file\n",
    ] {
        assert!(text.contains(expected), "{expected}{text}");
    }
    let empty = repository.commit("nothing");
    let told = repository.tell(&empty, ALL);
    assert_eq!(told.files.as_deref(), Some(&[][..]));
    assert_eq!(diff(&told), "");
}

#[test]
fn a_merge_is_compared_with_its_first_parent() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.commit("first");
    repository.git(["checkout", "-q", "-b", "side"]);
    repository.write("side", "1\n");
    repository.commit("side");
    repository.git(["checkout", "-q", "main"]);
    repository.write("main", "1\n");
    repository.commit("main");
    repository.git(["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    let merge = repository.git(["rev-parse", "HEAD"]);
    assert_eq!(repository.files(&merge), ["A side +1 -0"]);
    assert!(diff(&repository.tell(&merge, ALL)).starts_with("diff --git a/side b/side\n"));
}

#[test]
fn a_tag_is_told_without_files() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "1\n");
    let commit = repository.commit("first");
    let signature = "-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n";
    let message = format!("Release\n\nnotes\n{signature}");
    repository.git(["tag", "-a", "-m", &message, "v1"]);
    let tag = repository.git(["rev-parse", "v1"]);
    assert_ne!(tag, commit);
    let told = repository.tell(&tag, ALL);
    assert_eq!(told.description.summary.as_deref(), Some("Release"));
    assert_eq!(told.body, "notes");
    assert_eq!((told.files, told.diff), (None, None));
    for object in ["HEAD^{tree}", "HEAD:f"] {
        let id = repository.git(["rev-parse", object]);
        let told = repository.tell(&id, ALL);
        assert_eq!((told.files, told.diff), (None, None), "{object}");
    }
}

#[test]
fn hostile_paths_are_only_paths() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    let names: [&[u8]; 6] = [
        b"a\nanswered 0",
        b"b\t\"q\"",
        b"c\xff",
        b":100644 100644 1 2 M",
        b"0\t0\tx",
        b" \x1b[31m ",
    ];
    for name in names {
        repository.write(OsStr::from_bytes(name), "1\n");
    }
    let id = repository.commit("hostile");
    let files = repository.files(&id);
    assert_eq!(files.len(), names.len());
    for name in names {
        let line = format!("A {} +1 -0", String::from_utf8_lossy(name));
        assert!(files.contains(&line), "{line:?} {files:?}");
    }
    let told = repository.tell(&id, ALL);
    assert_eq!(
        told.diff.unwrap().text.split(|&b| b == b'\n').count(),
        6 * 7 + 1
    );
}

#[test]
fn what_is_gone_or_no_commit_is_left_out() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "1\n");
    let id = repository.commit("first");
    let archive = repository.open();
    let gone = "0".repeat(40);
    let asked = names(&[&gone, &id, "HEAD", &gone, &id]);
    let asked: Vec<&Name> = asked.iter().collect();
    for _ in 0..2 {
        let told = archive.tell(&asked, ALL).unwrap();
        let there: Vec<bool> = told.iter().map(Option::is_some).collect();
        assert_eq!(there, [false, true, false, false, true]);
        assert_eq!(told[1], told[4]);
    }
    // What comes later is seen by an archive that is open.
    repository.write("f", "2\n");
    let later = repository.commit("later");
    repository.git(["gc", "-q", "--prune=now"]);
    let told = tell(&*archive, &revision(&later), FILES);
    assert_eq!(shown(told.files.as_ref()), ["M f +1 -1"]);
    fs::rename(sandbox.path("work/r/.git"), sandbox.path("away")).unwrap();
    let told = archive.tell(&asked, ALL).unwrap();
    assert_eq!(told, [None, None, None, None, None]);
}

#[test]
fn another_repository_in_the_same_place_is_read_anew() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "1\n");
    let before = repository.commit("before");
    let archive = repository.open();
    assert_eq!(
        shown(tell(&*archive, &revision(&before), ALL).files.as_ref()),
        ["A f +1 -0"]
    );
    fs::remove_dir_all(sandbox.path("work/r")).unwrap();
    sandbox.run("git", ["init", "-q", "work/r"]).ok();
    repository.write("g", "1\n2\n");
    let after = repository.commit("after");
    assert_eq!(
        shown(tell(&*archive, &revision(&after), ALL).files.as_ref()),
        ["A g +2 -0"]
    );
}

#[test]
fn a_repository_elsewhere_tells_the_same() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "1\n");
    repository.commit("first");
    repository.write("f", "2\n");
    let id = repository.commit("Second\n\nbody");
    let url = format!("git:file://{}", sandbox.path("work/r").display());
    let there = tell(&*open("g", &url), &revision(&id), ALL);
    assert_eq!(there.body, "body");
    assert_eq!(there, repository.tell(&id, ALL));
}

#[test]
fn many_may_ask_at_once() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    let ids: Vec<String> = (0..12)
        .map(|number| {
            repository.write("f", format!("{number}\n"));
            repository.commit(&format!("{number}"))
        })
        .collect();
    let archive = repository.open();
    std::thread::scope(|scope| {
        for (number, id) in (0..).zip(&ids) {
            let archive = &archive;
            scope.spawn(move || {
                for _ in 0..10 {
                    let told = tell(&**archive, &revision(id), ALL);
                    let summary = told.description.summary.as_deref();
                    assert_eq!(summary, Some(&*format!("{number}")));
                    assert!(diff(&told).ends_with(&format!("\n+{number}\n")));
                }
            });
        }
    });
}

#[test]
fn a_forged_parent_is_no_question_of_its_own() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "1\n");
    let first = repository.commit("first");
    repository.write("g", "1\n");
    repository.commit("second");
    let tree = repository.git(["rev-parse", "HEAD^{tree}"]);
    for forged in [
        format!("{}{first}", "x".repeat(958)),
        "y".to_owned(),
        String::new(),
    ] {
        let object = format!("tree {tree}\nparent {forged}\nauthor Jo <j> 0 +0000\n\nforged\n");
        sandbox.write("work/object", object);
        let arguments = [
            "hash-object",
            "-w",
            "-t",
            "commit",
            "--literally",
            "../object",
        ];
        let id = repository.git(arguments);
        let archive = repository.open();
        for _ in 0..2 {
            let told = tell(&*archive, &revision(&id), ALL);
            assert_eq!(told.description.summary.as_deref(), Some("forged"));
            // git may refuse it; what it tells is of this commit.
            let own = ["A f +1 -0", "A g +1 -0"];
            assert!(told.files.is_none_or(|files| shown(Some(&files)) == own));
            let after = tell(&*archive, &revision(&first), ALL);
            assert_eq!(shown(after.files.as_ref()), ["A f +1 -0"]);
        }
    }
}

#[test]
fn a_diff_is_cut_at_whole_lines() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    let head = "diff --git a/f b/f\nnew file mode 100644\n";
    repository.write("f", "some line\n".repeat(600_000));
    let long = repository.commit("long");
    repository.write("f", "1\n");
    let next = repository.commit("next");
    let archive = repository.open();
    let wanted = |limit| Wanted {
        files: true,
        diff: Some(limit),
    };
    for (limit, expected) in [
        (0, ""),
        (18, ""),
        (19, "diff --git a/f b/f\n"),
        (41, head),
        (42, head),
    ] {
        let told = tell(&*archive, &revision(&long), wanted(limit));
        let cut = told.diff.unwrap();
        assert_eq!(String::from_utf8(cut.text).unwrap(), expected, "{limit}");
        assert!(cut.is_cut);
        assert_eq!(shown(told.files.as_ref()), ["A f +600000 -0"]);
    }
    let told = tell(&*archive, &revision(&next), wanted(100_000));
    assert!(told.diff.as_ref().unwrap().is_cut);
    let root = diff(&tell(&*archive, &revision(&long), wanted(1 << 30)));
    assert_eq!(root.lines().count(), 6 + 600_000);
}

#[test]
fn settings_of_the_repository_change_nothing_and_start_nothing() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f.x", "a\nb\nc\n");
    repository.write("g", "1\n");
    repository.commit("first");
    repository.write("f.x", "a\nB\n\nc\n");
    repository.write("g", "2\n");
    let id = repository.commit("second");
    let before = repository.tell(&id, ALL);
    let trap = sandbox.program("trap", "#!/bin/sh\ntouch \"$0.sprung\"\ncat \"$@\"\n");
    let trap = trap.to_str().unwrap();
    repository.write(".git/info/attributes", "*.x diff=trap filter=trap\n");
    repository.write(".git/order", "g\nf.x\n");
    for (key, value) in [
        ("diff.external", trap),
        ("diff.trap.command", trap),
        ("diff.trap.textconv", trap),
        ("filter.trap.smudge", trap),
        ("filter.trap.clean", trap),
        ("core.fsmonitor", trap),
        ("core.pager", trap),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.srcPrefix", "x/"),
        ("diff.renames", "copies"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "9"),
        ("diff.algorithm", "patience"),
        ("diff.orderFile", ".git/order"),
        ("diff.relative", "true"),
        ("diff.suppressBlankEmpty", "true"),
        ("diff.colorMoved", "plain"),
        ("diff.submodule", "log"),
        ("diff.wsErrorHighlight", "all"),
        ("color.diff", "always"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("core.abbrev", "40"),
        ("diff.statGraphWidth", "1"),
    ] {
        repository.git(["config", key, value]);
    }
    assert_eq!(repository.tell(&id, ALL), before);
    assert!(!sandbox.path("bin/trap.sprung").exists());
}

#[test]
fn submodules_are_not_looked_into() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    let id = repository.commit("first");
    let entry = format!("160000,{id},sub");
    repository.git(["update-index", "--add", "--cacheinfo", &entry]);
    repository.git(["commit", "-q", "-m", "submodule"]);
    let with = repository.git(["rev-parse", "HEAD"]);
    assert_eq!(repository.files(&with), ["A sub"]);
    let text = diff(&repository.tell(&with, ALL));
    assert!(text.ends_with(&format!("@@ -0,0 +1 @@\n+Subproject commit {id}\n")));
}

#[test]
fn what_a_repository_lacks_is_left_out() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("d/f", "1\n");
    repository.commit("first");
    repository.write("d/f", "2\n");
    let second = repository.commit("second");
    let of_clone = |clone: &str, options: &[&str]| {
        let url = format!("file://{}", sandbox.path("work/r").display());
        let to = sandbox.path(clone);
        let arguments = [
            &["clone", "-q", "--bare"],
            options,
            &[&url, to.to_str().unwrap()],
        ];
        repository.git(["config", "uploadpack.allowFilter", "true"]);
        repository.git(arguments.concat());
        let archive = open("g", &format!("git:{}", to.display()));
        let (name, _) = clone.split_once('.').unwrap();
        tell(
            &*archive,
            &revision(&second).replace("/r--", &format!("/{name}--")),
            ALL,
        )
    };
    let shallow = of_clone("shallow.git", &["--depth=1"]);
    assert_eq!(shallow.description.summary.as_deref(), Some("second"));
    assert_eq!((shallow.files, shallow.diff), (None, None));
    let blobless = of_clone("blobless.git", &["--filter=blob:none"]);
    assert_eq!(shown(blobless.files.as_ref()), ["M d/f"]);
    assert_eq!(blobless.diff, None);
    let treeless = of_clone("treeless.git", &["--filter=tree:0"]);
    assert_eq!((treeless.files, treeless.diff), (None, None));
}

#[test]
fn replaced_commits_are_told_as_they_were_made() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.write("f", "1\n");
    let first = repository.commit("first");
    repository.write("f", "2\n");
    let second = repository.commit("second");
    repository.write("f", "3\n");
    let third = repository.commit("third");
    repository.git(["replace", &second, &first]);
    repository.write(".git/info/grafts", format!("{third}\n"));
    assert_eq!(repository.files(&second), ["M f +1 -1"]);
    assert_eq!(repository.files(&third), ["M f +1 -1"]);
}

#[test]
fn messages_of_any_encoding_are_text() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    let commit = |encoding: &str, message: &[u8]| {
        repository.git(["config", "i18n.commitEncoding", encoding]);
        let file = sandbox.path("message");
        sandbox.write(&file, message);
        let file = file.to_str().unwrap();
        repository.git([
            "commit",
            "-q",
            "--allow-empty",
            "--cleanup=verbatim",
            "-F",
            file,
        ]);
        let told = repository.tell(&repository.git(["rev-parse", "HEAD"]), ALL);
        (told.description.summary.unwrap(), told.body)
    };
    let pair = |summary: &str, body: &str| (summary.to_owned(), body.to_owned());
    assert_eq!(commit("UTF-8", b"\xc3\xbc\n\n\xe2\x82\xac"), pair("ü", "€"));
    assert_eq!(commit("ISO-8859-1", b"f\xfcr\n\nb\xf6"), pair("für", "bö"));
    assert_eq!(commit("KOI8-R", b"\xf0\n\n\xd2"), pair("П", "р"));
    assert_eq!(commit("UTF-8", b"\xfc\n\n\xc3\xbc"), pair("ü", "ü"));
}

#[test]
fn commits_are_told_at_once_as_they_are_one_by_one() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    let mut stream = String::new();
    for number in 0..200 {
        write!(
            stream,
            "commit refs/heads/main\ncommitter Jo <jo@example.org> {number} +0000\ndata <<E\n\
             Number {number}\n\nbody\nE\nM 644 inline d{}/f{}\ndata <<E\n{number}\nE\n\n",
            number % 20,
            number % 200
        )
        .unwrap();
    }
    sandbox.write("stream", stream);
    let stream = fs::File::open(sandbox.path("stream")).unwrap();
    let status = std::process::Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(sandbox.path("work/r"))
        .stdin(stream)
        .status();
    assert!(status.unwrap().success());
    let ids = repository.git(["rev-list", "--reverse", "main"]);
    let ids: Vec<&str> = ids.lines().collect();
    let asked = names(&ids);
    let asked: Vec<&Name> = asked.iter().collect();
    for wanted in [Wanted::default(), FILES, ALL] {
        let at_once = repository.open().tell(&asked, wanted).unwrap();
        let archive = repository.open();
        let one_by_one: Vec<_> = asked
            .iter()
            .map(|name| archive.tell(&[name], wanted).unwrap().remove(0))
            .collect();
        assert_eq!(at_once, one_by_one);
    }
}
