//! Secrets, and files that must not be trusted.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::time::Duration;

use larch::config::{Config, read_secret};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{load, load_with_mode, problems, put};
use crate::support::{Sandbox, say};

/// Settings with a secret each, and the secret.
const WITH_SECRETS: [&str; 3] = [
    "[mail]\ntransport = \"smtp://jo:S3CRET@mail.example.org\"\n",
    "[webhook.a]\nurl = \"https://example.org/\"\nheaders = { X-Api-Key = \"S3CRET\" }\n",
    "[commands.a]\nargv = [\"a\"]\nenv = { GITHUB_TOKEN = \"S3CRET\" }\n",
];

#[test]
fn a_secret_stands_only_in_a_file_that_others_cannot_read() {
    for text in WITH_SECRETS {
        assert!(load_with_mode(0o600, &[text]).is_ok(), "{text}");
        for mode in [0o640, 0o604, 0o610, 0o620, 0o644] {
            let error = load_with_mode(mode, &[text]).unwrap_err();
            let shown = error.to_string();
            assert!(shown.contains("others"), "{mode:o}: {shown}");
            assert!(!shown.contains("S3CRET"), "{mode:o}: {shown}");
        }
        assert!(problems(&[text])[0].contains("chmod 600"), "{text}");
        // A secret in a private layer is none of the business of an open one.
        assert!(load_with_mode(0o644, &["[mail]\nfrom = \"a@x\"\n"]).is_ok());
    }
    assert!(load(&["[mail]\ntransport = \"smtp://jo@mail.example.org\"\n"]).is_ok());
    assert!(problems(&[WITH_SECRETS[0]])[0].contains("`password_file` or `password_env`"));
}

#[test]
fn no_mistake_shows_a_secret() {
    for text in [
        "[mail]\ntransport = \"smtp://jo:S3CRET@mail:99999\"\n",
        "[mail]\ntransport = \"smtp://jo:S3/CRET@mail\"\n",
        "[mail]\ntransport = \"smtp://jo:S3CRET@mail\n",
        "[mail]\ntransprt = \"smtp://jo:S3CRET@mail\"\n",
        "[webhook.a]\nurl = \"htps://hooks.example.org/T0/S3CRET\"\n",
        "[webhook.a]\nurl = \"https://hooks.example.org/T0/S3CRET\n",
        "[webhook.a]\nheaders = { Authorization = \"S3CRET\", \"a b\" = \"\" }\n",
        "[webhook.a]\nheaders = { Authorization = 'S3CRET\n",
    ] {
        let error = load_with_mode(0o600, &[text]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("S3CRET") && !shown.contains("CRET@"),
            "{shown}"
        );
    }
}

#[test]
fn the_settings_do_not_show_their_secrets() {
    for text in WITH_SECRETS {
        let config = load_with_mode(0o600, &[text]).unwrap();
        assert!(!format!("{config:?}").contains("S3CRET"));
    }
}

#[test]
fn a_file_with_a_secret_is_its_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret");
    let file = put(&path, b"pass word \r\nsecond line\n");
    let set = |mode| file.set_permissions(Permissions::from_mode(mode)).unwrap();
    set(0o600);
    assert_eq!(read_secret(&path).unwrap().expose(), "pass word ");
    for mode in [0o640, 0o604, 0o620, 0o644] {
        set(mode);
        let error = read_secret(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{mode:o}: {error}");
    }
    put(&path, b"\nsecret\n");
    set(0o600);
    let error = read_secret(&path).unwrap_err().to_string();
    assert!(error.contains("its first line is empty"), "{error}");
    assert!(read_secret(&dir.path().join("none")).is_err());
    assert!(read_secret(dir.path()).is_err());
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn a_pipe_that_nobody_writes_to_holds_nobody_up() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", "");
    fifo(&sandbox.path("n/=config.toml"));
    let said = "cannot read ";
    sandbox
        .poll()
        .limit(Duration::from_secs(10))
        .stderr_has(said)
        .stderr_has("it is not a regular file")
        .code(78);
    sandbox
        .larch(["config", "n"])
        .limit(Duration::from_secs(10))
        .stderr_has(said)
        .code(78);
    assert!(read_secret(&sandbox.path("n/=config.toml")).is_err());
}

#[test]
fn root_follows_no_settings_that_others_can_write() {
    if !rustix::process::geteuid().is_root() {
        say("skipped: only root trusts so little");
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", "");
    let shared = ".config/larch/config.toml";
    for file in ["n/=config.toml", shared] {
        sandbox.write(file, "[delivery]\njobs = 2\n");
        let path = sandbox.path(file);
        let refused = || {
            for command in ["notify", "config"] {
                sandbox
                    .larch([command, "n"])
                    .env("XDG_CONFIG_HOME", sandbox.path(".config"))
                    .stderr_has(path.to_string_lossy())
                    .stderr_has("chown root and chmod go-w it")
                    .code(78);
            }
        };
        sandbox.chmod(file, 0o664);
        refused();
        let checked = sandbox
            .larch(["check", "n"])
            .env("XDG_CONFIG_HOME", sandbox.path(".config"))
            .any_stdout()
            .code(78);
        assert_eq!(
            checked.stdout.matches("go-w").count(),
            1,
            "{}",
            checked.stdout
        );
        sandbox.chmod(file, 0o644);
        chown(&path, Some(12345), Some(0)).unwrap();
        refused();
        chown(&path, Some(0), Some(0)).unwrap();
        assert!(Config::load(&sandbox.path("n"), &[path]).is_ok());
        std::fs::remove_file(sandbox.path(file)).unwrap();
    }
}
