//! What kind of action an open part is for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::queue::Nature;
use crate::action::{BuiltIn, Commands, Program};
use crate::rules::ActionName;
use crate::store::OpenPart;

/// What is known of actions, each asked once: there may be many parts of each.
pub(super) struct Natures<'a> {
    commands: &'a Commands,
    known: RefCell<HashMap<ActionName, Rc<Known>>>,
}

struct Known {
    is_skipped: bool,
    is_unordered: bool,
    family: String,
    divides: Option<Arc<dyn BuiltIn>>,
}

impl<'a> Natures<'a> {
    pub(super) fn new(commands: &'a Commands) -> Self {
        Self {
            commands,
            known: RefCell::default(),
        }
    }

    /// What the queue has to know of a part that is not being divided.
    pub(super) fn of(&self, part: &OpenPart) -> Nature {
        let known = self.known(&part.action);
        Nature {
            is_skipped: known.is_skipped,
            is_dividing: false,
            is_unordered: known.is_unordered,
            family: if part.style.gathers() {
                known.family.clone()
            } else {
                String::new()
            },
        }
    }

    /// The action that divides a part, if it is a whole delivery that can be divided.
    pub(super) fn divider(&self, part: &OpenPart) -> Option<Arc<dyn BuiltIn>> {
        if part.recipient.is_empty() {
            self.known(&part.action).divides.clone()
        } else {
            None
        }
    }

    fn known(&self, action: &ActionName) -> Rc<Known> {
        if let Some(known) = self.known.borrow().get(action) {
            return Rc::clone(known);
        }
        let family = self.commands.family(action);
        let known = match self.commands.find(action.command()) {
            Ok(Program::BuiltIn(built_in)) => Known {
                is_skipped: false,
                is_unordered: !built_in.is_ordered(action),
                family,
                divides: divides(&built_in, action).then_some(built_in),
            },
            found => Known {
                is_skipped: found.is_err(),
                is_unordered: false,
                family,
                divides: None,
            },
        };
        let known = Rc::new(known);
        let mut all = self.known.borrow_mut();
        all.insert(action.clone(), Rc::clone(&known));
        known
    }
}

/// Whether deliveries are divided; what is wrong with a bad THUNK is said by their attempts.
pub(super) fn divides(built_in: &Arc<dyn BuiltIn>, action: &ActionName) -> bool {
    built_in.divides(action) && built_in.check(action).is_ok()
}
