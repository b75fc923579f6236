//! Scanning subject by subject: one look at each, and a listing of those that changed.

use super::listing::is_settled;
use super::{Finding, Scan};
use crate::name::Level;
use crate::store::{Store, Watched};

impl Scan<'_> {
    /// Scans the watched subjects of `levels`, from the top.
    pub(super) fn by_subject(
        &mut self,
        store: &mut dyn Store,
        levels: &[Level],
    ) -> crate::store::Result<()> {
        for level in levels {
            let mut subjects = store.watched(self.row.id, *level)?;
            subjects.retain(|subject| self.settings.watches(*level, subject.name.as_str()));
            let looks: Vec<_> = subjects
                .iter()
                .map(|subject| (&subject.name, subject.look.as_ref()))
                .collect();
            self.archive.expect(&looks);
            let mut listed = Vec::new();
            for subject in &subjects {
                let finding = self.look(store, subject)?;
                listed.extend(self.keep(store, subject, finding)?);
            }
            self.record(store, *level, &listed)?;
        }
        Ok(())
    }

    fn look(&self, store: &dyn Store, subject: &Watched) -> crate::store::Result<Finding> {
        // The look is taken before the listing, and may be shared with subjects that came before:
        // it is old enough if it was when the scan began.
        let look = match self.archive.look(&subject.name, subject.look.as_ref()) {
            Ok(look) => look,
            Err(error) => return Finding::of(store, error, subject, None),
        };
        let is_fresh = subject.listed_at.is_some_and(|at| self.is_fresh(at));
        // What is gone was never listed since; its parent is, every day.
        if (is_fresh || subject.gone) && look.is_some() && look == subject.look {
            return Ok(Finding::Unchanged);
        }
        let known = store.known_parts(subject.id)?;
        // What a listing since the last one cannot show is shown by a whole one every day.
        let last = subject.look.as_ref().filter(|_| is_fresh);
        let listing = match self
            .archive
            .list(&subject.name, last, &|part| known.contains(part))
        {
            Ok(listing) => listing,
            Err(error) => {
                let clean = look.filter(|look| is_settled(look, self.began));
                return Finding::of(store, error, subject, clean);
            }
        };
        (self.scanner.ground.progress)(subject.name.as_str());
        let look = listing.look.clone().or(look);
        let look = look.filter(|look| !listing.held_back && is_settled(look, self.began));
        if listing.since && listing.parts.is_empty() && look == subject.look && !subject.gone {
            return Ok(Finding::Unchanged);
        }
        let scan = self.diff(subject, listing, &known, look);
        Ok(Finding::Listed(scan))
    }
}
