//! `run:NAME`, with programs that print what they were given.

use super::{MAIN, Watched, checked};
use crate::support::Sandbox;

/// Prints its arguments, a variable and its standard input to `$HOME/given`.
const GIVEN: &str = "#!/bin/sh\n\
    { printf '<%s>' \"$@\"; printf '\\nSITE=%s\\n' \"$SITE\"; cat; printf '.\\n'; } >>\"$HOME/given\"\n";

/// A first commit that is owed to `run:x`, which is `given` with these settings.
#[track_caller]
fn watched<'s>(sandbox: &'s Sandbox, settings: &str) -> Watched<'s> {
    sandbox.program("given", GIVEN);
    let watched = Watched::new(sandbox, "run:x");
    sandbox.write("n/=config.toml", format!("[commands.x]\n{settings}"));
    watched
}

#[test]
fn a_batch_is_one_run_with_what_its_items_have_in_common() {
    let sandbox = Sandbox::new();
    let watched = watched(
        &sandbox,
        "argv = [\"given\", \"--to={subject}\", \"{archive} {category} {branch} {version}\", \"{count}\", \"{items}\", \"{{name}\", \"a;b $HOME *\"]\n\
         env = { SITE = \"x {count}\" }\nstdin = \"names\"\n",
    );
    let (first, second) = (watched.first(), watched.push("second"));
    sandbox.poll().ok();
    assert_eq!(
        sandbox.read("home/given"),
        format!(
            "<--to={MAIN}><srv k heads main><2><{first}><{second}><{{name}}><a;b $HOME *>\n\
             SITE=x 2\n{first}\n{second}\n.\n"
        )
    );
}

#[test]
fn an_item_by_itself_is_named_by_placeholders() {
    let sandbox = Sandbox::new();
    let watched = watched(
        &sandbox,
        "argv = [\"given\", \"{name}\", \"{archive}/{category}--{branch}--{version}--{revision}\", \"{id}\", \"{delivery}\"]\n\
         per = \"item\"\nstdin = \"none\"\n",
    );
    let names = [watched.first(), watched.push("second")];
    sandbox.poll().ok();
    let given = sandbox.read("home/given");
    for (name, run) in names.iter().zip(given.split_terminator("SITE=\n.\n")) {
        let id = name.rsplit("--").next().unwrap();
        assert!(
            run.starts_with(&format!("<{name}><{name}><{id}><")),
            "{run}"
        );
    }
    let log = sandbox.larch(["log", "n", "--json"]).any_stdout().ok();
    let id = given.split('<').nth(4).unwrap().split('>').next().unwrap();
    assert!(log.stdout.contains(id), "{id}: {}", log.stdout);
}

#[test]
fn one_item_that_fails_holds_back_those_after_it_and_repeats_none() {
    let sandbox = Sandbox::new();
    let watched = watched(&sandbox, "argv = [\"given\", \"{name}\"]\nper = \"item\"\n");
    let second = watched.push("second");
    let third = watched.push("third");
    sandbox.program(
        "given",
        &format!("#!/bin/sh\necho \"$1\" >>\"$HOME/told\"\n[ \"$1\" != {second} ]\n"),
    );
    sandbox.poll().stderr_has("exit code 1").code(1);
    assert_eq!(
        sandbox.active_lines("home/told"),
        [watched.first(), second.clone()]
    );
    sandbox.program("given", "#!/bin/sh\necho \"$1\" >>\"$HOME/told\"\n");
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    assert_eq!(
        sandbox.active_lines("home/told"),
        [watched.first(), second.clone(), second, third]
    );
}

#[test]
fn a_program_of_the_notification_directory_reads_json_as_any_action() {
    let sandbox = Sandbox::new();
    let watched = watched(&sandbox, "argv = [\"./bin/mine\"]\ntimeout = \"1s\"\n");
    sandbox.write("n/bin/mine", "#!/bin/sh\ncat >\"$HOME/read\"\nsleep 600\n");
    sandbox.chmod("n/bin/mine", 0o755);
    sandbox
        .poll()
        .stderr_has("ran longer than 1s and was ended")
        .code(1);
    let read = sandbox.read("home/read");
    assert!(
        read.starts_with(&format!("{{\"name\":\"{}\"", watched.first())),
        "{read}"
    );
    assert!(read.contains("\"summary\":\"first\""), "{read}");
}

