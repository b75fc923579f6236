//! The state: what is known, what was told, what is owed.
//!
//! An engine keeps it; [`sqlite`] is the one there is. The traits say what the poll and the
//! operator's commands ask of an engine, each method one transaction. Locks, claims and whether a
//! claimer lives belong to the engine too, since they must hold wherever its state can be reached.

mod error;
mod model;
mod network;
pub mod sqlite;
mod state_dir;

pub use error::StoreError;
pub use model::{
    Again, ArchiveId, ArchiveRow, ArchiveSummary, AttemptId, AttemptRecord, Bid, Claim, Claimed,
    Condition, Counts, DeliveryRecord, Division, Filter, Forgotten, HistoryScan, HostTrouble,
    LaneId, LeftOver, MeetingRecord, OpenPart, PartId, PartRecord, PartState, PendingLine,
    PositionRecord, ReadVersion, Reader, Recorded, ReplayFrom, RuleChanges, RuleId, RuleState,
    RulesFile, ScanPolicy, Settled, Settlement, StoredRule, SubjectId, SubjectRecord, SubjectScan,
    ToldHistory, Tried, Unit, Urgency, WaitingPart, Watched, telling,
};
pub use network::is_network_fs;
pub use state_dir::StateDir;

use std::collections::HashSet;
use std::time::Duration;

use crate::action::{Item, ProcessGroup};
use crate::archive::Look;
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::rules::ActionName;

/// A result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Whom the second action tells, in its order, where it takes over from the first; an empty recipient
/// takes over as a whole delivery. `None`: who is told stays the same.
pub type Heirs<'a> = dyn Fn(&ActionName, &ActionName) -> Option<Vec<String>> + 'a;

/// What the rules files were, and the memory of each line.
pub trait RuleStore {
    /// What is remembered of the four files, from the archives' down.
    fn rules_files(&self) -> Result<[RulesFile; 4]>;

    /// Every line that ever stood in the file of `level`, in the order of their places.
    fn rules(&self, level: Level) -> Result<Vec<StoredRule>>;

    /// Records what changed in the file of `level`, and what it looks like now.
    ///
    /// A line that takes over from an edited one gets what that was told, what it handed down, and
    /// its open deliveries; what is divided already goes to `heirs`. Deliveries of a line that was
    /// removed rest until it returns.
    fn change_rules(
        &mut self,
        level: Level,
        changes: &RuleChanges,
        file: &RulesFile,
        heirs: &Heirs<'_>,
    ) -> Result<()>;

    /// The lines that are to be appended to the file of `level`, in the order of discovery.
    fn pending_lines(&self, level: Level) -> Result<Vec<PendingLine>>;

    /// The lines stand in the file of `level`, which is to be read again.
    fn lines_written(&mut self, level: Level, lines: &[RuleId]) -> Result<()>;

    /// The lines are to be appended again.
    fn restore_lines(&mut self, lines: &[RuleId]) -> Result<()>;
}

/// What is known of archives, and what a scan adds to it.
pub trait ScanStore {
    /// The archives that active rules name.
    fn archives(&self) -> Result<Vec<ArchiveRow>>;

    /// Records that an archive is read under another context (location, settings) or with another
    /// hint. With another context no look at it is trusted; with `globs_before`, those that were in
    /// force, what they kept out and is found in what was listed before counts as there before.
    /// Returns the globs before which all that is not listed since was listed.
    fn set_archive_context(
        &mut self,
        archive: ArchiveId,
        context: &str,
        hint: Option<&str>,
        globs_before: Option<&str>,
    ) -> Result<Option<String>>;

    /// Records when an archive was scanned.
    fn set_scanned_at(&mut self, archive: ArchiveId, at: Nanos) -> Result<()>;

    /// Records that an archive cannot be scanned, or (`None`) that it can again.
    fn set_archive_error(
        &mut self,
        archive: ArchiveId,
        error: Option<&str>,
        at: Nanos,
    ) -> Result<()>;

    /// The watched subjects of an archive at a level, in the order in which they became known.
    fn watched(&self, archive: ArchiveId, level: Level) -> Result<Vec<Watched>>;

