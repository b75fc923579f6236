//! A bare repository that tests change, without a work tree.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The name of no object: a ref that is set to it is deleted.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A bare repository.
pub(crate) struct Repo {
    pub(crate) path: PathBuf,
}

/// Commits to be made and refs to be set by one process.
#[derive(Default)]
pub(crate) struct Import {
    stream: String,
    marks: usize,
}

impl Repo {
    /// Makes an empty one; HEAD is `main`.
    pub(crate) fn new(path: PathBuf) -> Self {
        let repo = Self { path };
        std::fs::create_dir_all(&repo.path).unwrap();
        repo.git(&["init", "-q", "--bare", "--initial-branch=main", "."]);
        repo
    }

    /// Writes a file of it behind git's back.
    #[track_caller]
    pub(crate) fn write(&self, path: &str, text: &str) {
        let mut file = std::fs::File::create(self.path.join(path)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Runs git in it, which must succeed, and gives what it prints.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.feed(args, "")
    }

    #[track_caller]
    fn feed(&self, args: &[&str], input: &str) -> String {
        let mut child = command(&self.path)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", output.status);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Does what was collected, and gives the ids of what was made, in their order.
    #[track_caller]
    pub(crate) fn import(&self, import: &Import) -> Vec<String> {
        let marks = self.path.join("marks");
        let export = format!("--export-marks={}", marks.display());
        self.feed(
            &["fast-import", "--quiet", "--force", &export],
            &import.stream,
        );
        let text = std::fs::read_to_string(marks).unwrap();
        let mut ids = vec![String::new(); import.marks];
        for line in text.lines() {
            let (mark, id) = line.split_once(' ').unwrap();
            id.clone_into(&mut ids[mark[1..].parse::<usize>().unwrap() - 1]);
        }
        ids
    }

    /// Makes a commit with these parents; the same message and parents make the same commit.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str, parents: &[&str]) -> String {
        let mut import = Import::default();
        import.commit(message, parents);
        import.set("refs/made", ":1");
        let id = self.import(&import).remove(0);
        self.delete("refs/made");
        id
    }

    /// Makes a line of commits upon a parent, and gives their ids.
    #[track_caller]
    pub(crate) fn commits(&self, messages: &[&str], parent: Option<&str>) -> Vec<String> {
        let mut import = Import::default();
        let mut parent = parent.map(str::to_owned);
        for message in messages {
            let parents: Vec<&str> = parent.as_deref().into_iter().collect();
            parent = Some(import.commit(message, &parents));
        }
        self.import(&import)
    }

    /// Sets a ref.
    #[track_caller]
    pub(crate) fn set(&self, name: &str, id: &str) {
        self.git(&["update-ref", name, id]);
    }

    /// Deletes a ref.
    #[track_caller]
    pub(crate) fn delete(&self, name: &str) {
        self.git(&["update-ref", "-d", name]);
    }

    /// Makes HEAD another branch.
    pub(crate) fn set_head(&self, branch: &str) {
        self.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")]);
    }

    /// Removes all that no ref reaches.
    #[track_caller]
    pub(crate) fn collect(&self) {
        self.git(&["repack", "-a", "-d", "-q"]);
        self.git(&["prune", "--expire=now"]);
    }
}

impl Import {
    /// Adds a commit, and gives what stands for it in the rest: `:MARK`.
    pub(crate) fn commit(&mut self, message: &str, parents: &[&str]) -> String {
        self.marks += 1;
        let who = "committer N <n@example.org> 1500000000 +0000";
        let (mark, length) = (self.marks, message.len());
        // What another commit left in the ref is no parent.
        self.stream.push_str("reset refs/import\n\n");
        write!(
            self.stream,
            "commit refs/import\nmark :{mark}\n{who}\ndata {length}\n{message}\n"
        )
        .unwrap();
        for (place, parent) in parents.iter().enumerate() {
            let word = if place == 0 { "from" } else { "merge" };
            writeln!(self.stream, "{word} {parent}").unwrap();
        }
        self.stream.push('\n');
        self.set("refs/import", NOTHING);
        format!(":{mark}")
    }

    /// Adds an annotated tag, and gives what stands for it.
    pub(crate) fn tag(&mut self, name: &str, commit: &str, message: &str) -> String {
        self.marks += 1;
        let (mark, length) = (self.marks, message.len());
        write!(
            self.stream,
            "tag {name}\nmark :{mark}\nfrom {commit}\ntagger N <n@example.org> 1500000000 +0000\n\
             data {length}\n{message}\n"
        )
        .unwrap();
        format!(":{mark}")
    }

    /// Sets a ref.
    pub(crate) fn set(&mut self, name: &str, commit: &str) {
        write!(self.stream, "reset {name}\nfrom {commit}\n\n").unwrap();
    }

    /// Deletes a ref.
    pub(crate) fn delete(&mut self, name: &str) {
        self.set(name, NOTHING);
    }
}

/// git, away from what the user has set.
fn command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "N")
        .env("GIT_AUTHOR_EMAIL", "n@example.org")
        .env("GIT_COMMITTER_NAME", "N")
        .env("GIT_COMMITTER_EMAIL", "n@example.org");
    command
}
