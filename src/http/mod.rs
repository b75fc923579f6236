//! What all that speaks HTTP has in common: how hosts are met, and which redirections are followed.
//!
//! Only the host that was named is spoken to: no proxy is asked, and no other host redirected to.

mod agent;
mod redirection;

pub(crate) use agent::{CONNECT, agent, is_broken};
pub(crate) use redirection::{is_redirection, redirected};
