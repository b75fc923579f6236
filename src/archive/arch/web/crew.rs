//! Many requests, a few at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::answer::Answer;
use super::client::{Client, Request};
use super::failure::Failure;

/// How long `stop` may go unseen.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// Threads that ask for us, while we can be told to stop.
#[derive(Debug)]
pub(super) struct Crew<'a> {
    pub(super) client: Arc<Client>,
    /// The most requests at once.
    pub(super) jobs: usize,
    /// Turns true when reading is to end early.
    pub(super) stop: &'a AtomicBool,
}

type Queue = Mutex<VecDeque<(usize, Request)>>;

impl Crew<'_> {
    /// Asks for one file.
    pub(super) fn ask(&self, request: Request) -> Result<Answer, Failure> {
        let mut answer = None;
        self.ask_all(vec![request], &mut |_, each| answer = Some(each))?;
        answer.unwrap_or_else(|| Err(self.stopped()))
    }

    /// Asks for files, and hands each answer to `take` as it comes, with the request's place.
    ///
    /// Told to stop, it lets go of the requests that are under way: they end by their own limits.
    pub(super) fn ask_all(
        &self,
        requests: Vec<Request>,
        take: &mut dyn FnMut(usize, Result<Answer, Failure>),
    ) -> Result<(), Failure> {
        let mut unanswered = requests.len();
        if unanswered == 0 {
            return Ok(());
        }
        let jobs = self.jobs.clamp(1, unanswered);
        let queue: Arc<Queue> = Arc::new(Mutex::new(requests.into_iter().enumerate().collect()));
        // A few answers may wait to be taken, not all of them.
        let (sender, receiver) = mpsc::sync_channel(jobs);
        for number in 0..jobs {
            let (client, queue, sender) = (self.client.clone(), queue.clone(), sender.clone());
            let work = move || {
                while let Some((place, request)) = next(&queue) {
                    if sender.send((place, client.ask(&request))).is_err() {
                        break;
                    }
                }
            };
            let thread = thread::Builder::new().name("web".to_owned()).spawn(work);
            if let Err(error) = thread
                && number == 0
            {
                return Err(Failure::Host {
                    host: self.client.host().to_owned(),
                    said: format!("no thread can be started to ask it: {error}"),
                });
            }
        }
        drop(sender);
        while unanswered > 0 {
            match receiver.recv_timeout(LOOK_FOR_STOP) {
                Ok((place, answer)) => {
                    take(place, answer);
                    unanswered -= 1;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.stopped()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.stop.load(Ordering::Relaxed) {
                queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return Err(self.stopped());
            }
        }
        Ok(())
    }

    fn stopped(&self) -> Failure {
        Failure::Stopped {
            host: self.client.host().to_owned(),
        }
    }
}

fn next(queue: &Queue) -> Option<(usize, Request)> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.pop_front()
}