#[test]
fn check_says_what_is_wrong_with_a_command() {
    let sandbox = Sandbox::new();
    watched(&sandbox, "argv = [\"given\"]\n");
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
    for (settings, said) in [
        (
            "[commands.y]\nargv = [\"given\"]\n",
            "run:x: the settings have no section [commands.x]; did you mean `y`?",
        ),
        (
            "[commands.x]\nargv = [\"no-such\"]\n",
            "run:x: [commands.x]: there is no program `no-such` on the PATH or in LARCH_EXEC_PATH; \
             one in the notification directory is written `./no-such`",
        ),
        (
            "[commands.x]\nargv = [\"given\", \"{nam}\"]\n",
            "run:x: [commands.x]: there is no placeholder `{nam}`; they are {name} {archive} {category} \
             {branch} {version} {revision} {subject} {delivery} {count} {id}, and `{{` stands for a `{` itself",
        ),
        (
            "[commands.x]\nargv = [\"given\", \"{name}\"]\n",
            "run:x: [commands.x]: `{name}` stands for something of one item, and the program is run once \
             for all items of a delivery; `per = \"item\"` runs it once for each, and the argument \
             `{items}` becomes all their names",
        ),
        (
            "[commands.x]\nargv = [\"{name}\"]\nper = \"item\"\n",
            "run:x: [commands.x]: there is no program `{name}` on the PATH or in LARCH_EXEC_PATH; \
             one in the notification directory is written `./{name}`",
        ),
        (
            "[commands.x]\nargv = [\"given\", \"-x={items}\"]\n",
            "run:x: [commands.x]: `{items}` becomes many arguments, so that it is an argument by itself, \
             not a part of `-x={items}`",
        ),
    ] {
        sandbox.write("n/=config.toml", settings);
        assert_eq!(checked(&sandbox), said);
    }
    sandbox.write("n/=rules.versions", format!("{MAIN} run:\n"));
    assert_eq!(
        checked(&sandbox),
        "run:: the name of a section [commands.NAME] of the settings stands behind the `:`"
    );
    // What cannot run waits, and is told once it can.
    sandbox.poll().any_stderr().code(1);
    sandbox.write("n/=rules.versions", format!("{MAIN} run:x\n"));
    sandbox.write("n/=config.toml", "[commands.x]\nargv = [\"given\"]\n");
    sandbox.poll().any_stderr().ok();
    assert!(sandbox.read("home/given").contains("SITE="));
}

#[test]
fn no_name_becomes_an_option_or_a_word_of_a_shell() {
    let sandbox = Sandbox::new();
    sandbox.program("given", GIVEN);
    let hostile = "-rf $(touch pwned);`touch pwned` \u{202e}'\"\\ {name} \u{1b}[2J";
    sandbox.write(format!("pool/c/-b/--v/{hostile}"), "");
    let location = format!("dir:{}", sandbox.path("pool").display());
    sandbox
        .larch(["register-archive", "pool", &location])
        .any_stdout()
        .ok();
    sandbox.write("n/=rules.archives", "pool noop: noop: noop: run:x\n");
    sandbox.write(
        "n/=config.toml",
        "[archive.pool]\nsettle = \"0s\"\n[commands.x]\nargv = [\"given\", \"{branch}\", \"{version}\", \"{revision}\"]\nper = \"item\"\nstdin = \"none\"\n",
    );
    sandbox.poll().clock_ahead(60).ok();
    let given = sandbox.read("home/given");
    assert!(
        given.starts_with("<%2Db><%2D%2Dv><%2Drf%20$(touch%20pwned);`touch%20pwned`%20%E2%80%AE'\"\\%20{name}%20%1B[2J>\n"),
        "{given}"
    );
    assert!(!sandbox.path("n/pwned").exists());
}
