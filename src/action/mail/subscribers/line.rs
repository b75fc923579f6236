//! Reads one line: `ADDRESS GLOB [path:GLOB…] [created|revisions|all] [each|batch|digest]`.

use lettre::Address;

use super::{Kinds, Pace, PathGlob, Subscription};
use crate::action::mail::addresses;
use crate::config::Glob;
use crate::rules::{Fault, fields};

/// What a glob of paths begins with.
const PATH: &str = "path:";

/// The subscription in a line; none if there are only white space and comment.
pub(super) fn parse(number: usize, line: &str) -> Result<Option<Subscription>, Vec<Fault>> {
    let fields = fields(line).map_err(|fault| vec![fault])?;
    let Some((&(start, first), rest)) = fields.split_first() else {
        return Ok(None);
    };
    let mut words = Words::default();
    let address = address(start, first).map_err(|fault| words.faults.push(fault));
    if rest.is_empty() {
        let end = start + first.len();
        let fault = Fault::new(end..end, "a subscriber needs a glob after the address");
        words
            .faults
            .push(fault.help("names are written ARCHIVE/CATEGORY--BRANCH; `**` is everything"));
    }
    for (at, &(start, word)) in rest.iter().enumerate() {
        words.take(at == 0, start, word);
    }
    if let (Some((start, word)), false) = (words.created, words.paths.is_empty()) {
        let fault = Fault::new(
            start..start + word.len(),
            "only revisions change files, so that this line matches nothing",
        );
        words
            .faults
            .push(fault.help("leave out `created` or `path:`"));
    }
    match address {
        Ok(address) if words.faults.is_empty() => Ok(Some(Subscription {
            address,
            glob: words.glob,
            paths: words.paths,
            kinds: words.kinds.unwrap_or_default(),
            pace: words.pace.unwrap_or_default(),
            line: number,
        })),
        _ => Err(words.faults),
    }
}

/// One address.
fn address(start: usize, word: &str) -> Result<Address, Fault> {
    let fault = |message: String| Fault::new(start..start + word.len(), message);
    match addresses(word).map(<[Address; 1]>::try_from) {
        Ok(Ok([address])) => Ok(address),
        Ok(Err(_)) => {
            Err(fault("a line is for one address".to_owned()).help("write a line for each address"))
        }
        Err(error) => Err(fault(error.to_string())),
    }
}

/// What the words behind the address say.
#[derive(Default)]
struct Words<'a> {
    glob: Option<Glob>,
    paths: Vec<PathGlob>,
    kinds: Option<Kinds>,
    pace: Option<Pace>,
    created: Option<(usize, &'a str)>,
    faults: Vec<Fault>,
}

impl<'a> Words<'a> {
    fn take(&mut self, is_first: bool, start: usize, word: &'a str) {
        let span = start..start + word.len();
        if let Some(path) = word.strip_prefix(PATH) {
            match PathGlob::parse(path) {
                Ok(glob) => self.paths.push(glob),
                Err(error) => self
                    .faults
                    .push(Fault::new(span, format!("`{path}` {error}"))),
            }
        } else if is_first {
            match Glob::parse(word) {
                Ok(glob) => self.glob = Some(glob),
                Err(error) => self
                    .faults
                    .push(Fault::new(span, format!("`{word}` {error}"))),
            }
        } else if let Some(kinds) = find(&Kinds::WORDS, word) {
            if kinds == Kinds::Created {
                self.created = Some((start, word));
            }
            if self.kinds.replace(kinds).is_some() {
                let message = "what is wanted is said twice";
                self.faults.push(Fault::new(span, message));
            }
        } else if let Some(pace) = find(&Pace::WORDS, word) {
            if self.pace.replace(pace).is_some() {
                let message = "how it is told is said twice";
                self.faults.push(Fault::new(span, message));
            }
        } else {
            let fault = Fault::new(span, format!("`{word}` is no word of a subscription"));
            self.faults.push(fault.help(
                "behind the glob come path:GLOB, then created, revisions or all, and each, batch or digest",
            ));
        }
    }
}

fn find<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    let found = words.iter().find(|(known, _)| *known == word);
    found.map(|(_, meaning)| *meaning)
}
