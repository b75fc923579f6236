//! `larch-archive-svn`, against repositories that svn makes.

use std::path::PathBuf;

use super::{install, list_since, opened, register, told};
use crate::support::Sandbox;

/// A repository in a sandbox, at `repo`, with a working copy.
struct Repository<'a> {
    sandbox: &'a Sandbox,
    url: String,
}

impl<'a> Repository<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        let path = sandbox.path("repo");
        sandbox
            .run("svnadmin", ["create", path.to_str().unwrap()])
            .ok();
        Self {
            sandbox,
            url: format!("file://{}", path.display()),
        }
    }

    /// Runs svn; `^` begins an address in the repository.
    #[track_caller]
    fn svn(&self, arguments: &[&str]) {
        self.run("svn", arguments);
    }

    #[track_caller]
    fn run(&self, program: &str, arguments: &[&str]) {
        let arguments = arguments.iter().map(|each| match each.strip_prefix('^') {
            Some(path) => format!("{}{path}", self.url),
            None => (*each).to_owned(),
        });
        self.sandbox
            .run(program, arguments)
            .any_stdout()
            .any_stderr()
            .ok();
    }

    #[track_caller]
    fn mkdir(&self, paths: &[&str]) {
        let command = ["mkdir", "--parents", "-m", "Make room"];
        self.svn(&[&command[..], paths].concat());
    }

    /// Commits a change of a file in a directory, which it makes anew.
    #[track_caller]
    fn touch(&self, directory: &str, message: &str) {
        let copy = self.sandbox.path("work/copy");
        if copy.exists() {
            std::fs::remove_dir_all(&copy).unwrap();
        }
        let copy = copy.to_str().unwrap();
        self.svn(&["checkout", "--depth", "files", directory, copy]);
        let before = self.sandbox.read("work/copy/file");
        self.sandbox.write("work/copy/file", before + message);
        self.svn(&["add", "--force", &format!("{copy}/file")]);
        self.svn(&["commit", "--force-log", "-m", message, copy]);
    }

    fn address(&self) -> PathBuf {
        self.sandbox.path("repo")
    }
}

#[test]
fn one_line_follows_a_repository() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    install(&sandbox, "svn", repository.address().to_str().unwrap());
    let location = format!("svn:{}", repository.address().display());
    sandbox
        .larch(["register-archive", "--force", "x", &location])
        .stdout(format!("svn archive at {location}: 0 categories\n").replace("at svn:", "at "))
        .ok();
    assert_eq!(told(&sandbox), [""; 0]);
    repository.mkdir(&["^/tea/trunk", "^/tea/branches", "^/tea/tags"]);
    repository.touch("^/tea/trunk", "Warm the pot\n\nIt matters.");
    assert_eq!(
        told(&sandbox),
        [
            "branch x/tea--branches",
            "branch x/tea--tags",
            "branch x/tea--trunk",
            "category x/tea",
            "revision x/tea--trunk--trunk--r1",
            "revision x/tea--trunk--trunk--r2",
            "version x/tea--trunk--trunk",
        ]
    );
    repository.svn(&[
        "copy",
        "^/tea/trunk",
        "^/tea/branches/a--b c",
        "-m",
        "Branch",
    ]);
    repository.touch("^/tea/branches/a--b c", "Add milk");
    repository.svn(&["copy", "^/tea/trunk", "^/tea/tags/1.0", "-m", "Release"]);
    repository.touch("^/tea/trunk", "Add sugar");
    assert_eq!(
        told(&sandbox),
        [
            "revision x/tea--branches--a%2D%2Db%20c--r3",
            "revision x/tea--branches--a%2D%2Db%20c--r4",
            "revision x/tea--tags--1.0--r5",
            "revision x/tea--trunk--trunk--r6",
            "version x/tea--branches--a%2D%2Db%20c",
            "version x/tea--tags--1.0",
        ]
    );
    assert_eq!(told(&sandbox), [""; 0]);
    sandbox
        .larch(["revisions", "--summary", "x/tea--trunk--trunk"])
        .stdout("r1\n    Make room\nr2\n    Warm the pot\nr6\n    Add sugar\n")
        .ok();
    sandbox
        .larch(["cat-archive-log", "x/tea--trunk--trunk--r2"])
        .stdout_has("   A /tea/trunk/file\n\nWarm the pot\n\nIt matters.\n")
        .ok();
}

