//! What a poll would do, printed.

use serde::Serialize;

use super::super::error::CliError;
use super::super::exit::Exit;
use super::super::out::Out;
use super::super::style::printable;
use super::report::ProblemJson;
use crate::name::Name;
use crate::notify::Plan;

#[derive(Serialize)]
struct PlanJson<'a> {
    actions: Vec<ActionJson<'a>>,
    lines: Vec<LineJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Serialize)]
struct ActionJson<'a> {
    action: &'a str,
    subject: &'a str,
    recipient: &'a str,
    again: bool,
    items: Vec<&'a str>,
}

#[derive(Serialize)]
struct LineJson<'a> {
    file: String,
    line: &'a str,
}

/// Prints the plan on standard output.
pub(super) fn print(plan: &Plan, json: bool) -> Result<Exit, CliError> {
    let mut out = Out::new();
    if json {
        out.json(&plan_json(plan))?;
    } else {
        for action in &plan.actions {
            let again = if action.again { " again" } else { "" };
            let to = match action.recipient.as_str() {
                "" => String::new(),
                recipient => format!(" to {recipient}"),
            };
            out.line(format_args!(
                "would run{again} {} for {}{to}:",
                action.action, action.subject
            ))?;
            for item in &action.items {
                out.line(format_args!("    {item}"))?;
            }
        }
        for lines in plan.lines.chunk_by(|a, b| a.file == b.file) {
            if let Some(first) = lines.first() {
                out.line(format_args!("would add to {}:", first.file.display()))?;
            }
            for line in lines {
                out.line(format_args!("    {}", line.text))?;
            }
        }
        for problem in &plan.problems {
            out.line(format_args!("would report: {}", printable(&problem.title)))?;
        }
    }
    out.finish()?;
    let failed = plan.problems.iter().any(|problem| !problem.warning);
    Ok(if failed { Exit::Failure } else { Exit::Success })
}

fn plan_json(plan: &Plan) -> PlanJson<'_> {
    PlanJson {
        actions: plan
            .actions
            .iter()
            .map(|action| ActionJson {
                action: action.action.as_str(),
                subject: action.subject.as_str(),
                recipient: &action.recipient,
                again: action.again,
                items: action.items.iter().map(Name::as_str).collect(),
            })
            .collect(),
        lines: plan
            .lines
            .iter()
            .map(|line| LineJson {
                file: line.file.display().to_string(),
                line: &line.text,
            })
            .collect(),
        problems: plan.problems.iter().map(ProblemJson::new).collect(),
    }
}
