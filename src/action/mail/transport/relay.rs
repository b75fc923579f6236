//! A relay: where it is, and how it is spoken to.

use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use super::tls;
use crate::action::{Means, means};
use crate::causes::with_causes;
use crate::config::{MailSettings, Secret, SmtpServer, Tls, read_secret};

/// A relay: where it is, and how it is spoken to.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) server: SmtpServer,
    /// What it is called in messages to people, without user and password.
    pub(super) shown: String,
    /// What we call ourselves.
    pub(super) hello: ClientId,
    /// Who we are, where it asks.
    pub(super) credentials: Option<Credentials>,
    /// The longest time for one step.
    pub(super) step: Duration,
    authorities: Vec<CertificateDer<'static>>,
    trust: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Relay {
    /// Reads the files that the settings name; else says what is wrong with them.
    pub(super) fn new(server: &SmtpServer, means: &Means) -> Result<Self, String> {
        let settings = &means.config.mail;
        let authorities = settings.ca_file.as_deref().map(tls::authorities);
        Ok(Self {
            shown: shown(server),
            hello: hello(server),
            credentials: credentials(server, means)?,
            step: settings.timeout,
            authorities: authorities.transpose()?.unwrap_or_default(),
            trust: OnceLock::new(),
            server: server.clone(),
        })
    }

    /// Whom to trust; the system is asked once.
    pub(super) fn trust(&self) -> Result<Arc<ClientConfig>, String> {
        let trust = || tls::trust(&self.authorities).map_err(|error| error.to_string());
        self.trust.get_or_init(trust).clone()
    }
}

fn shown(server: &SmtpServer) -> String {
    let scheme = match server.tls {
        Tls::Wrapped => "smtps",
        Tls::None | Tls::Opportunistic | Tls::Required => "smtp",
    };
    let SmtpServer { host, port, .. } = server;
    if host.contains(':') {
        format!("{scheme}://[{host}]:{port}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

/// The name that the settings give, or the host's, if it can be one.
fn hello(server: &SmtpServer) -> ClientId {
    if let Some(hello) = &server.hello {
        return ClientId::Domain(hello.clone());
    }
    let host = means::host();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if host.starts_with(|c: char| c.is_ascii_alphanumeric()) && host.chars().all(is_name) {
        ClientId::Domain(host)
    } else {
        ClientId::Ipv4(Ipv4Addr::LOCALHOST)
    }
}

fn credentials(server: &SmtpServer, means: &Means) -> Result<Option<Credentials>, String> {
    let Some(user) = &server.user else {
        let settings = &means.config.mail;
        let key = match (&settings.password_file, &settings.password_env) {
            (Some(_), _) => "password_file",
            (None, Some(_)) => "password_env",
            (None, None) => return Ok(None),
        };
        return Err(format!(
            "[mail] has `{key}`, and its transport names no user whose password it is: write \
             smtp://USER@HOST, or leave out `{key}`"
        ));
    };
    let password = match &server.password {
        Some(password) => password.clone(),
        None => password(user, &means.config.mail, means)?,
    };
    let password = password.expose().to_owned();
    Ok(Some(Credentials::new(user.clone(), password)))
}

/// The password that stands elsewhere than in the transport.
fn password(user: &str, settings: &MailSettings, means: &Means) -> Result<Secret, String> {
    if let Some(file) = &settings.password_file {
        return read_secret(file).map_err(|error| with_causes(&error));
    }
    let Some(variable) = &settings.password_env else {
        return Err(format!(
            "the transport of [mail] names the user `{user}`, and there is no password: `password_file` \
             or `password_env` says where it is"
        ));
    };
    let value = means.environment.get(variable);
    value
        .and_then(|value| value.into_string().ok())
        .map(Secret::new)
        .ok_or_else(|| {
            format!(
                "the variable {variable}, which `password_env` in [mail] names, holds no password"
            )
        })
}
