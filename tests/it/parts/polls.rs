//! Polls that run at the same time.

use super::{HOUR, behave, states, take_sent, watch};
use crate::support::Sandbox;

#[test]
fn polls_at_once_share_the_parts_of_a_delivery() {
    let sandbox = Sandbox::new();
    let addresses: Vec<String> = (0..12).map(|number| format!("r{number}@x.org")).collect();
    watch(
        &sandbox,
        &format!("mail-new-revisions:{}", addresses.join(",")),
    );
    behave(&sandbox, "sleep 0.02");
    let polls: Vec<_> = (0..4)
        .map(|_| sandbox.poll().any_stderr().spawn())
        .collect();
    for poll in polls {
        assert_eq!(poll.wait().code(), Some(0));
    }
    sandbox.poll().clock_ahead(HOUR).ok();
    let mut sent = take_sent(&sandbox);
    sent.sort();
    let mut expected: Vec<String> = addresses
        .iter()
        .map(|address| format!("{address} base-0"))
        .collect();
    expected.sort();
    assert_eq!(sent, expected);
    assert!(
        states(&sandbox)
            .iter()
            .all(|state| state.ends_with(" done"))
    );
    assert_eq!(sandbox.read("home/clash"), "");
}
