//! One suite over all kinds of archives, each made and changed by its own programs.
//!
//! A [`World`] is an archive of one kind. A new kind takes a file with its world, and the lines that
//! name it here; then every scenario is a test of it.

mod arch;
mod arch_web;
mod dir;
mod git;
mod helper;
mod hg;
mod scenarios;
mod svn;
mod watch;

use std::path::Path;

use self::helper::{blocking, install};
use crate::support::Sandbox;

/// An archive of one kind, empty at first, and what may be done to it.
///
/// Names are qualified, and what is done is done whole and at once unless said otherwise.
trait World: Sync {
    /// The name under which it is registered.
    fn archive(&self) -> &str;

    /// The location that is registered.
    fn location(&self) -> String;

    /// Without this directory nothing of it can be reached.
    fn root(&self) -> &Path;

    /// Makes what is there look old, where another clock than the poll's tells how old it is.
    fn age(&self) {}

    /// Whether it lists anew what did not change: each poll notes when it did.
    fn is_listed_anew(&self) -> bool {
        false
    }

    /// Settings of the archive, as lines of its section.
    fn settings(&self) -> &'static str {
        ""
    }

    /// Three versions that it may have; two in one category, and names as odd as they may be.
    fn versions(&self) -> [String; 3];

    /// The last parts of the branches that every category has as soon as it is there.
    fn everywhere(&self) -> &'static [&'static str] {
        &[]
    }

    /// Makes a revision in a version, with all that is missing above it, and returns its name.
    fn commit(&self, version: &str) -> String;

    /// Makes half a revision of a version that is there. What is returned makes it whole, and returns
    /// its name.
    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a>;

    /// Removes a version. What is returned brings it back as it was.
    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a>;
}

/// Makes the world of a kind.
type Create = for<'a> fn(&'a Sandbox) -> Box<dyn World + 'a>;

/// Makes a test of each scenario that is named.
macro_rules! tests {
    ($create:ident: $($scenario:ident)*) => {
        $(#[test]
        fn $scenario() {
            super::scenarios::$scenario($create);
        })*
    };
}

/// Makes a test of each scenario for each kind.
macro_rules! kinds {
    ($($kind:ident: $new:expr,)*) => {
        $(mod $kind {
            fn create(sandbox: &super::Sandbox) -> Box<dyn super::World + '_> {
                use super::*;
                Box::new($new(sandbox))
            }

            tests! {
                create:
                everything_is_listed
                what_appears_later_is_followed_by_one_line
                nothing_is_told_twice
                nothing_is_lost_beside_a_writer
                half_made_revisions_are_not_told
                an_archive_that_is_away_is_an_error_and_loses_nothing
                what_is_removed_and_returns_is_no_news
                an_idle_poll_says_and_commits_nothing
                names_lead_back_to_what_they_name
            }
        })*
    };
}

kinds! {
    arch_nested: arch::ArchWorld::nested,
    arch_flat: arch::ArchWorld::flat,
    arch_web_nested: arch_web::ArchWebWorld::nested,
    arch_web_flat: arch_web::ArchWebWorld::flat,
    dir_tree: dir::DirWorld::new,
    git_directory: git::GitWorld::directory,
    git_remote: git::GitWorld::remote,
    subversion: svn::SvnWorld::new,
    mercurial: hg::HgWorld::new,
}
