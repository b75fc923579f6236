//! What a webhook posts.

use ureq::http::HeaderValue;

use crate::action::delivery_json::DeliveryJson;
use crate::action::item_json::to_json;
use crate::action::template::Template;
use crate::action::{Attempt, Outcome};
use crate::causes::with_causes;
use crate::config::WebhookSettings;
use crate::name::Level;

/// How a body is made.
#[derive(Debug)]
pub(super) struct Body {
    /// The header `Content-Type`.
    pub(super) content_type: HeaderValue,
    template: Option<Template>,
}

impl Body {
    /// Reads the template, where there is one.
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, String> {
        let Some(path) = &settings.template else {
            return Ok(Self {
                content_type: HeaderValue::from_static("application/json"),
                template: None,
            });
        };
        let content_type = HeaderValue::from_str(&settings.content_type)
            .map_err(|_| "`content_type` holds what no header can hold")?;
        let template = Template::read(path).map_err(|error| with_causes(&error))?;
        Ok(Self {
            content_type,
            template: Some(template),
        })
    }

    /// Tries the template, where there is one, on samples of a level.
    pub(super) fn try_out(&self, level: Level) -> Result<(), String> {
        self.template.as_ref().map_or(Ok(()), |template| {
            DeliveryJson::try_out(template, level).map_err(|error| with_causes(&error))
        })
    }

    /// The body of an attempt: its JSON, or what the template makes of that.
    pub(super) fn of(&self, attempt: &Attempt<'_>) -> Result<Vec<u8>, Outcome> {
        let descriptions = attempt.descriptions()?;
        let delivery = DeliveryJson::new(attempt, &descriptions);
        let body = match &self.template {
            Some(template) => template
                .render(&delivery)
                .map_err(|error| Outcome::NotStarted(with_causes(&error)))?,
            None => to_json(&delivery),
        };
        Ok(body.into_bytes())
    }
}
