//! Revisions of GNU Arch archives, as tla makes them, on disk and on a web server.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use larch::archive::{Archive, Wanted};
use larch::name::{Level, Name};

use super::{ALL, FILES, diff, open, shown, tell};
use crate::support::{Arch, Layout, Sandbox, Web};

const VERSION: &str = "c--b--1";

/// An archive, and the tree from which revisions of [`VERSION`] are committed.
struct Tree<'s> {
    sandbox: &'s Sandbox,
    arch: Arch<'s>,
    path: String,
}

impl<'s> Tree<'s> {
    fn new(sandbox: &'s Sandbox, layout: Layout) -> Self {
        let arch = Arch::new(sandbox, layout);
        let path = format!("work/{}/{VERSION}", arch.name);
        fs::create_dir_all(sandbox.path(&path)).unwrap();
        let tree = Self {
            sandbox,
            arch,
            path,
        };
        tree.tla(&["init-tree", &tree.arch.qualified(VERSION)]);
        tree
    }

    #[track_caller]
    fn tla(&self, arguments: &[&str]) {
        let run = self.sandbox.run("tla", arguments);
        run.cwd(self.sandbox.path(&self.path))
            .any_stdout()
            .any_stderr()
            .ok();
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        self.sandbox.write(format!("{}/{name}", self.path), bytes);
    }

    /// Commits with a log of one's own, and returns the revision's name.
    #[track_caller]
    fn commit(&self, level: &str, log: impl AsRef<[u8]>) -> String {
        self.sandbox.write("log", log);
        let log = self.sandbox.path("log");
        let command = if level == "base-0" {
            "import"
        } else {
            "commit"
        };
        self.tla(&[command, "-l", log.to_str().unwrap()]);
        self.arch.qualified(&format!("{VERSION}--{level}"))
    }

    /// Has a file that is as it was look changed to tla, which trusts times.
    fn age(&self, name: &str) {
        let file = fs::File::options()
            .write(true)
            .open(self.sandbox.path(format!("{}/{name}", self.path)));
        let day = std::time::Duration::from_hours(24);
        let then = std::time::SystemTime::UNIX_EPOCH + day;
        file.unwrap().set_modified(then).unwrap();
    }

    /// Imports and changes something of every kind; returns both revisions.
    #[track_caller]
    fn change(&self) -> [String; 2] {
        let at = |name: &str| self.sandbox.path(format!("{}/{name}", self.path));
        for (name, bytes) in [
            ("f", &b"a\nb\nc\n"[..]),
            ("bin", b"\0\x01"),
            ("old name", b"x\n"),
            ("gone", b"r"),
            ("d/z", b"z\n"),
        ] {
            self.write(name, bytes);
        }
        symlink("f", at("ln")).unwrap();
        self.tla(&["add", "f", "bin", "old name", "gone", "d", "d/z", "ln"]);
        let first = self.commit("base-0", "Summary: import\nKeywords: \n\nAll of it.\n");
        self.write("f", "b\nb\nc\nd\n");
        fs::set_permissions(at("f"), fs::Permissions::from_mode(0o755)).unwrap();
        self.write("bin", b"\0\x02");
        self.tla(&["mv", "old name", "new name"]);
        self.tla(&["rm", "gone"]);
        fs::remove_file(at("gone")).ok();
        fs::remove_file(at("ln")).unwrap();
        symlink("bin", at("ln")).unwrap();
        self.tla(&["mv", "d", "d2"]);
        self.write("d2/z", "z\ny\n");
        self.write("new", "1\n2");
        fs::create_dir(at("nd")).unwrap();
        self.write("nd/x", "1\n");
        self.tla(&["add", "new", "nd", "nd/x"]);
        for name in ["f", "bin", "d2/z"] {
            self.age(name);
        }
        let log = b"Summary: Change it\nKeywords: k\n\n  Body f\xfcr all\n\nFrom here\n.\n\n";
        [first, self.commit("patch-1", log)]
    }
}

const CHANGED: [&str; 10] = [
    "M bin",
    "R d/ => d2/",
    "M d2/z +1 -0",
    "M f +2 -1",
    "D gone +0 -1",
    "M ln +1 -1",
    "A nd/",
    "A nd/x +1 -0",
    "A new +2 -0",
    "R old name => new name",
];

const DIFF: &str = "\
Binary files orig/bin and mod/bin differ
--- orig/d/z
+++ mod/d2/z
@@ -1 +1,2 @@
 z
+y
old permissions 644
new permissions 755
--- orig/f
+++ mod/f
@@ -1,3 +1,4 @@
-a
+b
 b
 c
