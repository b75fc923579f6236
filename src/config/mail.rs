//! `[mail]`: how mail leaves this machine, and what it looks like.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;

use super::Transport;
use super::kind::{
    Count, FilePath, Line, MailSender, Maybe, Size, Timeout, Unsubscribe, Variable, YesOrNo,
};
use super::section::section;

section! {
    /// How mail leaves this machine, and what it looks like.
    pub struct MailSettings {
        /// How it leaves: to a server, through a program, or into a Maildir.
        #[absent = "`\"sendmail\"`, if there is one"]
        #[example = r#""smtp://jo@mail.example.org?tls=required""#]
        pub transport: Option<Transport> as Maybe<Transport> = None;
        /// The file, of mode 0600, whose first line is the password of the transport's user.
        #[absent = "no password"]
        #[example = r#""mail.password""#]
        pub password_file: Option<PathBuf> as Maybe<FilePath> = None;
        /// The environment variable that holds that password.
        #[absent = "no password"]
        #[example = r#""SMTP_PASSWORD""#]
        pub password_env: Option<String> as Maybe<Variable> = None;
        /// A file, in PEM, with certificate authorities that are trusted beside the system's.
        #[absent = "the system's alone"]
        #[example = r#""/etc/ssl/our-ca.pem""#]
        pub ca_file: Option<PathBuf> as Maybe<FilePath> = None;
        /// The longest time that one step of the conversation with a server may take.
        pub timeout: Duration as Timeout = Duration::from_mins(1);
        /// Who the mail is from.
        #[absent = "the user at the host"]
        #[example = r#""larch <larch@example.org>""#]
        pub from: Option<Mailbox> as Maybe<MailSender> = None;
        /// Whether a mail about one revision is from its author, with `from` as its Sender.
        pub from_author: bool as YesOrNo = false;
        /// Where answers go.
        #[absent = "to `from`"]
        #[example = r#""team@example.org""#]
        pub reply_to: Option<Mailbox> as Maybe<MailSender> = None;
        /// The List-Id, by which readers sort mail.
        #[absent = "the archive's name at the sender's host"]
        #[example = r#""commits.example.org""#]
        pub list_id: Option<String> as Maybe<Line> = None;
        /// The List-Unsubscribe: where readers leave.
        #[absent = "not said"]
        #[example = r#""mailto:leave@example.org""#]
        pub list_unsubscribe: Option<String> as Maybe<Unsubscribe> = None;
        /// A directory with templates that stand in for those of larch.
        #[absent = "those of larch"]
        #[example = r#""letters""#]
        pub templates: Option<PathBuf> as Maybe<FilePath> = None;
        /// The most of a diff that is put into a mail; 0 for no diff.
        pub diff_limit: u64 as Size = 100 << 10;
        /// The most messages to one address in one poll; what is more is told in one summary.
        pub max_per_poll: usize as Count = 1000;
        /// How long what is new is gathered, to be told in one mail.
        #[absent = "not gathered"]
        #[example = r#""1h""#]
        pub digest: Option<Duration> as Maybe<Timeout> = None;
    }
}
