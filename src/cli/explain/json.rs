//! An explanation as one JSON object: the facts as words, and beside them the sentences.

use serde::Serialize;

use super::super::delivery::DeliveryJson;
use super::sentences::Sentences;
use crate::clock::rfc3339;
use crate::name::Name;
use crate::notify::operate::{
    Absent, ActionState, AsItem, AsSubject, Detection, Explanation, Line, Outlook, Sent, Told,
    Verdict,
};
use crate::rules::file_name;

#[derive(Serialize)]
pub(super) struct ExplanationJson<'a> {
    name: &'a str,
    level: String,
    last_poll: Option<String>,
    next_scan: Option<String>,
    archive_error: Option<&'a str>,
    excluded: bool,
    item: Option<ItemJson<'a>>,
    subject: Option<SubjectJson<'a>>,
    beside: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct ItemJson<'a> {
    parent: &'a str,
    detection: &'static str,
    detected_at: Option<String>,
    sentence: String,
    rules: Vec<LineJson>,
    absent: Option<AbsentJson>,
    told: Vec<ToldJson<'a>>,
}

#[derive(Serialize)]
struct SubjectJson<'a> {
    items: usize,
    listed_at: Option<String>,
    gone: bool,
    error: Option<&'a str>,
    rules: Vec<LineJson>,
    absent: Option<AbsentJson>,
    actions: Vec<ActionJson<'a>>,
}

#[derive(Serialize)]
struct LineJson {
    file: &'static str,
    line: Option<usize>,
    state: &'static str,
    text: String,
}

#[derive(Serialize)]
struct AbsentJson {
    why: &'static str,
    sentence: String,
}

#[derive(Serialize)]
struct ToldJson<'a> {
    action: &'a str,
    counts: bool,
    deliveries: Vec<SentJson<'a>>,
    verdict: Option<&'static str>,
    sentence: Option<String>,
}

#[derive(Serialize)]
struct ActionJson<'a> {
    action: &'a str,
    told_up_to: Option<&'a str>,
    behind: usize,
    open: Vec<SentJson<'a>>,
}

#[derive(Serialize)]
struct SentJson<'a> {
    part: &'a str,
    outlook: &'static str,
    sentences: Vec<String>,
    delivery: DeliveryJson<'a>,
}

pub(super) fn explanation<'a>(
    found: &'a Explanation,
    sentences: &Sentences,
) -> ExplanationJson<'a> {
    ExplanationJson {
        name: found.name.as_str(),
        level: found.name.level().to_string(),
        last_poll: found.last_poll.map(rfc3339),
        next_scan: found.next_scan.map(rfc3339),
        archive_error: found
            .archive
            .as_ref()
            .and_then(|archive| archive.row.error.as_deref()),
        excluded: found.is_excluded,
        item: found
            .item
            .as_ref()
            .map(|item| self::item(&found.name, item, sentences)),
        subject: found
            .subject
            .as_ref()
            .map(|subject| self::subject(&found.name, subject, sentences)),
        beside: found
            .unknown
            .as_ref()
            .map(|(_, beside)| beside.iter().map(Name::as_str).collect()),
    }
}

fn item<'a>(name: &Name, item: &'a AsItem, sentences: &Sentences) -> ItemJson<'a> {
    let detected_at = match item.detection {
        Detection::Detected(_, at) | Detection::Told(at, _) => Some(rfc3339(at)),
        _ => None,
    };
    ItemJson {
        parent: item.parent.as_str(),
        detection: detection_word(&item.detection),
        detected_at,
        sentence: sentences.detection(name, item),
        rules: item.rules.iter().map(line).collect(),
        absent: absent(item.absent.as_ref(), &item.parent, sentences),
        told: item
            .told
            .iter()
            .map(|one| told(one, &item.parent, sentences))
            .collect(),
    }
}

fn subject<'a>(name: &Name, subject: &'a AsSubject, sentences: &Sentences) -> SubjectJson<'a> {
    let record = subject.record.as_ref();
    SubjectJson {
        items: subject.items,
        listed_at: record.and_then(|record| record.listed_at).map(rfc3339),
        gone: record.is_some_and(|record| record.gone),
        error: record
            .and_then(|record| record.error.as_ref())
            .map(|(error, _)| error.as_str()),
        rules: subject.rules.iter().map(line).collect(),
        absent: absent(subject.absent.as_ref(), name, sentences),
        actions: subject
            .actions
            .iter()
            .map(|one| action(one, sentences))
            .collect(),
    }
}

fn line(line: &Line) -> LineJson {
    LineJson {
        file: file_name(line.rule.level()).unwrap_or_default(),
        line: line.number,
        state: line.state.word(),
        text: line.rule.text(),
    }
}

fn absent(why: Option<&Absent>, subject: &Name, sentences: &Sentences) -> Option<AbsentJson> {
    let why = why?;
    Some(AbsentJson {
        sentence: sentences.absent(why, subject),
        why: match why {
            Absent::Unread => "unread",
            Absent::CommentedOut => "commented-out",
            Absent::Lost => "lost",
            Absent::Removed => "removed",
            Absent::HandedDown(_) => "handed-down-later",
            Absent::HandsNothing(_) => "not-handed-down",
            Absent::NothingAbove => "no-rule",
        },
    })
}

fn told<'a>(told: &'a Told, subject: &Name, sentences: &Sentences) -> ToldJson<'a> {
    ToldJson {
        action: &told.action,
        counts: told.counts,
        deliveries: told.sent.iter().map(|one| sent(one, sentences)).collect(),
        verdict: told.verdict.as_ref().map(|verdict| match verdict {
            Verdict::NoRule => "no-rule",
            Verdict::NextPoll => "next-poll",
            Verdict::Passed(_) => "passed-over",
        }),
        sentence: told
            .verdict
            .as_ref()
            .map(|verdict| sentences.verdict(verdict, told, subject)),
    }
}

fn action<'a>(action: &'a ActionState, sentences: &Sentences) -> ActionJson<'a> {
    ActionJson {
        action: &action.action,
        told_up_to: action.told_up_to.as_ref().map(Name::as_str),
        behind: action.behind,
        open: action.open.iter().map(|one| sent(one, sentences)).collect(),
    }
}

fn sent<'a>(sent: &'a Sent, sentences: &Sentences) -> SentJson<'a> {
    SentJson {
        part: &sent.part.uid,
        outlook: match sent.outlook {
            Outlook::Ended => sent.part.state.word(),
            Outlook::Runs => "running",
            Outlook::Asleep => "asleep",
            Outlook::Held => "held",
            Outlook::NoCommand(_) => "no-command",
            Outlook::Behind(..) => "behind-another",
            Outlook::Edited(_) => "edited",
            Outlook::Waits(_) => "waiting",
            Outlook::Gathered(_) => "gathered",
            Outlook::NextPoll => "next-poll",
        },
        sentences: sentences.sent(sent),
        delivery: DeliveryJson::new(&sent.delivery),
    }
}

fn detection_word(detection: &Detection) -> &'static str {
    match detection {
        Detection::Detected(..) | Detection::Told(..) => "detected",
        Detection::Covered => "covered",
        Detection::NotWatched => "not-watched",
        Detection::Excluded => "excluded",
        Detection::ArchiveFails(..) => "archive-fails",
        Detection::ParentFails(..) => "parent-fails",
        Detection::ParentGone => "parent-gone",
        Detection::NextPoll => "next-poll",
        Detection::NotThere(_) => "not-there",
        Detection::CannotLook(_) => "cannot-look",
    }
}
