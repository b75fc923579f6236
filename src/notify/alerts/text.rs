//! What a mail to an operator says.

use std::fmt::Write as _;
use std::path::Path;

use ring::digest::{SHA256, digest};

use super::super::memory::Untold;
use super::super::report::Problem;
use super::super::words::plural;
use crate::clock::{Nanos, rfc3339};

/// The most entries that are written out; the others are counted.
const SHOWN: usize = 50;

/// What one operator is told in one mail.
pub(super) struct Told<'a> {
    /// What fails, the host that it is about, and since when; those of one host together.
    pub(super) alarms: Vec<(Option<&'a str>, &'a Problem, Nanos)>,
    /// What is over, and what was given up.
    pub(super) once: Vec<&'a Untold>,
}

impl Told<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.alarms.is_empty() && self.once.is_empty()
    }

    /// The keys of what fails.
    pub(super) fn keys(&self) -> Vec<String> {
        let alarms = self.alarms.iter();
        alarms.map(|(_, problem, _)| problem.key.clone()).collect()
    }

    /// The same for what is told again after a kill, so that a receiver can tell.
    pub(super) fn id(&self, operator: &str) -> String {
        let mut said = operator.to_owned();
        for (_, problem, since) in &self.alarms {
            // Writing to a string does not fail.
            let _always = write!(said, "\n{since} {}", problem.key);
        }
        for untold in &self.once {
            let _always = write!(said, "\n{} {}", untold.at, untold.key);
        }
        let hash = digest(&SHA256, said.as_bytes());
        let hex = hash.as_ref()[..10].iter();
        hex.fold("alert-".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    /// `[larch] DIR: 2 problems, 1 is over`.
    pub(super) fn subject(&self, dir: &Path) -> String {
        let (over, dead) = self.counts();
        let mut parts = Vec::new();
        if !self.alarms.is_empty() {
            parts.push(plural(self.alarms.len(), "problem"));
        }
        if dead > 0 {
            parts.push(format!("{dead} given up"));
        }
        match (over, parts.is_empty()) {
            (0, _) => {}
            (over, true) => parts.push(format!("{} over", plural(over, "problem"))),
            (over, false) => parts.push(format!("{over} over")),
        }
        format!("[larch] {}: {}", dir.display(), parts.join(", "))
    }

    /// The text, in lines.
    pub(super) fn text(&self, dir: &Path) -> String {
        let mut page = Page::default();
        let (over, dead) = self.counts();
        if !self.alarms.is_empty() {
            page.heading(&format!("Fails in {}:", dir.display()));
            let mut last = None;
            for (host, problem, since) in &self.alarms {
                if let Some(host) = host
                    && last.replace(*host) != Some(*host)
                {
                    page.heading(&format!("On {host}:"));
                }
                let title = format!("{} (since {})", problem.title, rfc3339(*since));
                page.entry(&title, &problem.details);
            }
        }
        for (count, heading, is_end) in [(dead, "Given up", false), (over, "Over", true)] {
            if count > 0 {
                page.heading(&format!("{heading} in {}:", dir.display()));
                for untold in self.once.iter().filter(|untold| untold.is_end == is_end) {
                    page.entry(&untold.title, &untold.details);
                }
            }
        }
        page.end(dir)
    }

    /// How many problems are over, and how many deliveries were given up.
    fn counts(&self) -> (usize, usize) {
        let over = self.once.iter().filter(|untold| untold.is_end).count();
        (over, self.once.len() - over)
    }
}

/// The text as it grows. Writing to a string does not fail.
#[derive(Default)]
struct Page {
    text: String,
    entries: usize,
}

impl Page {
    fn heading(&mut self, heading: &str) {
        if self.entries < SHOWN {
            let gap = if self.text.is_empty() { "" } else { "\n" };
            let _always = writeln!(self.text, "{gap}{heading}");
        }
    }

    fn entry(&mut self, title: &str, details: &[String]) {
        self.entries += 1;
        if self.entries <= SHOWN {
            let _always = writeln!(self.text, "\n* {title}");
            for line in details {
                let _always = writeln!(self.text, "    {line}");
            }
        }
    }

    fn end(mut self, dir: &Path) -> String {
        if self.entries > SHOWN {
            let _always = writeln!(self.text, "\n… and {} more.", self.entries - SHOWN);
        }
        let _always = write!(
            self.text,
            "\nAll that stands: larch status {}\n\n-- \nSent by larch\n",
            dir.display()
        );
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(title: &str) -> Problem {
        Problem {
            key: format!("scan/{title}"),
            title: format!("cannot scan {title}"),
            details: vec!["Mend it.".to_owned()],
            warning: false,
        }
    }

    #[test]
    fn problems_of_a_host_stand_together() {
        let [a, b, c] = ["a", "b", "c"].map(problem);
        let told = Told {
            alarms: vec![(None, &a, 0), (Some("h"), &b, 0), (Some("h"), &c, 0)],
            once: Vec::new(),
        };
        let dir = Path::new("/n");
        assert_eq!(told.subject(dir), "[larch] /n: 3 problems");
        assert_eq!(
            told.text(dir),
            "Fails in /n:\n\
             \n* cannot scan a (since 1970-01-01T00:00:00Z)\n    Mend it.\n\
             \nOn h:\n\
             \n* cannot scan b (since 1970-01-01T00:00:00Z)\n    Mend it.\n\
             \n* cannot scan c (since 1970-01-01T00:00:00Z)\n    Mend it.\n\
             \nAll that stands: larch status /n\n\n-- \nSent by larch\n"
        );
        let later = Told {
            alarms: vec![(None, &a, 1)],
            once: Vec::new(),
        };
        let first = Told {
            alarms: vec![(None, &a, 0)],
            once: Vec::new(),
        };
        assert_ne!(later.id("jo"), first.id("jo"));
        assert_ne!(first.id("al"), first.id("jo"));
        assert_eq!(first.id("jo"), first.id("jo"));
    }
}
