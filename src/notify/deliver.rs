//! Delivering what is owed: workers that claim, attempt and settle, until nothing is due that
//! nobody else runs.
//!
//! A kill before a claim leaves the part owed. A kill after it leaves a claim whose owner is dead:
//! whoever finds it takes it over, ends what lives on of the action, and gives the part back; so an
//! action that had just succeeded is repeated, and that is the one way to be told twice. A kill
//! after the settlement leaves nothing to do.

use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::ground::Ground;
use super::problems;
use super::queue::Queue;
use super::report::Problem;
use super::retry::{Next, after_failure};
use super::runner::{GRACE, Runner};
use crate::action::{self, Commands, Ended, Outcome};
use crate::clock::Nanos;
use crate::fault;
use crate::store::{
    Claim, Claimed, Claimer, OpenPart, PartId, PartState, Result, Settled, Settlement, Store,
    StoreError,
};

/// What the workers of one poll share.
pub(super) struct Deliverer<'a> {
    ground: Ground<'a>,
    commands: &'a Commands,
    jobs: usize,
    /// What was due when the poll began; what fails now is due later.
    began: Nanos,
    claimer: Box<dyn Claimer>,
    runner: Runner<'a>,
    work: Mutex<Work>,
    wake: Condvar,
}

/// The state of the work, under one lock.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told to the workers by itself"
)]
struct Work {
    queue: Queue,
    /// The store holds what the queue does not show.
    is_stale: bool,
    /// Something ended since the last look: look once more before giving up.
    is_unsure: bool,
    /// As many actions as may, run in all processes together.
    is_full: bool,
    /// Parts that were taken from the queue and have not ended.
    running: usize,
    /// Scans go on that may bring more.
    more_to_come: bool,
    died: Vec<Problem>,
    attempts: usize,
    failure: Option<StoreError>,
}

/// What the workers did.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) died: Vec<Problem>,
    pub(super) attempts: usize,
}

impl<'a> Deliverer<'a> {
    /// Workers that run at most `jobs` actions at once, those of other processes included.
    pub(super) fn new(ground: Ground<'a>, commands: &'a Commands, jobs: usize) -> Result<Self> {
        Ok(Self {
            ground,
            commands,
            jobs,
            began: ground.clock.now(),
            claimer: ground.engine.claimer()?,
            runner: Runner::new(ground, commands),
            work: Mutex::new(Work {
                is_stale: true,
                more_to_come: true,
                ..Work::default()
            }),
            wake: Condvar::new(),
        })
    }

    /// A scan has ended that may have brought more.
    pub(super) fn more_came(&self) {
        let mut work = self.lock();
        work.is_stale = true;
        // Whoever ran as many actions as may did not see what has just come, and may have left.
        work.is_full = false;
        drop(work);
        self.wake.notify_all();
    }

    /// No scan goes on any more.
    pub(super) fn no_more_to_come(&self) {
        self.lock().more_to_come = false;
        self.wake.notify_all();
    }

    /// What was done, when all workers have ended.
    pub(super) fn finish(self) -> Result<Delivered> {
        let work = self
            .work
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match work.failure {
            Some(error) => Err(error),
            None => Ok(Delivered {
                died: work.died,
                attempts: work.attempts,
            }),
        }
    }

    /// Works until nothing is due that nobody else runs. Each worker has a thread of its own.
    pub(super) fn work(&self) {
        let worked = self.ground.engine.connect().and_then(|mut store| {
            while let Some(part) = self.next(store.as_mut())? {
                self.try_parts(store.as_mut(), part)?;
            }
            Ok(())
        });
        if let Err(error) = worked {
            self.lock().failure.get_or_insert(error);
        }
        self.wake.notify_all();
    }

