//! What goes amiss with those who are told.

use std::fmt::Write as _;
use std::fs;

use super::Harm;
use super::receivers::Receivers;
use crate::support::Dice;

/// What a mail server may do amiss, of which its client hears.
const MAIL_FAULTS: [&str; 15] = [
    "connect * 421 full|drop",
    "connect * drop",
    "mail * 451 no disk",
    "mail * 421 bye|drop",
    "rcpt TO 450 4.2.1 later",
    "rcpt TO drop",
    "data TO 451 4.3.0 later",
    "data TO 354 go on|drop",
    "dot TO 452 4.3.1 later",
    "dot TO 421 bye|drop",
    "dot TO drop",
    "dot TO garbage",
    "dot * used=2 drop",
    "dot * after=3 die",
    "rcpt TO die",
];

const RECIPIENTS: [&str; 6] = ["*", "al@*", "b*", "di@*", "each@*", "d*@*"];

/// What a web server may do amiss, of which its client hears.
const WEB_FAULTS: [&str; 6] = ["500", "503", "429", "408", "drop", "garbage"];

impl Receivers<'_> {
    /// Has the mail server do things amiss, or not be there.
    #[track_caller]
    pub(super) fn fail_mail(&mut self, dice: &mut Dice, harm: Harm, hangs: bool) {
        let mut faults = String::new();
        for _ in 0..dice.below(3) {
            let fault = dice.pick(&MAIL_FAULTS).unwrap();
            let fault = fault.replace("TO", dice.pick(&RECIPIENTS).unwrap());
            writeln!(faults, "{fault}").unwrap();
        }
        if hangs {
            faults = format!("dot al@* hang\n{faults}");
        }
        if harm.losses && dice.below(2) == 0 {
            let to = dice.pick(&RECIPIENTS).unwrap();
            faults = format!("dot {to} lose\n{faults}");
        }
        self.mail.faults(&faults);
        if dice.below(8) == 0 {
            self.mail.stop();
        } else {
            // It may have died.
            self.mail.restart();
        }
    }

    /// Has the web server do things amiss.
    #[track_caller]
    pub(super) fn fail_web(&self, dice: &mut Dice, harm: Harm, hangs: bool) {
        let mut fates = vec!["ok"; 2];
        if dice.below(3) > 0 {
            for _ in 0..3 {
                fates.push(dice.pick(&WEB_FAULTS).unwrap());
            }
            fates.extend(harm.losses.then_some("lose"));
            fates.extend(hangs.then_some("hang"));
        }
        self.fate_of_posts(&fates, dice.below(1000));
    }

    /// What becomes of posts: one of these, by the delivery and the attempt.
    #[track_caller]
    pub(super) fn fate_of_posts(&self, fates: &[&str], seed: usize) {
        let taken = self.sandbox.path("taken").display().to_string();
        let script = format!(
            r#"
import json, random
told = json.loads(body)
fate = random.Random(f"{seed} {{told['delivery']}} {{told['attempt']}}").choice({fates:?})
if fate in ("ok", "lose"):
    names = [item["name"] for item in told["items"]]
    with open({taken:?}, "a") as file:
        file.write(json.dumps({{"who": path, "names": names, "lost": fate == "lose"}}) + "\n")
if fate == "ok":
    answer(200)
elif fate in ("lose", "drop"):
    raw("")
elif fate == "garbage":
    raw("220 mail.example.org ESMTP\r\n\r\n")
elif fate == "hang":
    time.sleep(3600)
elif fate == "429":
    answer(429, Retry_After="120")
else:
    answer(int(fate))
"#
        );
        self.sandbox.write("tmp/hooks.py", script);
        let to = self.sandbox.path("hooks.py");
        fs::rename(self.sandbox.path("tmp/hooks.py"), to).unwrap();
    }

    /// What becomes of programs, by the last digit of the delivery.
    #[track_caller]
    pub(super) fn fail_programs(&self, dice: &mut Dice, harm: Harm, hangs: bool) {
        let mut fates = vec!["exit 75", "exit 1", "kill -9 $$"];
        if harm.losses {
            // It did its work, and does not say so.
            fates.push("note record \"$line\tlost\"; exit 75");
        }
        if hangs {
            fates.push("sleep 3600");
        }
        let mut script = String::new();
        for fate in fates {
            if dice.below(3) == 0 {
                continue;
            }
            let digit = dice.below(16);
            writeln!(
                script,
                "case $LARCH_DELIVERY_ID in *{digit:x}) {fate};; esac"
            )
            .unwrap();
        }
        self.sandbox.behave(&script);
    }
}
