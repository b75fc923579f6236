//! Encrypted lines, and passwords.

use super::{MINUTE, told, watch};
use crate::support::{Sandbox, Smtp};

const ACTION: &str = "mail-new-revisions:al@example.org";

/// The settings for a transport, in which PORT stands for the server's port, with a certificate
/// authority that is trusted.
fn settings(sandbox: &Sandbox, server: &Smtp, transport: &str) -> String {
    format!(
        "[mail]\ntransport = \"{}\"\nca_file = \"{}\"\ntimeout = \"2s\"\n",
        transport.replace("PORT", &server.port().to_string()),
        sandbox.path("tls/authority.pem").display()
    )
}

#[test]
fn a_line_is_encrypted_as_the_transport_says() {
    let ways = [
        ("", "smtp://127.0.0.1:PORT", false),
        ("", "smtp://127.0.0.1:PORT?tls=required", true),
        ("", "smtp://127.0.0.1:PORT?tls=opportunistic", true),
        ("--demand-tls", "smtp://127.0.0.1:PORT?tls=required", true),
        ("--tls", "smtps://127.0.0.1:PORT", true),
    ];
    for (options, transport, encrypted) in ways {
        let sandbox = Sandbox::new();
        let server = Smtp::secure(&sandbox, options);
        watch(&sandbox, ACTION, &settings(&sandbox, &server, transport));
        sandbox.poll().ok();
        let mail = server.take_mail();
        assert_eq!(mail.len(), 1);
        assert_eq!(mail[0].tls, encrypted, "{transport}");
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn the_system_may_trust_an_authority_too() {
    let sandbox = Sandbox::new();
    let server = Smtp::secure(&sandbox, "--tls");
    let transport = format!(
        "[mail]\ntransport = \"smtps://127.0.0.1:{}\"\n",
        server.port()
    );
    watch(&sandbox, ACTION, &transport);
    sandbox
        .poll()
        .stderr_has("nobody whom the system trusts made its certificate; `ca_file` in [mail] names")
        .code(1);
    let authority = sandbox.path("tls/authority.pem");
    sandbox
        .poll()
        .clock_ahead(10 * MINUTE)
        .env("SSL_CERT_FILE", authority)
        .any_stderr()
        .ok();
    assert_eq!(told(&server), ["al@example.org"]);
}

/// The options of a server with a certificate for 127.0.0.1 that nobody else signed, `tls/own.pem`.
#[track_caller]
fn self_signed(sandbox: &Sandbox, is_authority: &str) -> String {
    sandbox.write("tls/here", "");
    sandbox
        .run("openssl", ["req", "-x509", "-nodes", "-newkey", "ec"])
        .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=own"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args([
            "-addext",
            &format!("basicConstraints=critical,CA:{is_authority}"),
        ])
        .args(["-keyout", "tls/own.key", "-out", "tls/own.pem"])
        .any_stderr()
        .ok();
    let both = sandbox.read("tls/own.pem") + &sandbox.read("tls/own.key");
    sandbox.write("tls/both.pem", both);
    format!(
        "--certificate {} --tls",
        sandbox.path("tls/both.pem").display()
    )
}

#[test]
fn a_relay_may_not_show_an_authoritys_certificate() {
    let sandbox = Sandbox::new();
    let server = Smtp::with(&sandbox, &self_signed(&sandbox, "TRUE"));
    let transport = settings(&sandbox, &server, "smtps://127.0.0.1:PORT");
    let transport = transport.replace("authority.pem", "own.pem");
    watch(&sandbox, ACTION, &transport);
    let ended = sandbox
        .poll()
        .stderr_has("its certificate is a certificate authority's")
        .stderr_has("-addext basicConstraints=critical,CA:FALSE")
        .code(1);
    assert!(!ended.stderr.contains("OtherError"), "{}", ended.stderr);
    drop(server);
    let server = Smtp::with(&sandbox, &self_signed(&sandbox, "FALSE"));
    let transport = settings(&sandbox, &server, "smtps://127.0.0.1:PORT");
    let transport = transport.replace("authority.pem", "own.pem");
    sandbox.write("n/=config.toml", transport);
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
}

#[test]
fn a_certificate_is_for_its_host_alone() {
    for transport in [
        "smtps://localhost:PORT",
        "smtp://localhost:PORT?tls=opportunistic",
    ] {
        let sandbox = Sandbox::new();
        let options = if transport.starts_with("smtps") {
            "--tls"
        } else {
            ""
        };
        let server = Smtp::secure(&sandbox, options);
        watch(&sandbox, ACTION, &settings(&sandbox, &server, transport));
        sandbox
            .poll()
            .stderr_has("broke off at the TLS handshake: its certificate is for another host")
            .code(1);
        assert_eq!(told(&server), [""; 0]);
    }
}

#[test]
fn what_must_be_encrypted_is_never_sent_in_the_clear() {
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    let transport = |tls| {
        let port = server.port();
        format!("[mail]\ntransport = \"smtp://127.0.0.1:{port}?tls={tls}\"\ntimeout = \"1s\"\n")
    };
    watch(&sandbox, ACTION, &transport("required"));
    sandbox.poll().stderr_has("does not offer STARTTLS").code(1);
    // A plain server does not answer a handshake, nor does a server of TLS greet.
    let smtps = format!(
        "[mail]\ntransport = \"smtps://127.0.0.1:{}\"\n",
        server.port()
    );
    sandbox.write("n/=config.toml", smtps);
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().code(1);
    assert_eq!(told(&server), [""; 0]);
    sandbox.write("n/=config.toml", transport("opportunistic"));
    sandbox.poll().clock_ahead(30 * MINUTE).any_stderr().ok();
    assert_eq!(told(&server), ["al@example.org"]);
    let sandbox = Sandbox::new();
    let server = Smtp::secure(&sandbox, "");
    for answer in [
        "454 not now",
        "554 never",
        "220 go|drop",
        "220 go",
        "drop",
        "hang",
    ] {
        server.faults(&format!("starttls * {answer}\n"));
        let sandbox = Sandbox::new();
        let port = server.port();
        let transport = format!("smtp://127.0.0.1:{port}?tls=opportunistic");
        let settings = format!("[mail]\ntransport = \"{transport}\"\ntimeout = \"1s\"\n");
        watch(&sandbox, ACTION, &settings);
        sandbox.poll().any_stderr().code(1);
        assert_eq!(told(&server), [""; 0]);
    }
}

