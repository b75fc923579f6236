//! The parameter directory, which larch and tla share.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Arch, Layout, Sandbox};

const NAME: &str = "jo@example.org--2026";

#[test]
fn each_program_sees_the_id_that_the_other_set() {
    let sandbox = Sandbox::new();
    sandbox.larch(["my-id", "Al <al+x@example.org>"]).ok();
    assert_eq!(sandbox.tla(["my-id"]).stdout, "Al <al+x@example.org>\n");
    sandbox.tla(["my-id", "Bo (b) <bo@example.org>"]);
    let printed = sandbox.larch(["my-id"]);
    printed.stdout("Bo (b) <bo@example.org>\n").ok();
    let printed = sandbox.larch(["my-id", "--uid"]);
    printed.stdout(sandbox.tla(["my-id", "--uid"]).stdout).ok();
    let printed = sandbox.larch(["my-id", "--json"]);
    printed
        .stdout("{\"id\":\"Bo (b) <bo@example.org>\"}\n")
        .ok();
}

#[test]
fn an_id_that_tla_refuses_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::new();
    for id in [
        "jo@example.org",
        "J\u{f6} <jo@x.org>",
        "Jo <jo@x.org> more",
        "",
    ] {
        let set = sandbox.run("tla", ["my-id", id]).output();
        assert_ne!(set.code(), Some(0), "{id}");
        sandbox.larch(["my-id", id]).stderr_has("is no id").code(2);
    }
    let printed = sandbox.larch(["my-id"]);
    printed.stdout("Jo Tester <jo@example.org>\n").ok();
}

#[test]
fn without_an_id_or_a_home_the_way_out_is_said() {
    let sandbox = Sandbox::new();
    let empty = sandbox.path("nothing");
    let asked = sandbox.larch(["my-id"]).env("LARCH_PARAMS", &empty);
    asked
        .stderr_has("hint: `larch my-id 'NAME <USER@HOST>'` sets it")
        .code(1);
    let listed = sandbox.larch(["archives"]).env("LARCH_PARAMS", &empty);
    listed.ok();
    assert!(!empty.exists());
    let asked = sandbox.larch(["my-id"]).without_env("HOME");
    asked.stderr_has("LARCH_PARAMS").code(1);
}

#[test]
fn each_program_sees_what_the_other_registered() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    let location = arch.location.to_str().unwrap();
    let both = |arguments: &[&str]| {
        let by_tla = sandbox.tla(arguments).stdout;
        sandbox.larch(arguments).stdout(by_tla.as_str()).ok();
        by_tla
    };
    assert_eq!(both(&["archives"]), format!("{NAME}\n    {location}\n"));

    let file = format!("home/.arch-params/=locations/{NAME}");
    let by_tla = sandbox.read(&file);
    sandbox.larch(["register-archive", "--delete", NAME]).ok();
    assert_eq!(both(&["archives"]), "");

    sandbox
        .larch(["register-archive", location])
        .stdout(format!(
            "Registering archive: {NAME}\nGNU Arch archive at {location}: 1 category\n"
        ))
        .ok();
    assert_eq!(sandbox.read(&file), by_tla);
    let mode = std::fs::metadata(sandbox.path(&file))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
    both(&["archives", "--names"]);
    assert_eq!(both(&["whereis-archive", NAME]), format!("{location}\n"));
    assert_eq!(both(&["categories", NAME]), "hello\n");
}

#[test]
fn a_new_parameter_directory_is_the_users_alone() {
    let sandbox = Sandbox::new();
    let params = sandbox.path("new/params");
    sandbox
        .larch(["register-archive", "--offline", NAME, "/somewhere"])
        .env("LARCH_PARAMS", &params)
        .ok();
    for directory in [params.clone(), params.join("=locations")] {
        let mode = std::fs::metadata(directory).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

#[test]
fn a_relative_location_is_made_absolute_and_a_file_url_a_path() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("hello--main--1.0");
    let location = arch.location.to_str().unwrap();
    for given in [
        format!("archives/{NAME}"),
        format!("./archives/{NAME}/"),
        format!("file://{location}"),
    ] {
        let registered = sandbox.larch(["register-archive", "--force", NAME, &given]);
        registered
            .stdout_has("GNU Arch archive at /")
            .stdout_has(": 1 category\n")
            .ok();
        let found = sandbox.tla(["whereis-archive", NAME]).stdout;
        assert_eq!(found, format!("{location}\n"), "{given}");
        assert_eq!(sandbox.tla(["categories", NAME]).stdout, "hello\n");
    }
    sandbox
        .larch(["register-archive", "--force", NAME, "file://host/a"])
        .stderr_has("file:///PATH")
        .code(2);
}

#[test]
fn what_is_registered_is_not_replaced_without_force() {
    let sandbox = Sandbox::new();
    sandbox
        .larch(["register-archive", "--offline", NAME, "/a"])
        .ok();
    sandbox
        .larch(["register-archive", "--offline", NAME, "/b"])
        .stderr_has(format!("{NAME} is registered already, at /a"))
        .stderr_has("hint: --force")
        .code(1);
    sandbox
        .larch(["register-archive", "--offline", "-f", NAME, "/b"])
        .ok();
    sandbox.larch(["whereis-archive", NAME]).stdout("/b\n").ok();
    sandbox.larch(["register-archive", "-d", NAME]).ok();
    sandbox
        .larch(["register-archive", "-d", NAME])
        .stderr_has("is not registered")
        .code(1);
    sandbox.larch(["register-archive", "-d", "-f", NAME]).ok();
}

#[test]
fn of_many_that_register_one_name_at_once_one_succeeds() {
    let sandbox = Sandbox::new();
    let running: Vec<_> = (0..16)
        .map(|n| {
            let location = format!("/place/{n}");
            sandbox
                .larch(["register-archive", "--offline", NAME, &location])
                .spawn()
        })
        .collect();
    let codes: Vec<_> = running.into_iter().map(|run| run.wait().code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == Some(1)).count(), 15);
    let left = std::fs::read_dir(sandbox.path("home/.arch-params/=locations")).unwrap();
    assert_eq!(left.count(), 1);
}

