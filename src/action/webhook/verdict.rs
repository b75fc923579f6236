//! What an answer means for the delivery.

use ureq::http::StatusCode;

use super::client::Answer;
use super::retry_after::retry_after;
use super::target::Target;
use crate::action::Outcome;
use crate::action::last_lines::printable;
use crate::clock::Nanos;
use crate::config::format_duration;
use crate::http::is_redirection;

/// The most characters of an answer that stand in a report.
const WIDTH: usize = 200;

/// What follows from an answer that came whole: it was taken, it may be taken later, or never.
pub(super) fn of(answer: &Answer, target: &Target, now: Nanos) -> Outcome {
    if answer.status.is_success() {
        return Outcome::Success;
    }
    let mut why = format!("{} answered {}", target.host(), words(answer.status));
    if is_redirection(answer.status) {
        why.push_str(&elsewhere(answer));
    } else if let Some(said) = first_line(answer, target) {
        why.push_str(": ");
        why.push_str(&said);
    }
    if !may_pass(answer.status) {
        return Outcome::Refused(why);
    }
    let not_before = answer
        .retry_after
        .as_deref()
        .and_then(|header| retry_after(header, now));
    if let Some(wait) = not_before {
        why = format!("{why} (it asks for {})", format_duration(wait));
    }
    Outcome::Deferred { why, not_before }
}

/// What is kept of an answer: its status and its text. Nothing of one that only says yes.
pub(super) fn record(answer: &Answer, target: &Target) -> Vec<u8> {
    if answer.status.is_success() && answer.body.is_empty() {
        return Vec::new();
    }
    let body = String::from_utf8_lossy(&answer.body);
    format!("{}\n{}", words(answer.status), target.masked(&body)).into_bytes()
}

/// Whether the same request may be taken another time.
fn may_pass(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        )
}

/// The status's number and its usual name.
fn words(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// Where a redirection that is not followed leads.
fn elsewhere(answer: &Answer) -> String {
    let to = answer.location.as_deref().unwrap_or_default();
    let host = to
        .split_once("//")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
        .and_then(|authority| authority.rsplit('@').next())
        .filter(|host| !host.is_empty());
    let to = match host {
        Some(host) => format!("to the host `{}`", printable(host, WIDTH)),
        None => "on the same host".to_owned(),
    };
    format!(
        ", a redirection {to} that is not followed: a POST is repeated only after 307 and 308, and on the \
         same host; if that is where it is to go now, the webhook's URL has to say so"
    )
}

/// The first line of the answer's text, unless that is a page.
fn first_line(answer: &Answer, target: &Target) -> Option<String> {
    let text = String::from_utf8_lossy(&answer.body);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    (!line.starts_with('<')).then(|| printable(&target.masked(line), WIDTH))
}