+d
--- orig/gone
+++ /dev/null
@@ -1 +0,0 @@
-r
\\ No newline at end of file
--- orig/ln
+++ mod/ln
@@ -1 +1 @@
-f
+bin
--- /dev/null
+++ mod/nd/x
@@ -0,0 +1 @@
+1
--- /dev/null
+++ mod/new
@@ -0,0 +1,2 @@
+1
+2
\\ No newline at end of file
";

#[track_caller]
fn check_changed(archive: &dyn Archive, revision: &str) {
    let plain = tell(archive, revision, Wanted::default());
    assert_eq!(plain.description.summary.as_deref(), Some("Change it"));
    assert_eq!(plain.body, "  Body für all\n\nFrom here\n.");
    assert_eq!((plain.files, plain.diff), (None, None));
    let files = tell(archive, revision, FILES);
    let without_counts = |line: &str| match line.split_once(" +") {
        Some((file, _)) => file.to_owned(),
        None => line.to_owned(),
    };
    assert_eq!(shown(files.files.as_ref()), CHANGED.map(without_counts));
    assert_eq!(files.diff, None);
    let all = tell(archive, revision, ALL);
    assert_eq!(shown(all.files.as_ref()), CHANGED);
    assert_eq!(diff(&all), DIFF);
    let (limit, whole) = (100, DIFF.as_bytes());
    let wanted = Wanted {
        files: false,
        diff: Some(limit),
    };
    let cut = tell(archive, revision, wanted).diff.unwrap();
    assert!(cut.is_cut && whole.starts_with(&cut.text));
    assert!(cut.text.ends_with(b"\n") && cut.text.len() > 50);
}

#[test]
fn a_revision_is_told_with_body_files_and_diff() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        let tree = Tree::new(&sandbox, layout);
        let [_, revision] = tree.change();
        let location = tree.arch.location.to_str().unwrap();
        check_changed(&*open(&tree.arch.name, location), &revision);
    }
}

#[test]
fn a_web_server_tells_the_same() {
    let sandbox = Sandbox::new();
    let tree = Tree::new(&sandbox, Layout::Nested);
    let [first, revision] = tree.change();
    sandbox.write(
        tree.arch.location.join("=meta-info/http-blows"),
        "it sure does\n",
    );
    sandbox.tla(["archive-fixup", "-A", &tree.arch.name]);
    let web = Web::new(&sandbox, "archives");
    let archive = open(&tree.arch.name, &web.url(&tree.arch.name));
    check_changed(&*archive, &revision);
    assert_eq!(tell(&*archive, &first, ALL).diff, None);
    let gone = Name::parse(
        &revision.replace("patch-1", "patch-9"),
        Some(Level::Revision),
    );
    assert_eq!(archive.tell(&[&gone.unwrap()], ALL).unwrap(), [None]);
}

#[test]
fn imports_and_tags_have_no_diff() {
    let sandbox = Sandbox::new();
    let tree = Tree::new(&sandbox, Layout::Flat);
    let [first, second] = tree.change();
    let archive = open(&tree.arch.name, tree.arch.location.to_str().unwrap());
    let import = tell(&*archive, &first, ALL);
    assert_eq!(import.body, "All of it.");
    assert_eq!(
        shown(import.files.as_ref()),
        ["A bin", "A d/z", "A f", "A gone", "A ln", "A old name"]
    );
    assert_eq!(import.diff, None);
    let tag = tree.arch.tag(&second, "c--dev--1");
    let tag = tell(&*archive, &tag, ALL);
    assert_eq!(tag.body, "(automatically generated log message)");
    assert_eq!((tag.files, tag.diff), (Some(Vec::new()), None));
}

#[test]
fn what_is_gone_or_damaged_is_left_out() {
    let sandbox = Sandbox::new();
    let tree = Tree::new(&sandbox, Layout::Flat);
    let [_, revision] = tree.change();
    let archive = open(&tree.arch.name, tree.arch.location.to_str().unwrap());
    let directory = tree.arch.version_dir(VERSION).join("patch-1");
    let changeset = directory.join(format!("{VERSION}--patch-1.patches.tar.gz"));
    let whole = fs::read(&changeset).unwrap();
    fs::remove_file(&changeset).unwrap();
    for bytes in [&whole[..whole.len() / 2], b"garbage", b""] {
        sandbox.write(&changeset, bytes);
        let told = tell(&*archive, &revision, ALL);
        assert_eq!(told.files.unwrap().len(), CHANGED.len());
        assert_eq!(told.diff, None);
    }
    fs::remove_file(&changeset).unwrap();
    symlink("/etc/passwd", &changeset).unwrap();
    assert_eq!(tell(&*archive, &revision, ALL).diff, None);
    fs::remove_dir_all(&directory).unwrap();
    let name = Name::parse(&revision, Some(Level::Revision)).unwrap();
    assert_eq!(archive.tell(&[&name, &name], ALL).unwrap(), [None, None]);
}
