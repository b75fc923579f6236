//! Revisions that helpers tell of: Subversion's, Mercurial's, and what a helper may say.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use larch::archive::{Access, Archive, ArchiveError, Details, Options, Wanted};
use larch::name::{Level, Name};

use super::{ALL, FILES, diff, shown, tell};
use crate::support::{Sandbox, access};

/// Opens the archive `x` at `KIND:ADDRESS`, by a helper in the sandbox's `bin`, for `with`.
fn opened<T>(
    sandbox: &Sandbox,
    kind: &str,
    address: &Path,
    with: impl FnOnce(&dyn Archive) -> T,
) -> T {
    let exec_path = [sandbox.path("bin")];
    let access = Access {
        exec_path: &exec_path,
        ..access(Options::default())
    };
    let location = format!("{kind}:{}", address.display());
    with(&*larch::archive::open("x", &location, None, access).unwrap())
}

/// Puts a helper of contrib into the sandbox's `bin`.
fn install(sandbox: &Sandbox, kind: &str) {
    let called = format!("larch-archive-{kind}");
    let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/archives");
    symlink(contrib.join(&called), sandbox.path("bin").join(&called)).unwrap();
}

#[track_caller]
fn run(sandbox: &Sandbox, program: &str, directory: &str, arguments: &[&str]) -> String {
    let run = sandbox.run(program, arguments).any_stdout().any_stderr();
    run.cwd(sandbox.path(directory)).ok().stdout
}

#[test]
fn subversion_tells_body_files_and_diff() {
    let sandbox = Sandbox::new();
    install(&sandbox, "svn");
    let path = sandbox.path("repo");
    let svn = |arguments: &[&str]| run(&sandbox, "svn", "work", arguments);
    let repo = path.to_str().unwrap();
    sandbox.run("svnadmin", ["create", repo]).ok();
    let url = format!("file://{repo}");
    let trunk = format!("{url}/trunk");
    let branches = format!("{url}/branches");
    svn(&["mkdir", "-m", "Make room", &trunk, &branches]);
    svn(&["checkout", "-q", &trunk, "."]);
    sandbox.write("work/f", "a\nb\n");
    sandbox.write("work/old", "x\n");
    sandbox.write("work/gone", "x\n");
    svn(&["add", "-q", "f", "old", "gone"]);
    svn(&["commit", "-q", "-m", "Begin"]);
    sandbox.write("work/f", "a\nB\n");
    sandbox.write("work/d/ü", "1\n");
    svn(&["add", "-q", "d"]);
    svn(&["move", "-q", "old", "new"]);
    svn(&["delete", "-q", "gone"]);
    svn(&["commit", "-q", "-m", "Change it\n\n  All für one.\n\nEnd"]);
    svn(&[
        "copy",
        "-q",
        "-m",
        "Branch",
        &trunk,
        &format!("{branches}/b"),
    ]);
    opened(&sandbox, "svn", &path, |archive| {
        let revision = "x/repo--trunk--trunk--r3";
        let all = tell(archive, revision, ALL);
        assert_eq!(all.description.summary.as_deref(), Some("Change it"));
        assert_eq!(all.body, "  All für one.\n\nEnd");
        let mut files = shown(all.files.as_ref());
        files.sort();
        assert_eq!(files, ["A d/", "A d/ü", "D gone", "M f", "R old => new"]);
        let text = diff(&all);
        assert!(text.contains("\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n"), "{text}");
        let plain = tell(archive, revision, Wanted::default());
        assert_eq!(plain.body, all.body);
        assert_eq!((plain.files, plain.diff), (None, None));
        let limit = Some(100);
        let wanted = Wanted {
            files: false,
            diff: limit,
        };
        let cut = tell(archive, revision, wanted).diff.unwrap();
        assert!(cut.is_cut && cut.text.len() < 100 && cut.text.ends_with(b"\n"));
        let branch = tell(archive, "x/repo--branches--b--r4", ALL);
        assert_eq!(shown(branch.files.as_ref()), [""; 0]);
        assert_eq!(diff(&branch), "");
        let gone = Name::parse("x/repo--trunk--trunk--r9", Some(Level::Revision)).unwrap();
        assert_eq!(archive.tell(&[&gone], FILES).unwrap(), [None]);
    });
}

