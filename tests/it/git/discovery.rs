//! Which repositories are found below a directory, and under which names.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use larch::archive::ArchiveError;
use larch::name::encode;

use super::local::{Shelf, name};
use crate::support::Sandbox;

#[test]
fn every_repository_is_a_category_by_its_path() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    for bare in [
        "srv/a.git",
        "srv/group/deep/b.git",
        "srv/plain",
        "srv/.hidden/h.git",
        "srv/x.git",
        "srv/y.git",
        "srv/y",
        "srv/sp ace--é.git",
    ] {
        shelf.init(bare, &["--bare"]);
    }
    shelf.init("srv/work", &[]);
    shelf.init("srv/x", &[]);
    fs::create_dir_all(sandbox.path("srv/none/HEAD/objects/refs")).unwrap();
    sandbox.write("srv/file.git", "");
    shelf
        .sandbox
        .larch(["categories", "g"])
        .stdout(".hidden/h\na\ngroup/deep/b\nplain\nsp%20ace%2D%2Dé\nwork\nx\nx/.git\ny\ny/.\n")
        .ok();
    for category in shelf.parts("") {
        // Found by its name alone as well as by the search.
        assert!(shelf.list(&category).is_ok(), "{category}");
        shelf.look(&category, None);
    }
    for absent in [
        "work/.git",
        "x.git",
        "group",
        "none",
        "b",
        "group/deep",
        "y/.git",
    ] {
        let found = shelf.list(absent);
        assert!(
            matches!(found, Err(ArchiveError::NoSuchSubject(_))),
            "{absent}: {found:?}"
        );
    }
}

#[test]
fn a_path_may_hold_any_bytes() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let names: [&[u8]; 5] = [b"\xff", b"a\nb", b"-x", b"--upload-pack=x", &[b'x'; 250]];
    for name in names {
        let dir = Path::new("srv").join(OsStr::from_bytes(name));
        shelf.with_commit(dir, &["--bare"]);
    }
    let mut parts = names.map(encode);
    parts.sort_unstable();
    assert_eq!(shelf.parts(""), parts);
    for category in parts {
        assert_eq!(shelf.parts(&category), ["heads"], "{category}");
        let look = shelf.look(&category, None);
        assert_eq!(shelf.look(&category, Some(&look)), look, "{category}");
    }
}

#[test]
fn no_name_leads_out_of_the_directory() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.init("outside", &["--bare"]);
    shelf.init("srv/a", &["--bare"]);
    let absolute = sandbox.path("outside");
    for outside in [
        "../outside",
        "a/../../outside",
        "./a",
        "a/",
        absolute.to_str().unwrap(),
    ] {
        assert!(shelf.list(outside).is_err(), "{outside}");
    }
}

#[test]
fn a_directory_may_be_the_one_repository_itself() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("alone.git", &["--bare"]);
    shelf.with_commit("tree", &[]);
    shelf.git(
        "tree",
        &["worktree", "add", "-q", "../linked", "-b", "side", "main"],
    );
    symlink("tree", sandbox.path("link")).unwrap();
    for (dir, category, heads) in [
        ("alone.git", "alone", &["main"][..]),
        ("tree", "tree", &["main", "side"]),
        ("tree/.git", "tree", &["main", "side"]),
        ("linked", "linked", &["side", "main"]),
        ("link", "link", &["main", "side"]),
    ] {
        shelf.register(dir);
        assert_eq!(shelf.parts(""), [category], "{dir}");
        assert_eq!(shelf.parts(&format!("{category}--heads")), heads, "{dir}");
        let (archive, look) = (shelf.look("", None), shelf.old_look(category));
        assert_eq!(shelf.look("", Some(&archive)), archive, "{dir}");
        shelf.commit(dir, "refs/heads/main", "more");
        assert_ne!(shelf.look(category, Some(&look)), look, "{dir}");
        shelf.git(dir, &["update-ref", "-d", "refs/heads/none"]);
    }
}

#[test]
fn what_is_nested_in_a_work_tree_is_found_when_asked_for() {
    let sandbox = Sandbox::new();
    let mut shelf = Shelf::new(&sandbox);
    shelf.with_commit("lib.git", &["--bare"]);
    shelf.with_commit("srv/w", &[]);
    shelf.with_commit("srv/w/deep/inner", &[]);
    shelf.with_commit("srv/w/bare.git", &["--bare"]);
    shelf.git("srv/w", &["checkout", "-q", "-f", "main"]);
    let lib = sandbox.path("lib.git");
    shelf.git(
        "srv/w",
        &["submodule", "--quiet", "add", lib.to_str().unwrap(), "sub"],
    );
    shelf.git(
        "srv/w",
        &["worktree", "add", "-q", "../linked", "-b", "side", "main"],
    );
    shelf.with_commit("srv/linked/inner", &[]);
    assert_eq!(shelf.parts(""), ["w"]);
    assert!(shelf.list("w/deep/inner").is_err());
    assert!(shelf.list("linked/inner").is_err());

    shelf.nested = true;
    let all = ["linked/inner", "w", "w/bare", "w/deep/inner"];
    assert_eq!(shelf.parts(""), all);
    for category in all {
        assert_eq!(shelf.parts(category), ["heads"], "{category}");
    }
    shelf.register("srv/w");
    assert_eq!(shelf.parts(""), ["bare", "deep/inner", "w"]);
    for category in ["bare", "deep/inner", "w"] {
        assert_eq!(shelf.parts(category), ["heads"], "{category}");
    }
}