    /// The watched subjects of a category at a level, as [`ScanStore::watched`].
    fn watched_in(&self, category: &Name, level: Level) -> Result<Vec<Watched>>;

    /// The watched subjects below an archive of which there is no trusted look.
    fn unlooked(&self, archive: ArchiveId) -> Result<Vec<Name>>;

    /// The categories of an archive that are looked at with everything below them.
    fn units(&self, archive: ArchiveId) -> Result<Vec<Unit>>;

    /// Replaces what is known of `units`, and forgets those in `unwatched`.
    fn set_units(&mut self, archive: ArchiveId, units: &[Unit], unwatched: &[Name]) -> Result<()>;

    /// The watched subjects of an archive whose last scan failed.
    fn failing(&self, archive: ArchiveId) -> Result<Vec<Watched>>;

    /// The items that are known of a subject.
    fn known_parts(&self, subject: SubjectId) -> Result<HashSet<String>>;

    /// Whether a listing of what `name` stands in ever held it.
    fn is_item(&self, name: &Name) -> Result<bool>;

    /// Records that a subject cannot be scanned, or (`None`) that it can again.
    fn set_subject_error(
        &mut self,
        subject: SubjectId,
        error: Option<&str>,
        at: Nanos,
    ) -> Result<()>;

    /// Records that a subject is gone: its parent's listing holds it no more. While a look shows
    /// `look`, if that is clean, it is so still.
    fn set_gone(&mut self, subject: SubjectId, look: Option<&Look>) -> Result<()>;

    /// Records the listings of subjects of one archive and level: their new items, the deliveries
    /// that are owed for them, and the lines to hand down. Durable when it returns.
    ///
    /// `commented` tells whether a line stands commented out in the rules file of the level below.
    fn record(
        &mut self,
        scans: &[SubjectScan],
        policy: &ScanPolicy,
        commented: &dyn Fn(&str) -> bool,
        at: Nanos,
    ) -> Result<Recorded>;
}

/// What actions were told of histories, and what a scan adds to that.
pub trait HistoryStore {
    /// The actions that watch `versions` of a category, with what they were told.
    fn readers(
        &self,
        category: &Name,
        versions: &[SubjectId],
        policy: &ScanPolicy,
    ) -> Result<Vec<Reader>>;

    /// Which of these revisions deliveries to an action name, in any version of the category.
    fn told_of(
        &self,
        category: &Name,
        action: &str,
        revisions: &mut dyn Iterator<Item = &str>,
    ) -> Result<HashSet<String>>;

    /// Whether actions were told of a category's histories.
    fn has_history(&self, category: &Name) -> Result<bool>;

    /// When a revision was first detected in any version of its category, as far as deliveries are
    /// kept.
    fn detected_in_category(&self, revision: &Name) -> Result<Option<Nanos>>;

    /// The last parts of the revisions that deliveries of a version hold, each once, in the order of
    /// the deliveries: those to `action`, or to any; detected at or after `since`; in the delivery
    /// `first`, or a later one.
    fn delivered(
        &self,
        version: SubjectId,
        action: Option<&str>,
        since: Nanos,
        first: Option<&str>,
    ) -> Result<Vec<String>>;

    /// Owes revisions that need not be new, with new ids. Positions stay as they are. Durable when it
    /// returns.
    fn tell_again(&mut self, again: &[Again], max_items: usize, at: Nanos) -> Result<()>;

    /// Records what is new in histories: positions, and the deliveries that are owed. Durable when it
    /// returns.
    ///
    /// What a removed rule is owed, and another version tells now, is owed to it no more.
    fn record_histories(
        &mut self,
        scans: &[HistoryScan],
        policy: &ScanPolicy,
        at: Nanos,
    ) -> Result<Recorded>;
}

/// The hosts that fail.
pub trait HostStore {
    /// All of them.
    fn host_troubles(&self) -> Result<Vec<HostTrouble>>;

    /// Records that a host failed; where it failed already, it does so since then.
    fn set_host_trouble(&mut self, trouble: &HostTrouble) -> Result<()>;

    /// Records that a host does not fail any more.
    fn clear_host(&mut self, name: &str) -> Result<()>;
}