#[test]
fn what_came_since_is_what_a_whole_listing_adds() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    install(&sandbox, "svn", repository.address().to_str().unwrap());
    let location = format!("svn:{}", repository.address().display());
    let mut seen = list_since(&sandbox, &location, &Vec::new());
    let steps: [&[&str]; 15] = [
        &[
            "mkdir",
            "--parents",
            "^/a",
            "^/b",
            "-m",
            "two projects without layout",
        ],
        &[
            "mkdir",
            "^/a/trunk",
            "^/a/branches",
            "^/a/tags",
            "-m",
            "one gets a layout",
        ],
        &["copy", "^/a/trunk", "^/a/branches/x", "-m", "a branch"],
        &["copy", "^/a/trunk", "^/a/branches/y", "-m", "another one"],
        &[
            "propset",
            "p",
            "v",
            "^/a/branches",
            "-m",
            "about all branches",
        ],
        &["mkdir", "^/b/inside", "-m", "in the other project"],
        &["move", "^/a/branches/x", "^/a/branches/z", "-m", "renamed"],
        &["delete", "^/a/branches/y", "-m", "away"],
        &["copy", "^/a/branches/z", "^/a/branches/y", "-m", "and back"],
        &[
            "mkdir",
            "^/a/branches/y/d",
            "^/a/trunk/d",
            "-m",
            "in two at once",
        ],
        &["move", "^/a", "^/c", "-m", "the whole project"],
        &["delete", "^/c/tags", "-m", "no more tags"],
        &["move", "^/c/trunk", "^/c/tags", "-m", "strange"],
        &["mkdir", "^/trunk", "-m", "all is one project"],
        &["delete", "^/trunk", "-m", "and is not"],
    ];
    for step in steps {
        // Only this program sets a property in the repository itself.
        let program = if step[0] == "propset" {
            "svnmucc"
        } else {
            "svn"
        };
        repository.run(program, step);
        seen = list_since(&sandbox, &location, &seen);
    }
    repository.touch("^/c/branches/z", "once more");
    let seen = list_since(&sandbox, &location, &seen);
    let of = |package: &str| {
        let found = seen.iter().find(|(name, _)| name.package() == package);
        found.unwrap().1.parts.join(" ")
    };
    assert_eq!(of("c--branches"), "y z");
    assert_eq!(of("c--branches--z"), "r11 r16");
    assert_eq!(of("c--branches--y"), "r11");
    assert_eq!(of("b--trunk--trunk"), "r1 r6");
}

#[test]
fn a_directory_of_a_repository_can_be_followed_alone() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.mkdir(&["^/elsewhere/trunk"]);
    repository.mkdir(&["^/a b/p@1/trunk", "^/a b/p@1/tags", "^/plain/src"]);
    repository.touch("^/plain", "beside");
    let address = repository.address();
    install(&sandbox, "svn", &format!("{}/a b", address.display()));
    assert_eq!(
        told(&sandbox),
        [
            "branch x/p@1--tags",
            "branch x/p@1--trunk",
            "category x/p@1",
            "revision x/p@1--trunk--trunk--r2",
            "version x/p@1--trunk--trunk",
        ]
    );
    // A project by itself, and one without any layout.
    for (below, listed) in [("a b/p@1/", "p@1\n"), ("plain", "plain\n")] {
        register(&sandbox, "svn", &format!("{}/{below}", address.display()));
        sandbox.larch(["categories", "x"]).stdout(listed).ok();
    }
    sandbox
        .larch(["revisions", "x/plain--trunk--trunk"])
        .stdout("r2\nr3\n")
        .ok();
    let location = format!("svn:file://{}/plain", address.display());
    let seen = list_since(&sandbox, &location, &Vec::new());
    repository.mkdir(&["^/elsewhere/trunk/x"]);
    repository.mkdir(&["^/plain/new"]);
    let seen = list_since(&sandbox, &location, &seen);
    assert_eq!(seen.last().unwrap().1.parts, ["r2", "r3", "r5"]);
}

#[test]
fn a_repository_that_does_not_answer_is_unreachable_and_no_empty_one() {
    let sandbox = Sandbox::new();
    let repository = Repository::new(&sandbox);
    repository.mkdir(&["^/tea/trunk"]);
    install(&sandbox, "svn", repository.address().to_str().unwrap());
    sandbox.poll().ok();
    std::fs::rename(sandbox.path("repo"), sandbox.path("away")).unwrap();
    let location = format!("svn:{}", sandbox.path("repo").display());
    let error = opened(&sandbox, &location, |archive| {
        let subject = super::name(larch::name::Level::Archive, "");
        archive.list(&subject, None, &|_| false).unwrap_err()
    });
    assert!(
        matches!(error, larch::archive::ArchiveError::Host { .. }),
        "{error}"
    );
    sandbox
        .poll()
        .stderr_has("E170013: Unable to connect to a repository")
        .code(1);
    std::fs::rename(sandbox.path("away"), sandbox.path("repo")).unwrap();
    sandbox.take_told();
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    for (address, said) in [
        ("-x", "is neither a path nor a URL"),
        ("ext::sh", "is neither a path nor a URL"),
        ("svn://127.0.0.1:1/x", "Connection refused"),
    ] {
        register(&sandbox, "svn", address);
        sandbox.larch(["categories", "x"]).stderr_has(said).code(1);
    }
}

#[test]
fn another_repository_in_the_same_place_is_listed_whole() {
    let sandbox = Sandbox::new();
    let location = format!("svn:{}", sandbox.path("repo").display());
    let repository = Repository::new(&sandbox);
    repository.mkdir(&["^/tea/trunk"]);
    install(&sandbox, "svn", repository.address().to_str().unwrap());
    let subject = super::name(larch::name::Level::Archive, "");
    let list = |last: Option<&larch::archive::Look>| {
        opened(&sandbox, &location, |archive| {
            archive.list(&subject, last, &|_| false).unwrap()
        })
    };
    let before = list(None);
    assert!(list(before.look.as_ref()).since);
    std::fs::remove_dir_all(sandbox.path("repo")).unwrap();
    Repository::new(&sandbox).mkdir(&["^/coffee/trunk"]);
    let after = list(before.look.as_ref());
    assert_eq!(
        (after.since, after.parts),
        (false, vec!["coffee".to_owned()])
    );
}