#[test]
fn a_password_comes_from_where_the_settings_say_and_is_never_shown() {
    let login = "jo:s3cret-p%40ss".replace("%40", "@");
    for mechanism in ["PLAIN", "LOGIN"] {
        let sandbox = Sandbox::new();
        let server = Smtp::secure(
            &sandbox,
            &format!("--login {login} --mechanism {mechanism}"),
        );
        let port = server.port();
        let before = format!(
            "ca_file = \"{}\"\n",
            sandbox.path("tls/authority.pem").display()
        );
        sandbox.write("password", "s3cret-p@ss\nmore\n");
        sandbox.chmod("password", 0o600);
        let url = |login: &str| {
            format!(
                "[mail]\n{before}transport = \"smtp://{login}@127.0.0.1:{port}?tls=required\"\n"
            )
        };
        let ways = [
            url("jo:s3cret-p%40ss"),
            url("jo")
                + &format!(
                    "password_file = \"{}\"\n",
                    sandbox.path("password").display()
                ),
            url("jo") + "password_env = \"MAIL_PASSWORD\"\n",
        ];
        let arch = watch(&sandbox, ACTION, "");
        for settings in ways {
            sandbox.write("n/=config.toml", settings);
            sandbox.chmod("n/=config.toml", 0o600);
            sandbox.poll().env("MAIL_PASSWORD", "s3cret-p@ss").ok();
            let mail = server.take_mail();
            assert_eq!(mail.len(), 1);
            assert_eq!(mail[0].user, Some(format!("{mechanism} jo")));
            arch.commit("c--b--1");
        }
        sandbox.write(
            "n/=config.toml",
            url("jo") + "password_env = \"MAIL_PASSWORD\"\n",
        );
        let ended = sandbox
            .poll()
            .env("MAIL_PASSWORD", "s3cret-wr0ng")
            .stderr_has("answered AUTH with 535")
            .any_stderr()
            .code(1);
        let log = sandbox.larch(["log", "n", "--json"]).any_stdout().ok();
        let check = sandbox
            .larch(["check", "n"])
            .any_stdout()
            .any_stderr()
            .output();
        for text in [ended.stderr, log.stdout, check.stdout, check.stderr] {
            assert!(!text.contains("s3cret"), "{text}");
        }
        assert_eq!(told(&server), [""; 0]);
        // It waits for better settings.
        sandbox
            .poll()
            .clock_ahead(10 * MINUTE)
            .env("MAIL_PASSWORD", "s3cret-p@ss")
            .any_stderr()
            .ok();
        assert_eq!(told(&server), ["al@example.org"]);
    }
}

#[test]
fn what_is_missing_for_a_password_is_said_before_anything_is_sent() {
    let sandbox = Sandbox::new();
    let server = Smtp::with(&sandbox, "--login jo:secret");
    let transport = format!(
        "[mail]\ntransport = \"smtp://jo@127.0.0.1:{}\"\n",
        server.port()
    );
    sandbox.write("open", "secret\n");
    sandbox.chmod("open", 0o644);
    let path = |name| format!("password_file = \"{}\"\n", sandbox.path(name).display());
    let cases = [
        (
            String::new(),
            "names the user `jo`, and there is no password",
        ),
        (path("none"), "cannot read"),
        (path("open"), "chmod 600"),
        ("password_env = \"NONE\"\n".to_owned(), "the variable NONE"),
        (
            "ca_file = \"open\"\npassword_env = \"HOME\"\n".to_owned(),
            "cannot read certificates",
        ),
    ];
    watch(&sandbox, ACTION, "");
    for (more, words) in cases {
        sandbox.write("n/=config.toml", transport.clone() + &more);
        sandbox.larch(["check", "n"]).stdout_has(words).code(1);
        sandbox.poll().any_stderr().code(1);
        assert_eq!(server.connections(), 0);
    }
    sandbox.write("n/=config.toml", transport + "password_env = \"PW\"\n");
    // A line on the loopback needs no encryption.
    sandbox.poll().env("PW", "secret").any_stderr().ok();
    assert_eq!(told(&server), ["al@example.org"]);
}

#[test]
fn a_password_is_not_told_on_a_line_that_others_may_read() {
    let sandbox = Sandbox::new();
    let server = Smtp::with(&sandbox, "--login jo:secret");
    // The same server, at an address that is not known for being here.
    let place = format!("jo:secret@[::ffff:127.0.0.1]:{}", server.port());
    for query in ["", "?tls=opportunistic"] {
        let sandbox = Sandbox::new();
        let settings = format!("[mail]\ntransport = \"smtp://{place}{query}\"\n");
        watch(&sandbox, ACTION, &settings);
        sandbox.chmod("n/=config.toml", 0o600);
        let ended = sandbox
            .poll()
            .stderr_has("would be told the password on a line that is not encrypted")
            .code(1);
        assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
    }
    assert_eq!(server.connections(), 2);
    assert_eq!(told(&server), [""; 0]);
}
