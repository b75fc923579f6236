//! One delivery in full: its items, its parts, its attempts and what they printed.

use serde::Serialize;

use super::super::context::Context;
use super::super::delivery::{DeliveryJson, count, state, to, trouble};
use super::super::error::CliError;
use super::super::out::Out;
use super::super::style::{self, paint, printable};
use super::super::when::local;
use crate::clock::{SECOND, rfc3339};
use crate::config::Point;
use crate::notify::operate::Operator;
use crate::store::{AttemptRecord, DeliveryRecord, PartRecord};

/// An attempt, and what is kept of what it and the hooks at it printed.
struct Tried {
    attempt: AttemptRecord,
    output: Option<Vec<u8>>,
    hooks: Vec<(Point, Vec<u8>)>,
}

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
    for mut attempt in store.attempts(&delivery.uid)? {
        let output = match attempt.said.take() {
            Some(said) => Some(said),
            None => operator.output(&attempt.part, attempt.number)?,
        };
        let hooks = operator.hook_outputs(&attempt.part, attempt.number)?;
        attempts.push(Tried {
            attempt,
            output,
            hooks,
        });
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
            attempts: attempts.iter().map(AttemptJson::new).collect(),
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
        for tried in attempts
            .iter()
            .filter(|tried| tried.attempt.part == part.uid)
        {
            attempt(context, tried, out)?;
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
        let items = match part.items.len() {
            all if all == delivery.item_count => count(all, "item"),
            1 => format!("item {}", part.items.end),
            _ => format!("items {} to {}", part.items.start + 1, part.items.end),
        };
        let style = match part.style {
            style if style.gathers() => format!(", {}", style.word()),
            _ => String::new(),
        };
        format!(
            "part {}{} ({items}{style})",
            part.uid,
            to(&delivery.action, part)
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

fn attempt(context: &Context, tried: &Tried, out: &mut Out) -> Result<(), CliError> {
    let attempt = &tried.attempt;
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
    if let Some(leader) = &attempt.led_by {
        return out.line(format_args!("  | (told together with part {leader})"));
    }
    match &tried.output {
        Some(output) => lines(output, out)?,
        None if attempt.output > 0 => out.line(format_args!(
            "  | ({} bytes of output, not kept any more)",
            attempt.output
        ))?,
        None => {}
    }
    for (point, output) in &tried.hooks {
        let heading = paint(context.color_out, style::HEADING, point);
        out.line(format_args!("  {heading}"))?;
        lines(output, out)?;
    }
    Ok(())
}

fn lines(output: &[u8], out: &mut Out) -> Result<(), CliError> {
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
    told_with: Option<&'a str>,
    hooks: Vec<HookJson>,
}

/// What a hook printed, below a line that says which it was and how it ended.
#[derive(Serialize)]
struct HookJson {
    point: &'static str,
    output: String,
}

impl<'a> AttemptJson<'a> {
    fn new(tried: &'a Tried) -> Self {
        let attempt = &tried.attempt;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let hooks = tried.hooks.iter().map(|(point, output)| HookJson {
            point: point.word(),
            output: text(output),
        });
        Self {
            part: &attempt.part,
            number: attempt.number,
            started_at: rfc3339(attempt.started_at),
            ended_at: attempt.ended_at.map(rfc3339),
            outcome: attempt.outcome.as_deref(),
            success: attempt.success,
            output_bytes: attempt.output,
            output: tried.output.as_deref().map(text),
            told_with: attempt.led_by.as_deref(),
            hooks: hooks.collect(),
        }
    }
}
