//! One attempt of a delivery as one JSON object, which templates get too.

use serde::Serialize;

use super::item_json::ItemJson;
use super::template::{Template, TemplateError};
use super::{Attempt, sample};
use crate::archive::Description;
use crate::name::Level;

/// The format's version. It changes only if fields are renamed, removed or mean something else; new
/// ones are added without.
const VERSION: u32 = 1;

/// The stable format of a delivery, as one attempt tells it. It says nothing of this machine.
#[derive(Debug, Serialize)]
pub(super) struct DeliveryJson<'a> {
    version: u32,
    delivery: &'a str,
    attempt: u32,
    level: String,
    subject: &'a str,
    archive: &'a str,
    kind: &'a str,
    items: Vec<ItemJson<'a>>,
}

impl<'a> DeliveryJson<'a> {
    /// `descriptions` are what the archive knows of the items, in their order.
    pub(super) fn new(attempt: &Attempt<'a>, descriptions: &'a [Option<Description>]) -> Self {
        let items = attempt.items.iter().zip(descriptions);
        Self {
            version: VERSION,
            delivery: attempt.delivery_id,
            attempt: attempt.number,
            level: attempt.level().to_string(),
            subject: attempt.subject.as_str(),
            archive: attempt.subject.archive(),
            kind: attempt.kind,
            items: items
                .map(|(item, description)| ItemJson::new(item, description.as_ref()))
                .collect(),
        }
    }
    /// Tries a template on deliveries of items of a level: one and several, well known and not at all.
    pub(super) fn try_out(template: &Template, level: Level) -> Result<(), TemplateError> {
        let item = sample::item(level);
        let subject = item.name.parent().expect("an item is in something");
        let known = (level == Level::Revision).then(sample::description);
        for description in [known.as_ref(), None] {
            for count in [1, 3] {
                template.render(&DeliveryJson {
                    version: VERSION,
                    delivery: "52f64d445405d0106f62",
                    attempt: 1,
                    level: level.to_string(),
                    subject: subject.as_str(),
                    archive: subject.archive(),
                    kind: "arch",
                    items: (0..count)
                        .map(|_| ItemJson::new(&item, description))
                        .collect(),
                })?;
            }
        }
        Ok(())
    }
}
