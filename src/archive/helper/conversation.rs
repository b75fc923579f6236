//! A conversation with a helper: requests, their answers, and what is no answer.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::fault::{Broken, Failure, Fault};
use super::process::{Process, Step};
use super::protocol::{Answer, FailedKind, Line, PROTOCOL, Request};

/// How long a request to stop may go unseen.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// How long a helper that says nothing more may take to end.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// The most that one request may bring.
const LONGEST_ANSWER: usize = 64 << 20;

/// A helper that has said hello.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    process: Process,
    requests: u64,
    limit: Duration,
    stop: &'a AtomicBool,
    capabilities: Capabilities,
}

/// What a helper can do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Capabilities {
    /// It gives positions, and lists what came since one.
    pub(super) since: bool,
    /// It knows something of revisions.
    pub(super) describe: bool,
    /// It tells all that it knows of revisions.
    pub(super) tell: bool,
    /// It has logs of revisions.
    pub(super) log: bool,
    /// Its categories are git repositories that are read elsewhere.
    pub(super) delegates: bool,
    /// Those may be on this machine.
    pub(super) delegates_local: bool,
}

impl<'a> Conversation<'a> {
    /// Starts the program and says hello.
    pub(super) fn start(
        program: &Path,
        hello: &Request<'_>,
        limit: Duration,
        stop: &'a AtomicBool,
    ) -> Result<Self, Broken> {
        let process = Process::start(program).map_err(|error| Broken {
            fault: Fault::NotRun(error.to_string()),
            said: String::new(),
        })?;
        let mut conversation = Self {
            process,
            requests: 0,
            limit,
            stop,
            capabilities: Capabilities::default(),
        };
        match conversation.greet(hello) {
            Ok(capabilities) => {
                conversation.capabilities = capabilities;
                Ok(conversation)
            }
            Err(Failure::Fault(fault)) => Err(conversation.over(fault)),
            Err(Failure::Refused(failed)) => {
                let fault = match failed.kind {
                    FailedKind::Unreachable => Fault::Unreachable(failed.message),
                    _ => Fault::Wrong(failed.message),
                };
                Err(conversation.over(fault))
            }
        }
    }

    fn greet(&mut self, hello: &Request<'_>) -> Result<Capabilities, Failure> {
        let mut has = Capabilities::default();
        let end = self.ask(hello, &mut |_| Ok(false))?;
        match end.protocol {
            Some(PROTOCOL) => {}
            Some(other) => return Err(Fault::Version(other).into()),
            None => {
                return Err(
                    Fault::Wrong("its answer to hello names no protocol".to_owned()).into(),
                );
            }
        }
        for word in &end.capabilities {
            match word.as_str() {
                "since" => has.since = true,
                "describe" => has.describe = true,
                "tell" => has.tell = true,
                "log" => has.log = true,
                "delegates" => has.delegates = true,
                "delegates-local" => has.delegates_local = true,
                // What this release does not know it does not ask for.
                _ => {}
            }
        }
        Ok(has)
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Asks, hands each line of the answer to `take`, and returns the last one.
    ///
    /// `take` says whether the line belongs into an answer to this request. After a fault nothing
    /// more can be asked.
    pub(super) fn ask(
        &mut self,
        request: &Request<'_>,
        take: &mut dyn FnMut(Answer) -> Result<bool, Fault>,
    ) -> Result<Answer, Failure> {
        self.requests += 1;
        let id = self.requests;
        let line = serde_json::to_vec(&Line { id, request })
            .map_err(|error| Fault::NotRun(error.to_string()))?;
        self.process.say(&line);
        let begun = Instant::now();
        let mut length = 0;
        loop {
            let line = self.next_line(request, begun)?;
            length += line.len();
            if length > LONGEST_ANSWER {
                return Err(Fault::LongAnswer {
                    request: request.word(),
                    most: LONGEST_ANSWER,
                }
                .into());
            }
            let mut answer = parse(&line)?;
            if answer.id != id {
                return Err(Fault::Id {
                    asked: id,
                    answered: answer.id,
                }
                .into());
            }
            if let Some(failed) = answer.error.take() {
                return Err(Failure::Refused(failed));
            }
            if answer.end {
                return Ok(answer);
            }
            if !take(answer)? {
                return Err(Fault::Stray {
                    request: request.word(),
                    line: shown(&line),
                }
                .into());
            }
        }
    }

    fn next_line(&mut self, request: &Request<'_>, begun: Instant) -> Result<Vec<u8>, Fault> {
        let request = request.word();
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Fault::Stopped);
            }
            let limit = self.limit;
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(Fault::TooSlow { request, limit });
            }
            match self.process.step(left.min(LOOK_FOR_STOP)) {
                Ok(Step::Line(line)) => return Ok(line),
                Ok(Step::Nothing) => {}
                Ok(Step::LongLine) => return Err(Fault::LongLine),
                Ok(Step::Ended) => {
                    return Err(Fault::Ended {
                        request,
                        status: None,
                    });
                }
                Err(error) => return Err(Fault::NotRun(error.to_string())),
            }
        }
    }

    /// Ends the helper, which is not asked any more.
    pub(super) fn over(self, fault: Fault) -> Broken {
        match fault {
            Fault::Ended { request, .. } => {
                let (status, said) = self.process.end(LAST_BREATH);
                let fault = Fault::Ended { request, status };
                Broken { fault, said }
            }
            fault => {
                let (_, said) = self.process.end(Duration::ZERO);
                Broken { fault, said }
            }
        }
    }
}

fn parse(line: &[u8]) -> Result<Answer, Fault> {
    let problem = |problem: String| Fault::NoJson {
        problem,
        line: shown(line),
    };
    // serde would take an array for a structure, too.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(problem("it is no object".to_owned()));
    }
    serde_json::from_slice(line).map_err(|error| problem(error.to_string()))
}

/// The beginning of a line, fit to be printed.
fn shown(line: &[u8]) -> String {
    const ENOUGH: usize = 100;
    let text = String::from_utf8_lossy(&line[..line.len().min(ENOUGH)]);
    let dots = if line.len() > ENOUGH { "…" } else { "" };
    format!("{}{dots}", text.escape_debug())
}
