//! Delivering what is owed: workers that divide, claim, attempt and settle, until nothing is due that
//! nobody else runs.
//!
//! A kill before a claim leaves the part owed. A kill after it leaves a claim whose owner is dead:
//! whoever finds it takes it over, ends what lives on of the action, and gives the part back; so an
//! action that had just succeeded is repeated, and that is the one way to be told twice. A kill
//! after the settlement leaves nothing to do.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::division::{self, AllUndivided, Undivided};
use super::failures::Death;
use super::ground::Ground;
use super::hooks::Hooks;
use super::nature::Natures;
use super::queue::Queue;
use super::runner::{GRACE, Runner};
use crate::action::{self, Commands};
use crate::clock::Nanos;
use crate::fault;
use crate::rules::ActionName;
use crate::store::{Bid, Claimer, OpenPart, PartId, Result, Store, StoreError};

/// What the workers of one poll share.
pub(super) struct Deliverer<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) commands: &'a Commands,
    pub(super) jobs: usize,
    /// What was due when the poll began; what fails now is due later.
    pub(super) began: Nanos,
    pub(super) claimer: Box<dyn Claimer>,
    pub(super) runner: Runner<'a>,
    work: Mutex<Work>,
    wake: Condvar,
}

/// The state of the work, under one lock.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told to the workers by itself"
)]
pub(super) struct Work {
    pub(super) queue: Queue,
    /// Whole deliveries that are to be divided.
    batches: Vec<Vec<OpenPart>>,
    /// Those that workers are dividing.
    dividing: HashSet<PartId>,
    /// Those that stay whole in this poll.
    undivided: AllUndivided,
    /// The store holds what the queue does not show.
    pub(super) is_stale: bool,
    /// Something ended since the last look: look once more before giving up.
    pub(super) is_unsure: bool,
    /// As many actions as may, run in all processes together.
    pub(super) is_full: bool,
    /// Jobs that were taken and have not ended.
    running: usize,
    /// Those of them after which there may be more to gather.
    preparing: usize,
    /// Scans go on that may bring more.
    more_to_come: bool,
    pub(super) died: Vec<Death>,
    pub(super) attempts: usize,
    failure: Option<StoreError>,
}

/// What the workers did.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) died: Vec<Death>,
    pub(super) attempts: usize,
}

/// What a worker does next.
enum Job {
    /// Divides these.
    Divide(Vec<OpenPart>),
    /// Tries this.
    Try(Bid),
}