/// What is owed, and who runs it.
pub trait Outbox {
    /// Whether anything is due at `at` or claimed, and whether anything waits after a failure.
    fn urgency(&self, at: Nanos) -> Result<Urgency>;

    /// Makes due at once what waits until after `latest`, or is due later and was made after `at`: the
    /// clock was set back since that was decided.
    fn hasten(&mut self, latest: Nanos, at: Nanos) -> Result<()>;

    /// All open parts whose rules are active, in the order of delivery.
    fn open_parts(&self) -> Result<Vec<OpenPart>>;

    /// The items of a part, oldest first; `None` if it is gone, since another process divided it.
    fn part_items(&self, part: PartId) -> Result<Option<Vec<Item>>>;

    /// Puts parts in the place of whole deliveries. One that `claimer` does not run and somebody else
    /// does, or that is in another lane or not there any more, is left as it is. Durable when it
    /// returns.
    fn divide(&mut self, divisions: &[Division], claimer: &str, at: Nanos) -> Result<()>;

    /// The claimers that have claims, dead or alive.
    fn claims(&self) -> Result<Vec<String>>;

    /// Claims a part for `claimer`, with those of its companions that are to be had, and begins an
    /// attempt, if fewer than `jobs` run.
    fn claim(&mut self, bid: &Bid, claimer: &str, jobs: usize, at: Nanos) -> Result<Claim>;

    /// Ends the attempts of parts that were claimed together, and their claim.
    fn settle(&mut self, settled: &[Settled]) -> Result<()>;

    /// Settles as [`Outbox::settle`] does, and claims another part as [`Outbox::claim`] does.
    fn settle_and_claim(
        &mut self,
        settled: &[Settled],
        next: &Bid,
        claimer: &str,
        jobs: usize,
        at: Nanos,
    ) -> Result<Claim>;

    /// Takes what a dead claimer left over, so that nobody else does.
    fn take_over(&mut self, dead: &str, claimer: &str) -> Result<Vec<LeftOver>>;

    /// Gives a part back as it was before its claim, but for the number of its attempts; and with it
    /// what was claimed with it.
    fn release(&mut self, part: PartId, outcome: &str, at: Nanos) -> Result<()>;
}

/// What the operator's commands read.
pub trait Journal {
    /// How many there are of each.
    fn counts(&self) -> Result<Counts>;

    /// The deliveries that `filter` lets through, oldest first.
    fn deliveries(&self, filter: &Filter) -> Result<Vec<DeliveryRecord>>;

    /// The parts that wait after a failure and whose rules are active, in the order of delivery.
    fn waiting(&self) -> Result<Vec<WaitingPart>>;

    /// The actions that were told something since a time that they had not been told before at the
    /// first try.
    fn recovered(&self, since: Nanos) -> Result<HashSet<String>>;

    /// The items of a delivery, oldest first.
    fn delivery_items(&self, uid: &str) -> Result<Vec<Item>>;

    /// The attempts of a delivery, oldest first.
    fn attempts(&self, uid: &str) -> Result<Vec<AttemptRecord>>;

    /// A subject, if it is known.
    fn subject(&self, name: &Name) -> Result<Option<SubjectRecord>>;

    /// The watched subjects that are gone or failed.
    fn troubled(&self) -> Result<Vec<SubjectRecord>>;

    /// What each action was told of a subject.
    fn positions(&self, subject: SubjectId) -> Result<Vec<PositionRecord>>;

    /// The number and time of detection of an item, if it is known.
    fn item(&self, subject: SubjectId, part: &str) -> Result<Option<(i64, Nanos)>>;

    /// What each rule of a subject is owed of what was there when it met the subject.
    fn meetings(&self, subject: SubjectId) -> Result<Vec<MeetingRecord>>;

    /// How many items of a subject have a number above `after`.
    fn items_after(&self, subject: SubjectId, after: i64) -> Result<usize>;

    /// The item of a subject with the greatest number up to `seq`.
    fn item_at(&self, subject: SubjectId, seq: i64) -> Result<Option<String>>;

    /// All archives that were ever named, with how many of what is known in them.
    fn archive_summaries(&self) -> Result<Vec<ArchiveSummary>>;
}

