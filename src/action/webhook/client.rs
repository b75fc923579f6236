//! Posting to a host, within a time, and reading no more of its answer than is kept.

use std::io::{ErrorKind, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ureq::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use ureq::{Agent, Body, Error};

use super::target::Target;
use crate::action::Outcome;
use crate::config::format_duration;
use crate::http::{CONNECT, agent, is_broken, redirected};

/// How long `stop` may go unseen.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

const REDIRECTIONS: usize = 5;

/// The most bytes of an answer that are read; what comes after them changes nothing.
const LONGEST: u64 = 64 << 10;

/// What one attempt posts.
pub(super) struct Post {
    /// Where to.
    pub(super) target: Arc<Target>,
    /// The headers.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub(super) body: Vec<u8>,
    /// How long it may take until the answer is there.
    pub(super) limit: Duration,
    /// The most bytes that are kept of the answer.
    pub(super) output_limit: u64,
}

/// What the host answered.
pub(super) struct Answer {
    /// The status.
    pub(super) status: StatusCode,
    /// The header `Retry-After`.
    pub(super) retry_after: Option<String>,
    /// The header `Location`.
    pub(super) location: Option<String>,
    /// The body, as much of it as is kept.
    pub(super) body: Vec<u8>,
}

/// Why there is no answer.
pub(super) enum Failure {
    /// The poll is to stop.
    Stopped,
    /// In words that go on after the host.
    Failed(String),
}

impl Failure {
    /// What it means for the delivery.
    pub(super) fn outcome(self, target: &Target) -> Outcome {
        match self {
            Self::Stopped => Outcome::Stopped,
            Self::Failed(why) => Outcome::deferred(format!("{} {why}", target.host())),
        }
    }
}

/// Posts, over connections that are kept for the next post.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
}

impl Client {
    /// Keeps at most so many `connections` open.
    pub(super) fn new(connections: usize) -> Self {
        Self {
            agent: agent(connections, CONNECT),
        }
    }

    /// Posts, and waits for the answer. Told to stop, it lets go of the request, which ends by its
    /// own limit.
    pub(super) fn post(&self, post: Post, stop: &AtomicBool) -> Result<Answer, Failure> {
        let agent = self.agent.clone();
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("webhook".to_owned())
            // Who does not wait any more does not listen.
            .spawn(move || sender.send(follow(&agent, &post)).unwrap_or_default())
            .map_err(|error| {
                Failure::Failed(format!("was not asked: no thread can be started: {error}"))
            })?;
        loop {
            match receiver.recv_timeout(LOOK_FOR_STOP) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return Err(Failure::Stopped),
            }
        }
    }
}

/// Posts, and once more where the host says that it is elsewhere on it.
fn follow(agent: &Agent, post: &Post) -> Result<Answer, Failure> {
    let until = Instant::now() + post.limit;
    let mut url = post.target.url().to_owned();
    for _ in 0..=REDIRECTIONS {
        let response = match send(agent, post, &url, until) {
            // The host has closed a connection that waited to be used again.
            Err(Error::Io(error)) if is_broken(&error) => send(agent, post, &url, until),
            response => response,
        };
        let response = response.map_err(|error| Failure::Failed(said(&error, post.limit)))?;
        let location = text_of(&response, &header::LOCATION);
        let keeps_the_post = matches!(
            response.status(),
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
        );
        let to = location.as_deref().filter(|_| keeps_the_post);
        match to.and_then(|to| redirected(&url, to)) {
            Some(to) => url = to,
            None => return read(post, response, location),
        }
    }
    Err(Failure::Failed("redirects again and again".to_owned()))
}

fn send(agent: &Agent, post: &Post, url: &str, until: Instant) -> Result<Response<Body>, Error> {
    let mut request = Request::post(url);
    for (name, value) in &post.headers {
        request = request.header(name, value);
    }
    let left = until.saturating_duration_since(Instant::now());
    let request = agent
        .configure_request(request.body(post.body.as_slice())?)
        .timeout_global(Some(left))
        .build();
    agent.run(request)
}

/// Reads the answer. One that says yes counts only whole: who breaks off may not have done it.
fn read(
    post: &Post,
    response: Response<Body>,
    location: Option<String>,
) -> Result<Answer, Failure> {
    let status = response.status();
    let retry_after = text_of(&response, &header::RETRY_AFTER);
    let mut body = Vec::new();
    let mut reader = response.into_body().into_reader().take(LONGEST);
    if let Err(error) = reader.read_to_end(&mut body)
        && status.is_success()
    {
        let error = Error::from(error);
        return Err(Failure::Failed(match &error {
            Error::Timeout(_) => said(&error, post.limit),
            error => format!("answered {status}, and broke off: {error}"),
        }));
    }
    body.truncate(post.output_limit.try_into().unwrap_or(usize::MAX));
    Ok(Answer {
        status,
        retry_after,
        location,
        body,
    })
}

fn text_of(response: &Response<Body>, name: &HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Why there is no answer, in words that go on after the host.
fn said(error: &Error, limit: Duration) -> String {
    match error {
        Error::Timeout(ureq::Timeout::Connect) if CONNECT < limit => {
            format!("does not let us in within {}", format_duration(CONNECT))
        }
        Error::Timeout(_) => format!("gave no answer within {}", format_duration(limit)),
        Error::HostNotFound => "is not known by any name server".to_owned(),
        Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "closed the connection without an answer".to_owned()
        }
        Error::Io(error) => format!("cannot be reached: {error}"),
        error => format!("gave no answer that HTTP knows: {error}"),
    }
}
