//! Attempts: a claim, what the action does, and what follows for the part.

use std::time::Duration;

use super::deliver::Deliverer;
use super::failures::Death;
use super::hooks::AttemptEnd;
use super::retry::{Next, after_failure, latest};
use crate::action::{Ended, Outcome, Share};
use crate::clock::{Nanos, nanos};
use crate::fault;
use crate::store::{
    Bid, Claim, Claimed, Division, PartState, Result, Settled, Settlement, Store, Tried,
};

/// The most bytes of output that are kept with the attempt, which spares a file for each.
const SHORT: usize = 512;

impl Deliverer<'_> {
    /// Tries a part that was taken from the queue, and goes on with what may run next. A settlement
    /// and the next claim are one transaction.
    pub(super) fn try_parts(&self, store: &mut dyn Store, first: Bid) -> Result<()> {
        let (owner, jobs) = (self.owner(), self.jobs);
        fault::point("before-claim");
        let mut claim = store.claim(&first, owner, jobs, self.now())?;
        let mut bid = first;
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
            let ended = match self.shares_of(&claimed) {
                Some(Ok(shares)) => return self.divide_claimed(store, &claimed, shares),
                Some(Err(outcome)) => Ended::without_output(outcome, Duration::ZERO),
                None => self.runner.run(self.claimer.as_ref(), &claimed),
            };
            fault::point("after-action");
            let kept = self.keep_output(&claimed, &ended);
            let Some(settled) = self.settlements(&claimed, &ended) else {
                let outcome = ended.outcome.to_string();
                return store.release(claimed.own.part, &outcome, self.ground.clock.now());
            };
            let next = self.ended(&bid, &settled);
            fault::point("before-settle");
            let end = AttemptEnd::new(&claimed, &settled, &ended);
            // Nothing is claimed while hooks run: they may take their time, and start polls; nor where
            // this poll ends since an output cannot be kept.
            let next_now = next
                .as_ref()
                .filter(|_| kept.is_ok() && !self.runner.hears_of(&end));
            let next_claim = if let Some(next) = next_now {
                Some(store.settle_and_claim(&settled, next, owner, jobs, self.now())?)
            } else {
                store.settle(&settled)?;
                None
            };
            fault::point("after-settle");
            self.settled(&settled, &claimed, &ended);
            self.runner.ended(&claimed, &end);
            // Whether the output could be kept must not decide whether the items are told again.
            kept?;
            let Some(next) = next else { return Ok(()) };
            claim = match next_claim {
                Some(claim) => claim,
                None => store.claim(&next, owner, jobs, self.now())?,
            };
            bid = next;
        }
    }

    /// Divides a delivery that was claimed whole: nothing was tried.
    fn divide_claimed(
        &self,
        store: &mut dyn Store,
        claimed: &Claimed,
        shares: Vec<Share>,
    ) -> Result<()> {
        let whole = claimed.own.part;
        let division = Division {
            whole,
            lane: claimed.lane,
            shares,
        };
        self.put_in_place(store, &[division])?;
        self.change(|work| {
            work.queue.ended(whole, false);
            work.is_stale = true;
        });
        Ok(())
    }

    /// Keeps what does not go with the settlement.
    fn keep_output(&self, claimed: &Claimed, ended: &Ended) -> Result<()> {
        if ended.output.is_empty() || said(ended).is_some() {
            return Ok(());
        }
        let engine = self.ground.engine;
        engine.keep_output(&claimed.own.uid, claimed.number, &ended.output)
    }

    /// What follows from the end of an attempt, for each part of it; `None` when the poll was told to
    /// stop.
    ///
    /// What was told together is tried again together: when the part that waits longest is due.
    fn settlements(&self, claimed: &Claimed, ended: &Ended) -> Option<Vec<Settled>> {
        if ended.outcome == Outcome::Stopped {
            return None;
        }
        let at = self.ground.clock.now();
        let outcome = ended.outcome.to_string();
        let tried: Vec<&Tried> = std::iter::once(&claimed.own)
            .chain(&claimed.others)
            .collect();
        let nexts: Vec<(PartState, Nanos)> = tried
            .iter()
            .map(|tried| self.follows(tried, &ended.outcome, at))
            .collect();
        let due_at = nexts.iter().map(|(_, due_at)| *due_at).max().unwrap_or(0);
        let settled = tried
            .iter()
            .zip(nexts)
            .enumerate()
            .map(|(place, (tried, (state, _)))| Settled {
                part: tried.part,
                attempt: tried.attempt,
                settlement: Settlement {
                    state,
                    due_at: if state == PartState::Waiting {
                        due_at
                    } else {
                        0
                    },
                    outcome: outcome.clone(),
                    at,
                    // Kept once, with the part that led.
                    output: if place == 0 { ended.output_total } else { 0 },
                    said: said(ended).filter(|_| place == 0),
                },
            });
        Some(settled.collect())
    }

    /// What follows for one part, and when it is due if it waits.
    fn follows(&self, tried: &Tried, outcome: &Outcome, at: Nanos) -> (PartState, Nanos) {
        let settings = &self.ground.config.delivery;
        match outcome {
            Outcome::Success => (PartState::Done, 0),
            failure if failure.is_permanent() => (PartState::Dead, 0),
            failure => match after_failure(tried.first_attempt_at, at, &tried.uid, settings) {
                Next::At(due_at) => {
                    let asked_for = match failure {
                        Outcome::Deferred {
                            not_before: Some(wait),
                            ..
                        } => at.saturating_add(nanos(*wait)).min(latest(at, settings)),
                        _ => 0,
                    };
                    (PartState::Waiting, due_at.max(asked_for))
                }
                Next::Never => (PartState::Dead, 0),
            },
        }
    }

    /// Takes note of the end of an attempt, and takes what may run next.
    fn ended(&self, bid: &Bid, settled: &[Settled]) -> Option<Bid> {
        let goes_on = !self.is_stopped();
        let mut work = self.lock();
        work.attempts += 1;
        for Settled {
            part, settlement, ..
        } in settled
        {
            work.queue.ended(*part, settlement.state.is_open());
        }
        // Others have what was not claimed together with it.
        work.is_stale |= settled.len() <= bid.with.len();
        let next = if goes_on && work.goes_on() && !bid.gathers {
            work.take_ready()
        } else {
            None
        };
        // Waking the others for what is ours costs more than a short message.
        if next.is_none() || work.is_stale || work.queue.has_ready() {
            self.wake_others();
        }
        next
    }

    /// Takes note of a settlement.
    fn settled(&self, settled: &[Settled], claimed: &Claimed, ended: &Ended) {
        let mut work = self.lock();
        // Another process may have added to the store, or left its place to us; and who looked
        // before the settlement saw the part as running.
        work.is_unsure = true;
        work.is_full = false;
        let is_dead = |settled: &&Settled| settled.settlement.state == PartState::Dead;
        let deaths = settled.iter().filter(is_dead);
        work.died
            .extend(deaths.filter_map(|dead| Death::of(dead.part, claimed, ended)));
    }
}

/// The output of an attempt that is settled, if it is short.
fn said(ended: &Ended) -> Option<Vec<u8>> {
    let is_settled = ended.outcome != Outcome::Stopped;
    let is_short = (1..=SHORT).contains(&ended.output.len());
    (is_settled && is_short).then(|| ended.output.clone())
}
