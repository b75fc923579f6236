//! Certificates for servers.

use std::path::PathBuf;

use super::sandbox::Sandbox;

/// Makes a certificate for 127.0.0.1 by `tls/authority.pem`, which nobody knows, and returns the file
/// that holds it and its key.
#[track_caller]
pub(crate) fn certificate(sandbox: &Sandbox) -> PathBuf {
    sandbox.write("tls/here", "");
    for arguments in [
        "-subj /CN=authority -keyout tls/authority.key -out tls/authority.pem",
        "-CA tls/authority.pem -CAkey tls/authority.key -subj /CN=server \
         -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1 \
         -keyout tls/server.key -out tls/server.pem",
    ] {
        sandbox
            .run("openssl", ["req", "-x509", "-nodes", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(arguments.split_whitespace())
            .any_stderr()
            .ok();
    }
    let pem = sandbox.read("tls/server.pem") + &sandbox.read("tls/server.key");
    sandbox.write("tls/both.pem", pem);
    sandbox.path("tls/both.pem")
}
