//! What the worlds of helpers have in common.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::Sandbox;

/// Installs a helper of contrib.
#[track_caller]
pub(super) fn install(sandbox: &Sandbox, kind: &str) {
    let called = format!("larch-archive-{kind}");
    let program = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("contrib/archives")
        .join(&called);
    symlink(program, sandbox.path("bin").join(called)).unwrap();
}

/// A hook that waits until it may end.
pub(super) struct Blocking<'a> {
    sandbox: &'a Sandbox,
    hook: PathBuf,
}

/// Makes the executable `hook`, which says that it was started and waits.
#[track_caller]
pub(super) fn blocking<'a>(sandbox: &'a Sandbox, hook: &Path) -> Blocking<'a> {
    let script = "#!/bin/sh\n: >\"$0.begun\"\nuntil [ -e \"$0.go\" ]; do /bin/sleep 0.01; done\n";
    let program = sandbox.program("hook", script);
    std::fs::rename(program, hook).unwrap();
    let block = Blocking {
        sandbox,
        hook: hook.to_owned(),
    };
    // An earlier one may have left it.
    std::fs::remove_file(block.mark(".go")).ok();
    block
}

impl Blocking<'_> {
    fn mark(&self, what: &str) -> PathBuf {
        let mut path = self.hook.clone().into_os_string();
        path.push(what);
        path.into()
    }

    /// Waits until the hook was started.
    pub(super) fn wait(&self) {
        let begun = self.mark(".begun");
        let since = Instant::now();
        while !begun.exists() {
            assert!(since.elapsed() < Duration::from_secs(30), "it never began");
            std::thread::sleep(Duration::from_millis(5));
        }
        std::fs::remove_file(begun).unwrap();
    }

    /// Lets the hook end.
    pub(super) fn go(&self) {
        self.sandbox.write(self.mark(".go"), "");
    }
}