    /// Now, and not before the poll began: what was due then is due, though the clock was set back.
    fn now(&self) -> Nanos {
        self.ground.clock.now().max(self.began)
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a part that may run. `None` when there is none, and none can come.
    fn next(&self, store: &mut dyn Store) -> Result<Option<PartId>> {
        let mut work = self.lock();
        loop {
            if work.failure.is_some() || self.ground.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if !work.is_full
                && let Some(part) = work.queue.take()
            {
                work.running += 1;
                return Ok(Some(part));
            }
            let exhausted = work.running == 0;
            if !work.is_full && (work.is_stale || (exhausted && work.is_unsure)) {
                work.queue = self.look(store)?;
                (work.is_stale, work.is_unsure) = (false, false);
                // Others may run now what was just found.
                self.wake.notify_all();
                continue;
            }
            if exhausted && !work.more_to_come {
                if !(work.is_full && self.free_the_dead(store)?) {
                    return Ok(None);
                }
                // Who filled the places died, and does not look again.
                (work.is_full, work.is_stale) = (false, true);
                continue;
            }
            work = self.wake.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Looks at all open parts, after giving back what the dead left.
    fn look(&self, store: &mut dyn Store) -> Result<Queue> {
        self.free_the_dead(store)?;
        let parts = store.open_parts()?;
        let unknown = |part: &OpenPart| self.commands.find(part.action.command()).is_err();
        Ok(Queue::new(parts, self.began, &unknown))
    }

    /// Gives back the parts whose claimers are dead, after the end of what they started. Returns
    /// whether there were any.
    fn free_the_dead(&self, store: &mut dyn Store) -> Result<bool> {
        let claims = store.claims()?;
        let mut gave_back = false;
        for claim in claims {
            if claim == self.claimer.name() || self.ground.engine.is_alive(&claim)? {
                continue;
            }
            // Noted again before it is ours: should we die too, the next one has to know.
            let noted = self.ground.engine.noted(&claim)?;
            for (part, group) in &noted {
                self.claimer.note(*part, group)?;
            }
            for left in store.take_over(&claim, self.claimer.name())? {
                fault::point("after-take-over");
                let group = noted.iter().rfind(|(part, _)| *part == left.part);
                action::end_left_over(group.map(|(_, group)| group), &left.uid, GRACE);
                store.release(left.part, "its poll died", self.ground.clock.now())?;
                fault::point("after-release");
                gave_back = true;
            }
        }
        Ok(gave_back)
    }

    /// Tries a part that was taken from the queue, and goes on with what may run next. A settlement
    /// and the next claim are one transaction.
    fn try_parts(&self, store: &mut dyn Store, first: PartId) -> Result<()> {
        let _running = Running(self);
        let (owner, jobs) = (self.claimer.name(), self.jobs);
        fault::point("before-claim");
        let mut claim = store.claim(first, owner, jobs, self.now())?;
        loop {
            let claimed = match claim {
                Claim::Ours(claimed) => claimed,
                Claim::Taken => {
                    self.lock().is_stale = true;
                    return Ok(());
                }
                Claim::Full => {
                    self.lock().is_full = true;
                    return Ok(());
                }
            };
            fault::point("after-claim");
            let ended = self.runner.run(self.claimer.as_ref(), &claimed);
            fault::point("after-action");
            let kept = self.keep_output(&claimed, &ended);
            let Some(settlement) = self.settlement(&claimed, &ended) else {
                let outcome = ended.outcome.to_string();
                return store.release(claimed.id, &outcome, self.ground.clock.now());
            };
            let next = self.ended(claimed.id, settlement.state);
            fault::point("before-settle");
            let settled = Settled {
                part: claimed.id,
                attempt: claimed.attempt,
                settlement,
            };
            let next_claim = if let Some(next) = next {
                Some(store.settle_and_claim(&settled, next, owner, jobs, self.now())?)
            } else {
                store.settle(&settled)?;
                None
            };
            fault::point("after-settle");
            self.settled(&settled, &claimed, &ended);
            // Whether the output could be kept must not decide whether the items are told again.
            kept?;
            match next_claim {
                Some(next) => claim = next,
                None => return Ok(()),
            }
        }
    }

    fn keep_output(&self, claimed: &Claimed, ended: &Ended) -> Result<()> {
        if ended.output.is_empty() {
            return Ok(());
        }
        let Claimed { uid, number, .. } = claimed;
        self.ground.engine.keep_output(uid, *number, &ended.output)
    }

    /// What follows from the end of an attempt; `None` when the poll was told to stop.
    fn settlement(&self, claimed: &Claimed, ended: &Ended) -> Option<Settlement> {
        let at = self.ground.clock.now();
        let settings = &self.ground.config.delivery;
        let (state, due_at) = match &ended.outcome {
            Outcome::Success => (PartState::Done, 0),
            Outcome::Stopped => return None,
            failure if failure.is_permanent() => (PartState::Dead, 0),
            _ => match after_failure(claimed.first_attempt_at, at, &claimed.uid, settings) {
                Next::At(due_at) => (PartState::Waiting, due_at),
                Next::Never => (PartState::Dead, 0),
            },
        };
        Some(Settlement {
            state,
            due_at,
            outcome: ended.outcome.to_string(),
            at,
            output: ended.output_total,
        })
    }

    /// Takes note of the end of an attempt, and takes what may run next.
    fn ended(&self, part: PartId, state: PartState) -> Option<PartId> {
        let lane_goes_on = matches!(state, PartState::Done | PartState::Dead);
        let mut work = self.lock();
        work.attempts += 1;
        work.queue.ended(part, !lane_goes_on);
        let goes_on = work.failure.is_none() && !self.ground.stop.load(Ordering::Relaxed);
        let next = if goes_on { work.queue.take() } else { None };
        drop(work);
        // What was held back by this may be for others to run.
        self.wake.notify_all();
        next
    }

    /// Takes note of a settlement.
    fn settled(&self, settled: &Settled, claimed: &Claimed, ended: &Ended) {
        let mut work = self.lock();
        // Another process may have added to the store, or left its place to us; and who looked
        // before the settlement saw the part as running.
        work.is_unsure = true;
        work.is_full = false;
        if settled.settlement.state == PartState::Dead {
            let death = problems::death(self.ground.dir.path(), claimed, ended);
            work.died.push(death);
        }
    }
}

/// A part that was taken from the queue. However its attempt ends, the other workers hear of it.
struct Running<'r, 'a>(&'r Deliverer<'a>);

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.wake.notify_all();
    }
}
