//! The points of scans.

use std::ffi::OsString;

use serde_json::json;

use super::super::place::Place;
use super::super::scan::{Failure, Found, Scanned};
use super::Hooks;
use super::run::{Call, value};
use crate::action::program::Input;
use crate::action::{self, Item};
use crate::clock::rfc3339;
use crate::config::Point;
use crate::name::{Level, Name};

impl Hooks<'_> {
    /// Whether any hook asks which items a scan found.
    pub(in crate::notify) fn hear_of_items(&self) -> bool {
        self.is_any(&[Point::ItemsFound]) || self.asks_for_names()
    }

    /// After the scan of the archive at `place`: what failed, and what was found.
    pub(in crate::notify) fn scanned(&self, place: &Place, scanned: &Scanned) {
        for failure in &scanned.failures {
            self.scan_failed(place, failure);
        }
        for found in &scanned.found {
            self.items_found(place, found);
        }
    }

    /// After a scan that failed. Where a host failed, of each archive on it that was to be scanned.
    pub(in crate::notify) fn scan_failed(&self, place: &Place, failure: &Failure) {
        let subject = &failure.subject;
        self.touch(&[subject]);
        if !self.is_any(&[Point::ScanFailed]) {
            return;
        }
        let input = line(&json!({
            "point": Point::ScanFailed.word(),
            "dir": self.ground.dir.path().to_string_lossy(),
            "archive": subject.archive(),
            "kind": place.kind(),
            "location": place.location(),
            "level": subject.level().to_string(),
            "subject": subject.as_str(),
            "error": failure.error,
        }));
        let mut environment = self.of_subject(Point::ScanFailed, place, subject, subject.level());
        environment.push(("LARCH_OUTCOME".to_owned(), value(&failure.error)));
        let call = Call {
            point: Point::ScanFailed,
            about: subject.as_str(),
            arguments: vec![subject.as_str().into()],
            environment,
            input: Input::Bytes(input.as_bytes()),
        };
        self.run_wanted(&call, &[subject]);
    }

    fn items_found(&self, place: &Place, found: &Found) {
        if self.asks_for_names() {
            let items = found.items.iter().map(|item| &item.name);
            let names: Vec<&Name> = std::iter::once(&found.subject).chain(items).collect();
            self.touch(&names);
        }
        if !self.is_any(&[Point::ItemsFound]) {
            return;
        }
        let costs = found
            .items
            .iter()
            .map(|item| action::cost(item.name.as_str().len()));
        for piece in action::pieces(costs, self.ground.config.delivery.max_items) {
            self.items_told(place, &found.subject, &found.items[piece]);
        }
    }

    fn items_told(&self, place: &Place, subject: &Name, items: &[Item]) {
        let point = Point::ItemsFound;
        let level = items
            .first()
            .map_or(subject.level(), |item| item.name.level());
        let listed = |item: &Item| json!({ "name": item.name.as_str(), "detected_at": rfc3339(item.detected_at) });
        let input = line(&json!({
            "point": point.word(),
            "dir": self.ground.dir.path().to_string_lossy(),
            "archive": subject.archive(),
            "kind": place.kind(),
            "location": place.location(),
            "level": level.to_string(),
            "subject": subject.as_str(),
            "item_count": items.len(),
            "items": items.iter().map(listed).collect::<Vec<_>>(),
        }));
        let mut environment = self.of_subject(point, place, subject, level);
        environment.push((
            "LARCH_ITEM_COUNT".to_owned(),
            items.len().to_string().into(),
        ));
        let names = items.iter().map(|item| &item.name);
        let call = Call {
            point,
            about: subject.as_str(),
            arguments: names.clone().map(|name| name.as_str().into()).collect(),
            environment,
            input: Input::Bytes(input.as_bytes()),
        };
        self.run_wanted(
            &call,
            &std::iter::once(subject).chain(names).collect::<Vec<_>>(),
        );
    }

    /// Runs the hooks of a call that want one of its names.
    fn run_wanted(&self, call: &Call<'_>, names: &[&Name]) {
        for hook in self.at(call.point).iter().filter(|hook| hook.wants(names)) {
            self.run(hook, call);
        }
    }

    fn of_subject(
        &self,
        point: Point,
        place: &Place,
        subject: &Name,
        level: Level,
    ) -> Vec<(String, OsString)> {
        let mut variables = self.common(point);
        variables.extend(
            [
                ("LARCH_LEVEL", level.to_string().into()),
                ("LARCH_SUBJECT", subject.as_str().into()),
                ("LARCH_ARCHIVE", subject.archive().into()),
                ("LARCH_KIND", place.kind().into()),
                ("LARCH_LOCATION", place.location().into()),
            ]
            .map(|(name, value): (&str, OsString)| (name.to_owned(), value)),
        );
        variables
    }
}

/// One line of JSON, with its end.
pub(super) fn line(value: &serde_json::Value) -> String {
    format!("{value}\n")
}
