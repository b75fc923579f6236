//! One delivery in full: its items, its parts, its attempts and what they printed.

use serde::Serialize;

use super::super::context::Context;
use super::super::delivery::{DeliveryJson, count, state, trouble};
use super::super::error::CliError;
use super::super::out::Out;
use super::super::style::{self, paint, printable};
use super::super::when::local;
use crate::clock::{SECOND, rfc3339};
use crate::notify::operate::Operator;
use crate::store::{AttemptRecord, DeliveryRecord, PartRecord};

pub(super) fn print(
    context: &Context,
    operator: &Operator,
    delivery: &DeliveryRecord,
    json: bool,
    out: &mut Out,
) -> Result<(), CliError> {
    let store = operator.store();
    let items = store.delivery_items(&delivery.uid)?;
    let mut attempts = Vec::new();
    for attempt in store.attempts(&delivery.uid)? {
        let output = operator.output(&attempt.part, attempt.number)?;
        attempts.push((attempt, output));
    }
    if json {
        return out.json(&FullJson {
            delivery: DeliveryJson::new(delivery),
            items: items
                .iter()
                .map(|item| ItemJson {
                    name: item.name.as_str(),
                    detected_at: rfc3339(item.detected_at),
                })
                .collect(),
            attempts: attempts
                .iter()
                .map(|(attempt, output)| AttemptJson::new(attempt, output.as_deref()))
                .collect(),
        });
    }
    let fact = |out: &mut Out, what: &str, text: &str| {
        let heading = paint(context.color_out, style::HEADING, what);
        let pad = 10 - what.len();
        out.line(format_args!("{heading}{:pad$}{text}", ""))
    };
    fact(out, "delivery", &delivery.uid)?;
    fact(out, "action", &delivery.action)?;
    let level = delivery.subject.level();
    fact(out, "subject", &format!("{level} {}", delivery.subject))?;
    fact(out, "made", &local(delivery.created_at))?;
    fact(out, "items", &items.len().to_string())?;
    for item in &items {
        out.line(format_args!("  {}", item.name))?;
    }
    for part in &delivery.parts {
        self::part(context, delivery, part, out)?;
        for (attempt, output) in attempts.iter().filter(|(tried, _)| tried.part == part.uid) {
            self::attempt(context, attempt, output.as_deref(), out)?;
        }
    }
    Ok(())
}

fn part(
    context: &Context,
    delivery: &DeliveryRecord,
    part: &PartRecord,
    out: &mut Out,
) -> Result<(), CliError> {
    let (word, style) = state(part);
    let title = if delivery.parts.len() == 1 && part.recipient.is_empty() {
        "state".to_owned()
    } else {
        format!(
            "part {} for {} ({})",
            part.uid,
            part.recipient,
            count(part.items.len(), "item")
        )
    };
    let trouble = trouble(part, context.clock.now())
        .map(|trouble| format!(": {trouble}"))
        .unwrap_or_default();
    let settled = part
        .settled_at
        .map(|at| format!(" {}", local(at)))
        .unwrap_or_default();
    out.line(format_args!(
        "{}     {}{settled}{}",
        paint(context.color_out, style::HEADING, printable(&title)),
        paint(context.color_out, style, word),
        printable(&trouble)
    ))
}

fn attempt(
    context: &Context,
    attempt: &AttemptRecord,
    output: Option<&[u8]>,
    out: &mut Out,
) -> Result<(), CliError> {
    let took = attempt.ended_at.map_or_else(String::new, |ended| {
        let millis = (ended - attempt.started_at).max(0) / (SECOND / 1000);
        format!(", took {}.{:03} s", millis / 1000, millis % 1000)
    });
    let outcome = attempt
        .outcome
        .as_deref()
        .unwrap_or("runs, or its poll died and the next poll takes it over");
    out.line(format_args!(
        "{}  {}{took}: {}",
        paint(
            context.color_out,
            style::HEADING,
            format_args!("attempt {}", attempt.number)
        ),
        local(attempt.started_at),
        printable(outcome)
    ))?;
    let Some(output) = output else {
        return if attempt.output > 0 {
            out.line(format_args!(
                "  | ({} bytes of output, not kept any more)",
                attempt.output
            ))
        } else {
            Ok(())
        };
    };
    for line in String::from_utf8_lossy(output).lines() {
        out.line(format_args!("  | {}", printable(line)))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct FullJson<'a> {
    #[serde(flatten)]
    delivery: DeliveryJson<'a>,
    items: Vec<ItemJson<'a>>,
    attempts: Vec<AttemptJson<'a>>,
}

#[derive(Serialize)]
struct ItemJson<'a> {
    name: &'a str,
    detected_at: String,
}

/// Output that is not UTF-8 has its odd bytes replaced.
#[derive(Serialize)]
struct AttemptJson<'a> {
    part: &'a str,
    number: u32,
    started_at: String,
    ended_at: Option<String>,
    outcome: Option<&'a str>,
    success: bool,
    output_bytes: u64,
    output: Option<String>,
}

impl<'a> AttemptJson<'a> {
    fn new(attempt: &'a AttemptRecord, output: Option<&[u8]>) -> Self {
        Self {
            part: &attempt.part,
            number: attempt.number,
            started_at: rfc3339(attempt.started_at),
            ended_at: attempt.ended_at.map(rfc3339),
            outcome: attempt.outcome.as_deref(),
            success: attempt.success,
            output_bytes: attempt.output,
            output: output.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
        }
    }
}