#[test]
fn mercurial_tells_body_files_and_diff() {
    let sandbox = Sandbox::new();
    install(&sandbox, "hg");
    sandbox.write("home/.hgrc", "[ui]\nusername = Jo <jo@example.org>\n");
    let hg = |arguments: &[&str]| run(&sandbox, "hg", "work", arguments);
    hg(&["init"]);
    sandbox.write("work/f", "a\nb\n");
    sandbox.write("work/old", "x\n");
    sandbox.write("work/gone", "x\n");
    hg(&["commit", "-A", "-m", "Begin"]);
    sandbox.write("work/f", "a\nB\n");
    sandbox.write("work/d/new", "1\n");
    hg(&["move", "old", "moved"]);
    hg(&["remove", "gone"]);
    hg(&["commit", "-A", "-m", "Change it\n\n  All für one.\n\nEnd"]);
    let node = hg(&["log", "-r", ".", "-T", "{node}"]);
    let revision = format!("x/work--branches--default--{node}");
    opened(&sandbox, "hg", &sandbox.path("work"), |archive| {
        let all = tell(archive, &revision, ALL);
        assert_eq!(all.description.summary.as_deref(), Some("Change it"));
        assert_eq!(all.body, "  All für one.\n\nEnd");
        assert_eq!(
            shown(all.files.as_ref()),
            ["A d/new", "M f", "D gone", "R old => moved"]
        );
        let text = diff(&all);
        assert!(
            text.contains("\nrename from old\nrename to moved\n"),
            "{text}"
        );
        let wanted = Wanted {
            files: false,
            diff: Some(60),
        };
        let cut = tell(archive, &revision, wanted).diff.unwrap();
        assert!(cut.is_cut && cut.text.ends_with(b"\n"));
        assert_eq!(tell(archive, &revision, Wanted::default()).files, None);
    });
}

/// What a helper in sh tells of one revision, after it said hello, with these lines.
fn told_by(lines: &str, wanted: Wanted) -> Result<Option<Details>, ArchiveError> {
    let sandbox = Sandbox::new();
    sandbox.write("answer", lines);
    let script = format!(
        "#!/bin/sh\nread -r line\n\
         printf '{{\"id\":1,\"protocol\":1,\"capabilities\":[\"tell\"],\"end\":true}}\\n'\n\
         read -r line\ncat '{}'\nread -r line\n",
        sandbox.path("answer").display()
    );
    sandbox.program("larch-archive-sh", &script);
    let revision = Name::parse("x/a--b--c--d", Some(Level::Revision)).unwrap();
    opened(&sandbox, "sh", &PathBuf::from("/"), |archive| {
        let told = archive.tell(&[&revision], wanted)?;
        assert_eq!(told.len(), 1);
        Ok(told.into_iter().next().flatten())
    })
}

#[test]
fn a_helper_tells_piece_by_piece() {
    let told = told_by(
        r#"{"id":2,"body":"\none\n"}
{"id":2,"body_base64":"9g==","files":[{"path":"a","change":"added","added":2,"removed":0}]}
{"id":2,"files":[{"path":"b","change":"renamed","from":"c"},{"path":"d/","change":"removed"}]}
{"id":2,"diff":"+1\n"}
{"id":2,"diff_base64":"KzIK"}
{"id":2,"description":{"summary":"s"},"is_cut":true}
{"id":2,"end":true}
"#,
        ALL,
    );
    let told = told.unwrap().unwrap();
    assert_eq!(told.body, "one\nö");
    assert_eq!(
        shown(told.files.as_ref()),
        ["A a +2 -0", "R c => b", "D d/"]
    );
    let cut = told.diff.unwrap();
    assert_eq!((&*cut.text, cut.is_cut), (&b"+1\n+2\n"[..], true));
    let gone = told_by("{\"id\":2,\"gone\":true}\n{\"id\":2,\"end\":true}\n", FILES);
    assert_eq!(gone.unwrap(), None);
    let unasked = concat!(
        r#"{"id":2,"files":[],"diff":"+1\n+2\n","description":{}}"#,
        "\n{\"id\":2,\"end\":true}\n"
    );
    let told = told_by(unasked, Wanted::default()).unwrap().unwrap();
    assert_eq!((told.files, told.diff), (None, None));
    let limit = Wanted {
        files: false,
        diff: Some(5),
    };
    let cut = told_by(unasked, limit).unwrap().unwrap().diff.unwrap();
    assert_eq!((&*cut.text, cut.is_cut), (&b"+1\n"[..], true));
}

#[test]
fn a_helper_that_tells_wrongly_is_named() {
    for (lines, expected) in [
        ("{\"id\":2,\"end\":true}\n", "it told of 0 of 1 revisions"),
        (
            "{\"id\":2,\"gone\":true}\n{\"id\":2,\"gone\":true}\n",
            "a line that does not belong there",
        ),
        ("{\"id\":2}\n", "a line that does not belong there"),
        (
            "{\"id\":2,\"files\":[{\"path\":\"x\",\"change\":\"eaten\"}]}\n",
            "none of the protocol",
        ),
    ] {
        let error = told_by(lines, FILES).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(
            error.starts_with("larch-archive-sh failed for sh:/: "),
            "{error}"
        );
    }
}

#[test]
fn a_plain_tree_tells_what_it_describes() {
    let sandbox = Sandbox::new();
    sandbox.write("tree/a/b/c/d", "1\n");
    let location = format!("dir:{}", sandbox.path("tree").display());
    let archive = super::open("x", &location);
    let told = tell(&*archive, "x/a--b--c--d", ALL);
    assert_eq!(told.description.summary.as_deref(), Some("2 bytes"));
    assert_eq!((&*told.body, told.files, told.diff), ("", None, None));
}
