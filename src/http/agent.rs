//! The agent that sends requests.

use std::io;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

const USER_AGENT: &str = concat!("larch/", env!("CARGO_PKG_VERSION"));

/// How long a host may take to let us in, if requests may take longer.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);

/// Sends requests, and keeps at most so many `connections` open for the next ones. No answer is an
/// error for its status, and no redirection is followed.
pub(crate) fn agent(connections: usize, connect: Duration) -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(connections)
        .max_idle_connections_per_host(connections)
        .proxy(None)
        .timeout_connect(Some(connect))
        .tls_config(tls)
        .user_agent(USER_AGENT)
        .build()
        .new_agent()
}

/// Whether the other side has closed the connection, as it may one that waited to be used again.
pub(crate) fn is_broken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::UnexpectedEof
    )
}
