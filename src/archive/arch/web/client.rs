//! One request to the server that has the archive.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ureq::http::{Method, Response, header};
use ureq::{Agent, Body, Error};

use super::address::Address;
use super::answer::{self, Answer};
use super::failure::Failure;
use super::seen::Seen;
use crate::archive::Options;
use crate::http::{CONNECT, agent, is_broken, is_redirection, redirected};

const REDIRECTIONS: usize = 5;

/// Asks for the files of one archive.
///
/// It speaks to the registered host alone: other hosts are not redirected to, and no proxy is asked.
/// Once the host failed to answer it is not asked again.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    address: Address,
    limit: Duration,
    failed: OnceLock<Failure>,
}

/// A request for one file.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The file's path below the archive's root.
    pub(super) file: String,
    /// What is asked of it.
    pub(super) wish: Wish,
}

/// What is asked of a file.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// All of it.
    Whole,
    /// All of it, if it is another than the one that was seen.
    Changed(Seen),
    /// Whether there is something in it.
    Content,
}

impl Client {
    pub(super) fn new(address: Address, options: &Options) -> Self {
        Self {
            agent: agent(options.jobs, CONNECT.min(options.timeout)),
            address,
            limit: options.timeout,
            failed: OnceLock::new(),
        }
    }

    /// The URL of a file below the root, as it may be shown.
    pub(super) fn url(&self, file: &str) -> String {
        self.address.url(file)
    }

    /// The host, as it may be shown.
    pub(super) fn host(&self) -> &str {
        self.address.host()
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, Failure> {
        if let Some(failure) = self.failed.get() {
            return Err(failure.clone());
        }
        let answer = self.follow(request);
        match &answer {
            Err(failure) if failure.is_of_the_host() => {
                Err(self.failed.get_or_init(|| failure.clone()).clone())
            }
            _ => answer,
        }
    }

    fn follow(&self, request: &Request) -> Result<Answer, Failure> {
        let until = Instant::now() + self.limit;
        let mut url = self.address.url(&request.file);
        for _ in 0..=REDIRECTIONS {
            let response = match self.send(&url, &request.wish, until) {
                // The server has closed a connection that waited to be used again.
                Err(Error::Io(error)) if is_broken(&error) => self.send(&url, &request.wish, until),
                response => response,
            };
            let response = response.map_err(|error| self.host_failure(error))?;
            if !is_redirection(response.status()) {
                return answer::read(self, &url, &request.wish, response);
            }
            let refused = |said: String| Failure::Refused {
                url: url.clone(),
                said,
            };
            let to = response.headers().get(header::LOCATION);
            let to = to.map(|to| String::from_utf8_lossy(to.as_bytes()));
            let to = to.ok_or_else(|| refused("the server redirects to nowhere".to_owned()))?;
            url = redirected(&url, &to).ok_or_else(|| {
                refused(format!(
                    "the server redirects to `{}`, and only redirections on the same host are followed; \
                     if that is where the archive is now, register it there",
                    to.escape_debug()
                ))
            })?;
        }
        Err(Failure::Refused {
            url,
            said: "the server redirects again and again".to_owned(),
        })
    }

    fn send(&self, url: &str, wish: &Wish, until: Instant) -> Result<Response<Body>, Error> {
        let method = match wish {
            Wish::Content => Method::HEAD,
            Wish::Whole | Wish::Changed(_) => Method::GET,
        };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if let Some(authorization) = self.address.authorization() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Wish::Changed(seen) = wish {
            for (name, value) in seen.conditions() {
                request = request.header(name, value);
            }
        }
        let left = until.saturating_duration_since(Instant::now());
        let request = self
            .agent
            .configure_request(request.body(())?)
            .timeout_global(Some(left))
            .build();
        self.agent.run(request)
    }

    /// The failure to answer in time.
    pub(super) fn too_slow(&self) -> Failure {
        Failure::TooSlow {
            host: self.host().to_owned(),
            limit: self.limit,
        }
    }

    fn host_failure(&self, error: Error) -> Failure {
        let said = match error {
            Error::Timeout(ureq::Timeout::Connect) if CONNECT < self.limit => {
                format!("it does not let us in within {CONNECT:?}")
            }
            Error::Timeout(_) => return self.too_slow(),
            Error::HostNotFound => "no such host is known".to_owned(),
            Error::Io(error) => error.to_string(),
            error => error.to_string(),
        };
        Failure::Host {
            host: self.host().to_owned(),
            said,
        }
    }
}