/// What the operator's commands change.
pub trait Operate {
    /// Makes parts due at once: waiting and held ones, and dead ones, whose age begins anew.
    fn retry(&mut self, parts: &[PartId]) -> Result<usize>;

    /// Drops open and dead parts. One that runs is not dropped.
    fn drop_parts(&mut self, parts: &[PartId], at: Nanos) -> Result<usize>;

    /// Moves the positions of a subject's active actions (or of `action`) back; the next poll owes
    /// what lies behind them again, with new ids. Returns the number of items.
    fn replay(
        &mut self,
        subject: SubjectId,
        action: Option<&str>,
        from: &ReplayFrom,
    ) -> Result<usize>;

    /// The known subjects at and below a name.
    fn below(&self, name: &Name) -> Result<Vec<SubjectRecord>>;

    /// Forgets a subject's items, so that they are new when they are listed again: to every action,
    /// whatever it was owed of the past, since numbers are never used again. What is known of a
    /// category's history is forgotten with the category, and of a version's with the version. Its open deliveries are
    /// dropped, and the lines that larch added for it and a person took out may be added again.
    /// Lines that stand in a file, edited ones too, stay as they are.
    fn forget_subject(&mut self, subject: SubjectId, at: Nanos) -> Result<Forgotten>;

    /// Forgets one item, so that it is new when it is listed again.
    fn forget_item(&mut self, subject: SubjectId, part: &str) -> Result<bool>;

    /// Once a day: removes deliveries that ended before `before`. Returns whether the day was over.
    fn prune(&mut self, before: Nanos, at: Nanos) -> Result<bool>;
}

/// One connection to the state.
pub trait Store:
    RuleStore + ScanStore + HistoryStore + HostStore + Outbox + Journal + Operate + Send
{
}

impl<T: RuleStore + ScanStore + HistoryStore + HostStore + Outbox + Journal + Operate + Send> Store
    for T
{
}

/// A held lock; dropping it lets go.
pub trait Guard: Send {}

/// Whether a claimer lives, and who scans.
pub trait Engine: Sync {
    /// Another connection, for one thread.
    fn connect(&self) -> Result<Box<dyn Store>>;

    /// Takes a lock if it is free.
    fn try_lock(&self, lock: &Lock) -> Result<Option<Box<dyn Guard>>>;

    /// Waits for a lock.
    fn lock(&self, lock: &Lock) -> Result<Box<dyn Guard>>;

    /// How often the bell of an archive was rung.
    fn bell(&self, archive: &str) -> Result<u64>;

    /// Rings the bell of an archive.
    fn ring(&self, archive: &str) -> Result<()>;

    /// A new claimer, which lives until it is dropped or the process dies.
    fn claimer(&self) -> Result<Box<dyn Claimer>>;

    /// The process groups that a claimer noted, the latest last.
    fn noted(&self, claimer: &str) -> Result<Vec<(PartId, ProcessGroup)>>;

    /// Whether the claimer of this name lives.
    fn is_alive(&self, claimer: &str) -> Result<bool>;

    /// Keeps what an attempt printed.
    fn keep_output(&self, part: &str, attempt: u32, output: &[u8]) -> Result<()>;

    /// What an attempt printed, if it is still kept.
    fn output(&self, part: &str, attempt: u32) -> Result<Option<Vec<u8>>>;

    /// Removes what attempts printed, and what dead claimers left, before these times.
    fn sweep(&self, outputs_before: Nanos, claims_before: Nanos) -> Result<()>;
}

/// A process that claims parts.
pub trait Claimer: Send + Sync {
    /// Its name: random, and never used again.
    fn name(&self) -> &str;

    /// Notes the process group of an action that it started, so that whoever takes over the claim of
    /// a dead process can end it.
    fn note(&self, part: PartId, group: &ProcessGroup) -> Result<()>;
}

/// What can be locked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Lock {
    /// An archive, while it is scanned.
    Scan(String),
    /// The place of the one poll that waits for an archive's scan lock.
    Wait(String),
    /// The rules files, while they are read or appended to.
    Rules,
    /// The memory of what was reported.
    Reports,
}

/// How long a writer waits for another one.
pub const BUSY_TIMEOUT: Duration = Duration::from_mins(1);
