//! Who is told, by which rules and settings.

use std::fmt::Write as _;
use std::fs;

use super::Harm;
use super::archive::NAME;
use crate::support::{Dice, Sandbox, Smtp};
use crate::webhook::Hooks;

/// How many attempts run at once.
pub(super) const JOBS: usize = 4;

/// All mail names each item in a line of its own.
const TEMPLATE: &str = "{% for item in items %}\n= {{ item.name }}\n{% endfor %}\n";

const SUBSCRIBERS: &str = "\
each@example.org    ** each
batch@example.org   ** batch
made@example.org    ** created
src@example.org     path:src/** batch
digest@example.org  ** digest
";

const RULES: [&str; 10] = [
    "noop: noop: noop: mail-new-revisions:al@example.org,bo@example.org,cy@example.org",
    "noop: noop: noop: mail-each-revision:di@example.org",
    "mail-subscribers: mail-subscribers: mail-subscribers: mail-subscribers:",
    "noop: noop: noop: webhook:ordered",
    "webhook:any webhook:any webhook:any webhook:any",
    "noop: noop: noop: append:news/revisions",
    "append:news/made append:news/made append:news/made",
    "noop: noop: noop: run:batch",
    "run:one run:one run:one run:one",
    "run:made run:made run:made",
];

pub(super) struct Receivers<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) mail: Smtp,
    pub(super) web: Hooks,
}

impl<'s> Receivers<'s> {
    #[track_caller]
    pub(super) fn new(sandbox: &'s Sandbox) -> Self {
        let lines = RULES.map(|rule| format!("{NAME} {rule}\n"));
        sandbox.write("n/=rules.archives", lines.concat());
        sandbox.write("n/=subscribers", SUBSCRIBERS);
        for file in [
            "categories",
            "branches",
            "versions",
            "revisions",
            "revision",
            "digest",
        ] {
            sandbox.write(format!("n/templates/{file}.txt"), TEMPLATE);
        }
        fs::create_dir(sandbox.path("n/news")).unwrap();
        Self {
            sandbox,
            mail: Smtp::new(sandbox),
            web: Hooks::new(sandbox),
        }
    }

    /// Has each of them fail at random, or be well.
    #[track_caller]
    pub(super) fn fail(&mut self, dice: &mut Dice, harm: Harm) {
        // Who hangs costs the time that a sender waits, so that this is short, and rare.
        let hangs = dice.below(12) == 0;
        self.settle(if hangs { "3s" } else { "1m" });
        self.fail_mail(dice, harm, hangs);
        self.fail_web(dice, harm, hangs);
        self.fail_programs(dice, harm, hangs);
        let (here, away) = (self.sandbox.path("n/news"), self.sandbox.path("n/away"));
        match (here.exists(), dice.below(5) == 0) {
            (true, true) => fs::rename(here, away).unwrap(),
            (false, false) => fs::rename(away, here).unwrap(),
            _ => {}
        }
    }

    /// All are well from now on.
    #[track_caller]
    pub(super) fn recover(&mut self) {
        self.settle("1m");
        self.mail.faults("");
        self.mail.restart();
        self.fate_of_posts(&["ok"], 0);
        self.sandbox.behave("");
        if !self.sandbox.path("n/news").exists() {
            fs::rename(self.sandbox.path("n/away"), self.sandbox.path("n/news")).unwrap();
        }
    }

    fn settle(&self, timeout: &str) {
        let mut settings = format!(
            "[delivery]\njobs = {JOBS}\nretry_max = \"1h\"\ngive_up_after = \"9999d\"\n\
             {}timeout = \"{timeout}\"\nfrom = \"larch@example.org\"\ntemplates = \"templates\"\n\
             max_per_poll = 100000\n",
            self.mail.setting()
        );
        for (name, more) in [
            ("ordered", ""),
            ("any", "per = \"item\"\nordered = false\n"),
        ] {
            let url = self.web.url(&format!("/{name}"));
            write!(
                settings,
                "[webhook.{name}]\nurl = \"{url}\"\ntimeout = \"{timeout}\"\n{more}"
            )
            .unwrap();
        }
        for (name, per) in [("batch", "batch"), ("one", "item"), ("made", "batch")] {
            write!(
                settings,
                "[commands.{name}]\nargv = [\"larch-record\", \"{name}\", \"{{items}}\"]\n\
                 per = \"{per}\"\ntimeout = \"{timeout}\"\n"
            )
            .unwrap();
        }
        self.sandbox.write("n/settings", settings);
        self.sandbox.chmod("n/settings", 0o600);
        let to = self.sandbox.path("n/=config.toml");
        fs::rename(self.sandbox.path("n/settings"), to).unwrap();
    }
}
