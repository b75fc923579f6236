//! What came to those who are told.

use serde_json::Value;

use super::receivers::Receivers;

/// That somebody was told something.
#[derive(Debug)]
pub(super) struct Receipt {
    /// Who: an address, or what else stands for an action.
    pub(super) who: String,
    /// What, by qualified names.
    pub(super) names: Vec<String>,
    /// Whether the answer that it was taken was lost.
    pub(super) lost: bool,
}

impl Receivers<'_> {
    /// What came to whom, for each in order.
    #[track_caller]
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for mail in self.mail.mail() {
            assert_eq!(mail.defects, [""; 0]);
            let names = mail
                .text()
                .lines()
                .filter_map(|line| line.strip_prefix("= "));
            receipts.push(Receipt {
                who: mail.to.concat(),
                names: names.map(str::to_owned).collect(),
                lost: mail.lost,
            });
        }
        for line in self.sandbox.read("taken").lines() {
            receipts.push(posted(&serde_json::from_str(line).unwrap()));
        }
        for file in ["revisions", "made"] {
            let text = self.sandbox.read(format!("n/news/{file}"));
            let lines = text.lines();
            receipts.extend(appended(
                file,
                lines.map(|line| serde_json::from_str(line).unwrap()),
            ));
        }
        for mut told in self.sandbox.record() {
            let lost = told.names.pop_if(|name| name == "lost").is_some();
            receipts.push(Receipt {
                who: format!("run:{}", told.thunk),
                names: told.names,
                lost,
            });
        }
        receipts
    }
}

fn posted(post: &Value) -> Receipt {
    let names = post["names"].as_array().unwrap().iter();
    Receipt {
        who: post["who"].as_str().unwrap().to_owned(),
        names: names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect(),
        lost: post["lost"].as_bool().unwrap(),
    }
}

/// Lines of one delivery that stand together were appended together, but for a repetition.
fn appended(file: &str, lines: impl Iterator<Item = Value>) -> Vec<Receipt> {
    let mut receipts: Vec<Receipt> = Vec::new();
    let mut delivery = Value::Null;
    for line in lines {
        let name = line["name"].as_str().unwrap().to_owned();
        match receipts.last_mut() {
            Some(last) if delivery == line["delivery"] && !last.names.contains(&name) => {
                last.names.push(name);
            }
            _ => receipts.push(Receipt {
                who: format!("append:{file}"),
                names: vec![name],
                lost: false,
            }),
        }
        delivery = line["delivery"].clone();
    }
    receipts
}