impl<'a> Deliverer<'a> {
    /// Workers that run at most `jobs` actions at once, those of other processes included.
    pub(super) fn new(
        ground: Ground<'a>,
        commands: &'a Commands,
        hooks: &'a Hooks<'a>,
        jobs: usize,
    ) -> Result<Self> {
        Ok(Self {
            ground,
            commands,
            jobs,
            began: ground.clock.now(),
            claimer: ground.engine.claimer()?,
            runner: Runner::new(ground, commands, hooks),
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
        let mut work = self
            .work
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = work.failure {
            return Err(error);
        }
        work.died.sort_by_key(|death| death.part);
        Ok(Delivered {
            died: work.died,
            attempts: work.attempts,
        })
    }

    /// Works until nothing is due that nobody else runs. Each worker has a thread of its own.
    pub(super) fn work(&self) {
        let worked = self.ground.engine.connect().and_then(|mut store| {
            while let Some(job) = self.next(store.as_mut())? {
                self.run(store.as_mut(), job)?;
            }
            Ok(())
        });
        if let Err(error) = worked {
            self.lock().failure.get_or_insert(error);
        }
        self.wake.notify_all();
    }

    /// Now, and not before the poll began: what was due then is due, though the clock was set back.
    pub(super) fn now(&self) -> Nanos {
        self.ground.clock.now().max(self.began)
    }

    /// The name in our claims.
    pub(super) fn owner(&self) -> &str {
        self.claimer.name()
    }

    /// Whether the poll is to end early.
    pub(super) fn is_stopped(&self) -> bool {
        self.ground.stop.load(Ordering::Relaxed)
    }

    /// Why a delivery is whole still, if its action was asked in this poll.
    pub(super) fn undivided(&self, part: PartId, action: &ActionName) -> Option<Undivided> {
        let work = self.lock();
        let (asked, why) = work.undivided.get(&part)?;
        (asked == action).then(|| why.clone())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state of the work; the other workers hear of it.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Work) -> T) -> T {
        let changed = change(&mut self.lock());
        self.wake.notify_all();
        changed
    }

    /// There is something to do for workers that wait.
    pub(super) fn wake_others(&self) {
        self.wake.notify_all();
    }

    fn run(&self, store: &mut dyn Store, job: Job) -> Result<()> {
        let _running = Running {
            deliverer: self,
            prepares: job.prepares(),
        };
        match job {
            Job::Try(bid) => self.try_parts(store, bid),
            Job::Divide(batch) => {
                let divided: HashSet<PartId> = batch.iter().map(|part| part.id).collect();
                let undivided = self.divide(store, batch)?;
                self.change(|work| {
                    work.dividing.retain(|part| !divided.contains(part));
                    work.undivided.extend(undivided);
                    work.is_stale = true;
                });
                Ok(())
            }
        }
    }

    /// Waits for something to do. `None` when there is nothing, and nothing can come.
    fn next(&self, store: &mut dyn Store) -> Result<Option<Job>> {
        let mut work = self.lock();
        loop {
            if work.failure.is_some() || self.is_stopped() {
                return Ok(None);
            }
            if let Some(job) = work.take() {
                work.running += 1;
                work.preparing += usize::from(job.prepares());
                return Ok(Some(job));
            }
            let exhausted = work.running == 0;
            if !work.is_full && (work.is_stale || (exhausted && work.is_unsure)) {
                self.look(store, &mut work)?;
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
    fn look(&self, store: &mut dyn Store, work: &mut Work) -> Result<()> {
        self.free_the_dead(store)?;
        let parts = store.open_parts()?;
        let natures = Natures::new(self.commands);
        let is_asked = |part: &OpenPart| {
            let undivided = work.undivided.get(&part.id);
            work.dividing.contains(&part.id)
                || undivided.is_some_and(|(action, _)| *action == part.action)
        };
        work.batches = division::to_divide(&parts, &natures, &is_asked, self.began);
        let batches = work.batches.iter().flatten().map(|part| part.id);
        let dividing: HashSet<PartId> = batches.chain(work.dividing.iter().copied()).collect();
        work.queue = Queue::new(parts, self.began, &|part| {
            division::nature_of(part, &natures, &dividing)
        });
        (work.is_stale, work.is_unsure) = (false, false);
        Ok(())
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
}

impl Work {
    /// What is to be done now, if there is anything. What is gathered comes after everything else that
    /// this poll tells, so that one message says all.
    fn take(&mut self) -> Option<Job> {
        if let Some(batch) = self.batches.pop() {
            self.dividing.extend(batch.iter().map(|part| part.id));
            return Some(Job::Divide(batch));
        }
        if self.is_full {
            return None;
        }
        let gathers = !(self.is_stale || self.more_to_come) && self.preparing == 0;
        self.queue.take(gathers).map(Job::Try)
    }

    /// What may be claimed together with a settlement.
    pub(super) fn take_ready(&mut self) -> Option<Bid> {
        self.queue.take(false)
    }

    /// Whether another part may be claimed.
    pub(super) fn goes_on(&self) -> bool {
        self.failure.is_none()
    }
}

impl Job {
    /// Whether there may be more to gather when it has ended.
    fn prepares(&self) -> bool {
        match self {
            Self::Divide(_) => true,
            Self::Try(bid) => !bid.gathers,
        }
    }
}

/// A job that was taken. However it ends, the other workers hear of it.
struct Running<'r, 'a> {
    deliverer: &'r Deliverer<'a>,
    prepares: bool,
}

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        self.deliverer.change(|work| {
            work.running -= 1;
            work.preparing -= usize::from(self.prepares);
        });
    }
}
