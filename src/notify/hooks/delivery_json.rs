//! A delivery as one value for the environment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::action::Attempt;
use crate::clock::rfc3339;

/// How many bytes of JSON fit into one variable, whose 128 KiB hold its name and the base64 form.
const LIMIT: usize = (128 * 1024 - 64) / 4 * 3;

/// The format's version, as that of what webhooks post: the fields of the same names mean the same.
const VERSION: u32 = 1;

/// The stable format. Fields are never renamed or removed; new ones may be added.
#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    delivery: &'a str,
    action: &'a str,
    subject: &'a str,
    level: String,
    archive: &'a str,
    kind: &'a str,
    location: &'a str,
    recipient: &'a str,
    attempt: u32,
    item_count: usize,
    items: Vec<Item<'a>>,
    items_left_out: usize,
}

#[derive(Serialize)]
struct Item<'a> {
    name: &'a str,
    detected_at: String,
}

/// The delivery of an attempt: JSON in base64. Where there are too many items for one variable the last
/// of them are left out, and counted.
pub(super) fn delivery_json(attempt: &Attempt<'_>) -> String {
    let mut delivery = Whole {
        version: VERSION,
        delivery: attempt.delivery_id,
        action: attempt.action.as_str(),
        subject: attempt.subject.as_str(),
        level: attempt.level().to_string(),
        archive: attempt.subject.archive(),
        kind: attempt.kind,
        location: attempt.location,
        recipient: attempt.recipient,
        attempt: attempt.number,
        item_count: attempt.items.len(),
        items: Vec::new(),
        items_left_out: attempt.items.len(),
    };
    let mut left = LIMIT.saturating_sub(json(&delivery).len());
    for item in attempt.items {
        let item = Item {
            name: item.name.as_str(),
            detected_at: rfc3339(item.detected_at),
        };
        // With the comma.
        let Some(less) = left.checked_sub(json(&item).len() + 1) else {
            break;
        };
        left = less;
        delivery.items.push(item);
        delivery.items_left_out -= 1;
    }
    STANDARD.encode(json(&delivery))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("text and numbers always have a JSON form")
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::action::{self, Style};
    use crate::name::Name;
    use crate::rules::ActionName;

    fn decoded(count: usize) -> (usize, serde_json::Value) {
        let items: Vec<action::Item> = (0..count)
            .map(|number| action::Item {
                name: Name::parse(&format!("a@b/c--d--1.0--patch-{number}"), None).unwrap(),
                detected_at: 0,
            })
            .collect();
        let encoded = delivery_json(&Attempt {
            action: &ActionName::parse("x:y").unwrap(),
            recipient: "",
            style: Style::Batch,
            dir: Path::new("/n"),
            delivery_id: "id",
            number: 1,
            subject: &Name::parse("a@b/c--d--1.0", None).unwrap(),
            items: &items,
            gathered: &[],
            kind: "arch",
            location: "/a",
            timeout: Duration::ZERO,
            grace: Duration::ZERO,
            output_limit: 0,
            now: 0,
            describe: &|_| Ok(Vec::new()),
            tell: &|_, _| Ok(Vec::new()),
        });
        let bytes = STANDARD.decode(&encoded).unwrap();
        (encoded.len(), serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn a_delivery_that_is_too_long_for_a_variable_lacks_its_last_items() {
        let (_, few) = decoded(2);
        assert_eq!(few["items_left_out"], 0);
        assert_eq!(few["items"][1]["name"], "a@b/c--d--1.0--patch-1");
        let (length, many) = decoded(10_000);
        assert!(
            length + "LARCH_DELIVERY_JSON=".len() < 128 * 1024,
            "{length}"
        );
        assert!(length > 127 * 1024, "{length}");
        let there = many["items"].as_array().unwrap().len() as u64;
        assert_eq!(there + many["items_left_out"].as_u64().unwrap(), 10_000);
        assert_eq!(many["item_count"], 10_000);
    }
}
