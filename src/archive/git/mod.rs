//! Git repositories, read by running git.
//!
//! A category is a repository, a branch a namespace of its refs (`heads`, `tags`), a version a ref,
//! and a revision a commit, or a tag itself. Whatever git understands is understood, since git reads
//! it: this looks at directories and at the times of files, and parses what git prints.

mod changes;
mod commit;
mod desk;
mod discovery;
mod history;
mod kind;
mod log;
mod note;
mod object;
mod objects;
mod place;
mod program;
mod ref_store;
mod refs;
mod remote;
mod repository;
mod root;
mod tree;
mod variables;

pub(in crate::archive) use desk::Desk;
pub use remote::GitRemote;
pub use tree::GitTree;
pub use variables::GIT_LOCAL_VARIABLES;