#[test]
fn links_lead_to_what_was_not_seen_and_loops_end() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.init("srv/z/real.git", &["--bare"]);
    shelf.init("outside/one.git", &["--bare"]);
    shelf.init("outside/group/two.git", &["--bare"]);
    for (target, link) in [
        ("z/real.git", "srv/a.git"),
        ("z", "srv/b"),
        ("..", "srv/z/up"),
        (".", "srv/self"),
        ("itself", "srv/itself"),
        ("nowhere", "srv/dangling"),
        ("../outside/one.git", "srv/first.git"),
        ("../outside", "srv/more"),
        ("../../srv", "outside/group/back"),
        ("/dev/null", "srv/device"),
    ] {
        symlink(target, sandbox.path(link)).unwrap();
    }
    assert_eq!(shelf.parts(""), ["first", "more/group/two", "z/real"]);
    for category in shelf.parts("") {
        assert!(shelf.list(&category).is_ok(), "{category}");
    }
    assert!(shelf.list("a").is_err());
    assert!(shelf.list("b/real").is_err());

    let look = shelf.old_look("");
    fs::rename(sandbox.path("outside/one.git"), sandbox.path("srv/nowhere")).unwrap();
    assert_ne!(shelf.look("", Some(&look)), look);
    assert_eq!(shelf.parts(""), ["more/group/two", "nowhere", "z/real"]);
}

#[test]
fn what_appears_moves_or_vanishes_shows() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.init("srv/group/a.git", &["--bare"]);
    symlink("nowhere", sandbox.path("srv/dangling")).unwrap();
    let path = |path: &str| sandbox.path(path);
    let mut last = shelf.old_look("");
    let mut shows = |what: &str, change: &dyn Fn()| {
        change();
        let look = shelf.look("", Some(&last));
        assert_ne!(look, last, "{what}");
        last = shelf.old_look("");
    };
    shows("a new one", &|| shelf.init("srv/group/b.git", &["--bare"]));
    shows("a new directory", &|| {
        fs::create_dir_all(path("srv/c/d/e")).unwrap();
    });
    shows("one that is moved", &|| {
        fs::rename(path("srv/group/b.git"), path("srv/c/d/e/b.git")).unwrap();
    });
    shows("one that goes", &|| {
        fs::remove_dir_all(path("srv/c/d/e/b.git")).unwrap();
    });
    // A repository that is made step by step.
    for made in [
        "srv/w",
        "srv/w/.git",
        "srv/w/.git/objects",
        "srv/w/.git/refs",
    ] {
        shows(made, &|| fs::create_dir(path(made)).unwrap());
        assert_eq!(shelf.parts(""), ["group/a"]);
    }
    shows("its HEAD", &|| {
        sandbox.write("srv/w/.git/HEAD", "ref: refs/heads/main\n");
    });
    assert_eq!(shelf.parts(""), ["group/a", "w"]);
    shows("the target of a link", &|| {
        fs::create_dir(path("srv/nowhere")).unwrap();
    });
}

#[test]
fn what_cannot_be_read_is_an_error_and_never_less_of_a_listing() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.init("srv/a.git", &["--bare"]);
    for closed in ["srv/closed", "srv/lost+found"] {
        fs::create_dir(sandbox.path(closed)).unwrap();
        sandbox.chmod(closed, 0);
    }
    // Root reads everything, unless it gives that up.
    let larch = Path::new(env!("CARGO_BIN_EXE_larch"));
    let (program, arguments) = if rustix::process::geteuid().is_root() {
        let drop = ["--bounding-set=-dac_override,-dac_read_search", "--"];
        (Path::new("setpriv"), drop.map(Path::new).to_vec())
    } else {
        (larch, Vec::new())
    };
    let categories = || {
        let mut run = sandbox.run(program, &arguments);
        if program != larch {
            run = run.arg(larch);
        }
        run.args(["categories", "g"])
    };
    categories()
        .stderr_has("srv/closed")
        .stderr_has("make it readable")
        .code(1);
    sandbox.chmod("srv/closed", 0o755);
    categories().stdout("a\n").ok();
}

#[test]
fn a_directory_that_is_not_there_is_unreachable() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    let look = shelf.look("a", None);
    let archive = shelf.open();
    fs::rename(sandbox.path("srv"), sandbox.path("aside")).unwrap();
    let unreachable = |error| matches!(error, ArchiveError::Unreachable { .. });
    assert!(unreachable(shelf.try_open().err().unwrap()));
    fs::create_dir(sandbox.path("srv")).unwrap();
    for subject in ["", "b"] {
        let error = archive.look(&name(subject), None).unwrap_err();
        assert!(unreachable(error), "{subject}");
    }
    // An empty one is reached, and has nothing.
    assert_eq!(shelf.parts(""), [""; 0]);
    let gone = shelf.open().look(&name("a"), Some(&look));
    assert!(
        matches!(gone, Err(ArchiveError::NoSuchSubject(_))),
        "{gone:?}"
    );
}
