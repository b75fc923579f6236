//! An ssh server of its own.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Running, Sandbox, free_port, say, wait_for};

const SSHD: &str = "/usr/sbin/sshd";

/// An ssh server on this machine that lets in whoever has the sandbox's key; `authorized` holds it.
pub(crate) struct Ssh<'s> {
    sandbox: &'s Sandbox,
    running: Option<Running>,
    port: u16,
    /// How ssh is to be run so that it knows the server and has the key.
    pub(crate) command: String,
}

impl<'s> Ssh<'s> {
    /// Starts it; `None` where there is no ssh server to start.
    pub(crate) fn new(sandbox: &'s Sandbox) -> Option<Self> {
        if !Path::new(SSHD).exists() {
            say("skipped: there is no sshd");
            return None;
        }
        if rustix::process::geteuid().is_root() {
            // Run by root it wants this to be there, as a start at boot makes it.
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let path = |name: &str| sandbox.path(name).display().to_string();
        for key in ["host-key", "key"] {
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", key];
            sandbox.run("ssh-keygen", arguments).ok();
        }
        sandbox.write("authorized", sandbox.read("key.pub"));
        let port = free_port();
        let known = sandbox.read("host-key.pub");
        sandbox.write("known", format!("[127.0.0.1]:{port} {known}"));
        sandbox.write(
            "sshd_config",
            format!(
                "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\n\
                 PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nUsePAM no\n\
                 PidFile none\n",
                path("host-key"),
                path("authorized"),
            ),
        );
        // Whoever logs in must get to what is served.
        let root = sandbox.path("");
        std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755)).unwrap();
        let running = sandbox
            .run(SSHD, ["-D", "-e", "-f", &path("sshd_config")])
            .any_stderr()
            .spawn();
        wait_for("the ssh server", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Some(Self {
            sandbox,
            running: Some(running),
            port,
            command: format!(
                "ssh -F none -oBatchMode=yes -oIdentitiesOnly=yes -i {} -oUserKnownHostsFile={}",
                path("key"),
                path("known"),
            ),
        })
    }

    /// The URL of `served/NAME.git`.
    pub(crate) fn url(&self, name: &str) -> String {
        let served = self.sandbox.path("served");
        format!(
            "ssh://127.0.0.1:{}{}/{name}.git",
            self.port,
            served.display()
        )
    }
}

impl Drop for Ssh<'_> {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}
