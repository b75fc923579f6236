//! The built-in actions beside mail, each through `larch notify`.

mod append;
mod apprise;
mod contrib;
mod hostile;
mod run;
mod syslog;

use crate::support::{Repo, Sandbox};

/// The name of the version that is watched.
pub(crate) const MAIN: &str = "srv/k--heads--main";

/// A git repository, whose branch `main` one rule watches. Its first commit is owed.
pub(crate) struct Watched<'s> {
    repo: Repo<'s>,
}

impl<'s> Watched<'s> {
    #[track_caller]
    pub(crate) fn new(sandbox: &'s Sandbox, action: &str) -> Self {
        let repo = Repo::new(sandbox, "k");
        let location = format!("git:{}", sandbox.path("served").display());
        sandbox
            .larch(["register-archive", "srv", &location])
            .any_stdout()
            .ok();
        sandbox.write("n/=rules.versions", format!("{MAIN} {action}\n"));
        Self { repo }
    }

    /// The qualified name of the first commit.
    #[track_caller]
    pub(crate) fn first(&self) -> String {
        let id = self.repo.git(["rev-list", "--max-parents=0", "HEAD"]);
        format!("{MAIN}--{id}")
    }

    /// Pushes a commit, and returns its qualified name.
    #[track_caller]
    pub(crate) fn push(&self, message: &str) -> String {
        let id = self.repo.commit(message);
        self.repo.push();
        format!("{MAIN}--{id}")
    }
}

/// What `larch check` says is wrong with the rule's action, which it must say.
#[track_caller]
fn checked(sandbox: &Sandbox) -> String {
    let ended = sandbox.larch(["check", "n"]).any_stdout().code(1);
    let at = ended.stdout.find("=rules.versions:1: ").unwrap();
    ended.stdout[at + "=rules.versions:1: ".len()..]
        .lines()
        .next()
        .unwrap()
        .to_owned()
}
