//! What one look at a subject shows.

use crate::clock::Nanos;

/// What a subject's listing depends on, as one look without listing it shows.
///
/// Equal looks mean an equal listing, but for changes in the same tick of the clock as the look; the
/// poll guards against those by trusting only a look that was old when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// One file or directory.
    Stat(Stat),
    /// What the kind notes, in a form of its own.
    Note {
        /// The latest time that the look shows, in nanoseconds since 1970; the least there is where
        /// the look can be trusted at once.
        newest: Nanos,
        /// The rest.
        bytes: Box<[u8]>,
    },
    /// The subject's category was looked at with everything below it.
    Covered,
}

/// A file or directory, as the system's `stat` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The device number.
    pub dev: u64,
    /// The inode number.
    pub ino: u64,
    /// The modification time in nanoseconds since 1970.
    pub mtime: Nanos,
    /// The change time in nanoseconds since 1970.
    pub ctime: Nanos,
}

impl Stat {
    /// Whether it is the same file or directory, whatever became of it.
    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.dev, self.ino) == (other.dev, other.ino)
    }
}

impl Look {
    /// The latest time that the look shows.
    pub fn newest(&self) -> Nanos {
        match self {
            Self::Stat(stat) => stat.mtime.max(stat.ctime),
            Self::Note { newest, .. } => *newest,
            Self::Covered => Nanos::MIN,
        }
    }
}
