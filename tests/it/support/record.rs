//! What the action `larch-record` was told.

/// The program that notes what it is told; every sandbox links to it.
pub(super) const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/larch-record");

/// One run of the action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// `THUNK` of the rule's action.
    pub(crate) thunk: String,
    /// `LARCH_LEVEL`.
    pub(crate) level: String,
    /// `LARCH_SUBJECT`.
    pub(crate) subject: String,
    /// `LARCH_DELIVERY_ID`.
    pub(crate) id: String,
    /// `LARCH_ATTEMPT`.
    pub(crate) attempt: String,
    /// The arguments after the thunk.
    pub(crate) names: Vec<String>,
}

impl Told {
    /// Each name as `THUNK NAME`.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = String> {
        self.names
            .iter()
            .map(|name| format!("{} {name}", self.thunk))
    }
}

/// Reads what the action noted: one line for each run, fields parted by tabs. A last line without
/// its end is still being written.
pub(super) fn parse(text: &str) -> Vec<Told> {
    text.split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
        .map(|line| {
            let mut fields = line.split('\t').map(str::to_owned);
            let mut field = || fields.next().expect("the action notes all fields");
            Told {
                thunk: field(),
                level: field(),
                subject: field(),
                id: field(),
                attempt: field(),
                names: fields.collect(),
            }
        })
        .collect()
}

/// The action must note what the tests take for granted of it, long lines too.
#[test]
fn the_action_notes_what_it_is_told() {
    let sandbox = super::Sandbox::new();
    let action = sandbox.path("bin/larch-record");
    let names: Vec<String> = (0..1000).map(|n| format!("a@b/c--d--{n}")).collect();
    let run = || {
        sandbox
            .run(&action, ["me@example.org"])
            .env("LARCH_THUNK", "me@example.org")
            .env("LARCH_SUBJECT", "a@b")
    };
    let long = run().args(&names);
    long.ok();
    sandbox.behave("[ -z \"$LARCH_THUNK\" ] || exit 75");
    run().arg("a@b/c").code(75);
    sandbox.run(&action, ["a@b/c"]).env("LARCH_THUNK", "").ok();
    let told = sandbox.record();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].names, names);
    assert_eq!(told[0].subject, "a@b");
    assert_eq!(sandbox.take_told().last().unwrap(), " a@b/c");
    assert_eq!(sandbox.attempts().len(), 3);
    assert!(sandbox.record().is_empty());
}
