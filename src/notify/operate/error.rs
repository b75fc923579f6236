//! Why an operator's command could not do what it was asked for.

use super::Verb;
use crate::name::{Name, NameError};
use crate::store::{PartState, StoreError};

/// Why an operator's command could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// No delivery has such an id.
    #[error("no delivery has an id that begins with `{0}`")]
    NoSuchDelivery(String),
    /// Several deliveries have such an id.
    #[error("{count} deliveries have an id that begins with `{id}`")]
    ManyDeliveries {
        /// The beginning that was given.
        id: String,
        /// How many there are.
        count: usize,
    },
    /// The delivery is in a state from which there is no such way.
    #[error("delivery {uid} is {}", match (state, verb) {
        (PartState::Dropped, Verb::Drop) => "dropped already".to_owned(),
        (state, Verb::Retry) => format!("{}, and so cannot be retried", state.word()),
        (state, Verb::Drop) => format!("{}, and so cannot be dropped", state.word()),
    })]
    NotInState {
        /// The delivery.
        uid: String,
        /// Its subject.
        subject: Name,
        /// Its state.
        state: PartState,
        /// What was to be done with it.
        verb: Verb,
    },
    /// The delivery is of another subject than was given.
    #[error("delivery {uid} is for {subject}")]
    OtherSubject {
        /// The delivery.
        uid: String,
        /// Its subject.
        subject: Name,
    },
    /// Nothing is known of a name.
    #[error("nothing is known of the {} {name}", name.level())]
    Unknown {
        /// The name.
        name: Name,
        /// The first part of it, from the left, of which nothing is known.
        missing: Name,
        /// What is known beside that.
        beside: Vec<Name>,
    },
    /// No rule has a position that could be moved.
    #[error("no rule{} names {name}", action.as_ref().map(|action| format!(" with the action {action}")).unwrap_or_default())]
    NoRule {
        /// The subject.
        name: Name,
        /// The action that was given.
        action: Option<String>,
    },
    /// It cannot be forgotten without its category.
    #[error("what was told of the history of {category} is remembered as a whole, so that the {} {name} cannot be forgotten alone", name.level())]
    OfHistory {
        /// What was to be forgotten.
        name: Name,
        /// Its category.
        category: Name,
    },
    /// An archive cannot be looked at.
    #[error("{archive} cannot be looked at: {why}")]
    Archive {
        /// The archive.
        archive: String,
        /// Why it cannot.
        why: String,
    },
    /// What was given is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The state cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}