#[test]
fn what_people_and_programs_leave_among_the_locations_is_passed_over() {
    let sandbox = Sandbox::new();
    let locations = sandbox.path("home/.arch-params/=locations");
    for (name, text) in [
        ("README", "Where our archives are.\n"),
        (",,new-location.1.2", "/x\n"),
        ("jo@example.org--2026~", "/x\n"),
        (".hidden", "/x\n"),
        ("jo@example.org--a", "/plain\n"),
        ("jo@example.org--b", "/blanks/ \t\r\nmore\n"),
        ("jo@example.org--c", "/no/line/end"),
    ] {
        sandbox.write(locations.join(name), text);
    }
    std::fs::create_dir(locations.join("al@example.org--dir")).unwrap();
    sandbox
        .larch(["archives"])
        .stdout(
            "jo@example.org--a\n    /plain\n\
             jo@example.org--b\n    /blanks/\n\
             jo@example.org--c\n    /no/line/end\n",
        )
        .ok();
    sandbox
        .larch(["archives", "--json"])
        .stdout_has("{\"name\":\"jo@example.org--b\",\"location\":\"/blanks/\"}\n")
        .ok();
}

#[test]
fn an_archive_that_is_not_registered_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    sandbox
        .larch(["whereis-archive", NAME])
        .stderr(format!(
            "error: {NAME} is not registered\n\
             hint: `larch register-archive {NAME} LOCATION` registers it\n"
        ))
        .code(1);
    sandbox
        .larch(["register-archive", "--offline", NAME, "/a"])
        .ok();
    sandbox
        .larch(["categories", "jo@exmaple.org--2026"])
        .stderr_has(format!("hint: did you mean `{NAME}`?"))
        .code(1);
}

#[test]
fn a_name_that_no_archive_can_have_is_a_mistake_in_the_usage() {
    let sandbox = Sandbox::new();
    for name in ["../../etc", ".x", "a b", ",,x", "x~", "a#b", ""] {
        let registered = sandbox.larch(["register-archive", name, "/a"]);
        registered.stderr_has("cannot be an archive's name").code(2);
    }
    for location in ["", " /a", "/a\n/b"] {
        let registered = sandbox.larch(["register-archive", NAME, location]);
        registered.stderr_has("the location").code(2);
    }
    sandbox.larch(["register-archive"]).any_stderr().code(2);
    sandbox
        .larch(["register-archive", "--delete", NAME, "/a"])
        .any_stderr()
        .code(2);
    assert!(!sandbox.path("home/.arch-params/=locations").exists());
}

#[test]
fn an_archive_is_asked_for_its_name_only_where_there_is_one() {
    let sandbox = Sandbox::new();
    sandbox
        .larch(["register-archive", "nowhere"])
        .stderr_has("no archive can be reached at")
        .stderr_has("hint: `larch register-archive --offline NAME LOCATION`")
        .code(1);
    let arch = Arch::new(&sandbox, Layout::Nested);
    sandbox.larch(["register-archive", "-d", NAME]).ok();
    std::fs::remove_file(arch.location.join("=meta-info/name")).unwrap();
    sandbox
        .larch(["register-archive", arch.location.to_str().unwrap()])
        .stderr_has("does not say its name")
        .code(1);
}

#[test]
fn what_cannot_be_read_is_registered_only_unseen() {
    let sandbox = Sandbox::new();
    for location in ["/nowhere", "sftp://example.org/a"] {
        sandbox
            .larch(["register-archive", NAME, location])
            .stderr_has("error: ")
            .stderr_has("hint: `larch register-archive --offline NAME LOCATION`")
            .code(1);
        sandbox
            .larch(["whereis-archive", NAME])
            .any_stderr()
            .code(1);
    }
    sandbox
        .larch(["register-archive", "--offline", "sftp://example.org/a"])
        .stderr_has("hint: give one: `larch register-archive --offline NAME sftp://example.org/a`")
        .code(2);
    sandbox
        .larch(["register-archive", "--offline", NAME, "/nowhere"])
        .ok();
    sandbox
        .larch(["whereis-archive", NAME])
        .stdout("/nowhere\n")
        .ok();
}

#[test]
fn relative_paths_of_other_kinds_are_made_absolute_too() {
    let sandbox = Sandbox::new();
    for (given, stored) in [
        (
            "git:repos",
            format!("git:{}", sandbox.path("repos").display()),
        ),
        (
            "dir:./pool",
            format!("dir:{}", sandbox.path("pool").display()),
        ),
        (
            "git:jo@example.org:x.git",
            "git:jo@example.org:x.git".to_owned(),
        ),
        (
            "svn:https://example.org/x",
            "svn:https://example.org/x".to_owned(),
        ),
    ] {
        sandbox
            .larch(["register-archive", "--offline", "--force", "x", given])
            .ok();
        sandbox
            .larch(["whereis-archive", "x"])
            .stdout(format!("{stored}\n"))
            .ok();
    }
}
