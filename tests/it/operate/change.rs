//! Retrying and dropping.

use super::{HELLO, failed_id, failing, objects, status, told};
use crate::support::Sandbox;

#[test]
fn what_waits_is_tried_at_once_after_retry() {
    let sandbox = Sandbox::new();
    failing(&sandbox, 75);
    sandbox.behave("");
    sandbox.poll().output();
    assert!(sandbox.take_told().is_empty(), "its time has not come");
    let id = failed_id(&sandbox);
    sandbox
        .larch(["retry", "n", &id[..6]])
        .stdout(format!(
            "{}  record:r for {HELLO}: 1 item, waiting, now tried at the next poll\n",
            &id[..8]
        ))
        .ok();
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("r {HELLO}--base-0")]);
    sandbox
        .larch(["retry", "n", &id])
        .stderr_has("is done, and so cannot be retried")
        .stderr_has(format!("larch replay n {HELLO} --delivery {id}"))
        .code(1);
}

#[test]
fn what_was_given_up_lives_as_long_as_anything_new_after_retry() {
    let sandbox = Sandbox::new();
    failing(&sandbox, 75);
    let six_days = 6 * 86_400;
    sandbox.poll().clock_ahead(six_days).any_stderr().code(1);
    assert_eq!(status(&sandbox)["deliveries"]["dead"], 1);
    let idle = sandbox.larch(["retry", "n", "--waiting"]);
    idle.stdout("nothing is in such a state\n").ok();
    let retried = objects(sandbox.larch(["retry", "n", "--dead", "--json"]));
    assert_eq!(retried[0]["change"], "retried");
    sandbox.poll().clock_ahead(six_days).any_stderr().code(1);
    assert_eq!(
        status(&sandbox)["deliveries"]["waiting"],
        1,
        "its age began anew"
    );
    sandbox.behave("");
    sandbox
        .poll()
        .clock_ahead(six_days + 86_400)
        .any_stderr()
        .ok();
    assert_eq!(sandbox.take_told(), [format!("r {HELLO}--base-0")]);
}

#[test]
fn what_was_given_up_goes_to_the_right_address_when_its_line_was_edited() {
    let sandbox = Sandbox::new();
    failing(&sandbox, 100);
    let rules = sandbox.read("n/=rules.versions");
    sandbox.write(
        "n/=rules.versions",
        rules.replace("record:r", "record:right"),
    );
    sandbox.poll().any_stderr().ok();
    assert!(sandbox.take_told().is_empty());
    sandbox
        .larch(["retry", "n", "--dead"])
        .stdout_has("record:right")
        .ok();
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("right {HELLO}--base-0")]);
}

#[test]
fn a_dropped_delivery_lets_the_next_one_through_and_can_be_taken_back() {
    let sandbox = Sandbox::new();
    let arch = failing(&sandbox, 75);
    arch.commit("hello--main--1.0");
    sandbox.poll().output();
    let id = failed_id(&sandbox);
    let drop = |arguments: &[&str]| {
        let arguments = ["drop", "n"].iter().chain(arguments);
        sandbox.larch(arguments)
    };
    drop(&["--waiting", "--dry-run"])
        .stdout_has("would be dropped")
        .ok();
    assert_eq!(status(&sandbox)["deliveries"]["waiting"], 1);
    drop(&["--waiting", "--action", "record:other"])
        .stdout("nothing is in such a state\n")
        .ok();
    drop(&["--waiting"]).stdout_has("waiting, now dropped").ok();
    sandbox.behave("");
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("r {HELLO}--patch-1")]);
    drop(&[&id])
        .stderr_has("is dropped already\n")
        .stderr_has(format!("larch log n --delivery {id}"))
        .code(1);
    sandbox.larch(["retry", "n", &id]).any_stdout().ok();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("r {HELLO}--base-0")]);
}

#[test]
fn retry_and_drop_refuse_what_is_not_clear() {
    let sandbox = Sandbox::new();
    told(&sandbox);
    for command in ["retry", "drop"] {
        let nothing = sandbox.larch([command, "n"]);
        nothing
            .stderr_has("no delivery is named")
            .stderr_has("larch log n --failed\n")
            .code(2);
        let unknown = sandbox.larch([command, "n", "zzz"]);
        unknown
            .stderr_has("no delivery has an id")
            .stderr_has("larch log n -n all\n")
            .code(1);
        let both = sandbox.larch([command, "n", "zzz", "--dead"]);
        both.any_stderr().code(2);
    }
}
