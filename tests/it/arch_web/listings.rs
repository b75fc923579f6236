//! What tla lists at a URL, larch lists there.

use std::fs;

use larch::archive::{ArchiveError, Listing};
use larch::name::Level;

use super::{LAYOUTS, NAME, name, open, publish, published};
use crate::archives::{agreed, rich};
use crate::support::{Layout, Sandbox, Web};

#[test]
fn both_programs_list_the_same_from_every_server() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = rich(&sandbox, layout);
        publish(&sandbox, &arch);
        for web in [
            Web::new(&sandbox, "archives"),
            Web::apache(&sandbox, "archives"),
        ] {
            let url = web.url(&arch.name);
            sandbox
                .larch(["register-archive", "--force", NAME, &url])
                .any_stdout()
                .ok();
            let listed = agreed(&sandbox, &name(Level::Archive, NAME));
            let on_disk = agreed(&sandbox, &name(Level::Archive, &arch.name));
            assert_eq!(listed, on_disk);
            let revision = format!("{NAME}/hello--main--0.10--patch-10");
            let log = sandbox.tla(["cat-archive-log", &revision]).stdout;
            sandbox
                .larch(["cat-archive-log", &revision])
                .stdout(log)
                .ok();
        }
    }
}

#[test]
fn an_archive_is_registered_by_the_name_that_it_was_made_with() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = published(&sandbox, layout);
        let web = Web::new(&sandbox, "archives");
        sandbox
            .larch(["register-archive", "--delete", &arch.name])
            .ok();
        sandbox
            .larch(["register-archive", &web.url(&arch.name)])
            .stdout_has(format!("Registering archive: {}\n", arch.name))
            .ok();
        sandbox.larch(["categories", &arch.name]).ok();
    }
}

#[test]
fn a_server_must_have_a_certificate_that_the_system_trusts() {
    let sandbox = Sandbox::new();
    let arch = published(&sandbox, Layout::Flat);
    arch.import("c--b--1.0");
    let web = Web::secure(&sandbox, "archives");
    let url = web.url(&arch.name).replace("http:", "https:");
    sandbox
        .larch(["register-archive", "--offline", NAME, &url])
        .ok();
    let list = || sandbox.larch(["categories", NAME]);
    list().stderr_has("certificate").code(1);
    list()
        .env("SSL_CERT_FILE", sandbox.path("tls/authority.pem"))
        .stdout("c\n")
        .ok();
}

#[test]
fn lines_may_end_in_any_way() {
    let sandbox = Sandbox::new();
    let arch = published(&sandbox, Layout::Flat);
    arch.import("c--b--1.0");
    arch.commit("c--b--1.0");
    let web = Web::new(&sandbox, "archives");
    let listing = arch.location.join("c--b--1.0/.listing");
    let text = fs::read_to_string(&listing).unwrap();
    let unix = text.replace("\r\n", "\n");
    for text in [&text, &unix, unix.trim_end()] {
        sandbox.write(&listing, text);
        let archive = open(&web.url(&arch.name), None).unwrap();
        let listed = archive.list(
            &name(Level::Version, &format!("{NAME}/c--b--1.0")),
            None,
            &|_| false,
        );
        assert_eq!(listed.unwrap().parts, ["base-0", "patch-1"]);
    }
}

#[test]
fn a_revision_without_its_log_is_held_back_and_known_ones_are_not_asked_for() {
    let sandbox = Sandbox::new();
    let arch = published(&sandbox, Layout::Nested);
    arch.import("c--b--1.0");
    arch.commit("c--b--1.0");
    arch.commit("c--b--1.0");
    let web = Web::new(&sandbox, "archives");
    let log = arch.version_dir("c--b--1.0").join("patch-2/log");
    let away = sandbox.path("log");
    fs::rename(&log, &away).unwrap();
    let version = name(Level::Version, &format!("{NAME}/c--b--1.0"));
    let list = || {
        let archive = open(&web.url(&arch.name), None).unwrap();
        let listing = archive.list(&version, None, &|part| part == "base-0");
        listing.unwrap()
    };
    let Listing {
        parts, held_back, ..
    } = list();
    assert_eq!(parts, ["base-0", "patch-1"]);
    assert!(held_back);
    let asked = web.requests();
    assert!(asked.iter().any(|request| request.status == 404));
    assert!(!asked.iter().any(|request| request.path.contains("base-0")));
    fs::File::create(&log).unwrap();
    assert!(list().held_back, "an empty log is none");
    fs::rename(&away, &log).unwrap();
    let listing = list();
    assert_eq!(listing.parts, ["base-0", "patch-1", "patch-2"]);
    assert!(!listing.held_back);
}

#[test]
fn revisions_are_described_from_their_logs() {
    let sandbox = Sandbox::new();
    let arch = published(&sandbox, Layout::Flat);
    arch.import("c--b--1.0");
    for number in 1..=8 {
        arch.commit_summary("c--b--1.0", &format!("change {number}"));
    }
    let web = Web::new(&sandbox, "archives");
    let archive = open(&web.url(&arch.name), None).unwrap();
    let names: Vec<_> = (1..=9)
        .map(|number| {
            name(
                Level::Revision,
                &format!("{NAME}/c--b--1.0--patch-{number}"),
            )
        })
        .collect();
    let names: Vec<_> = names.iter().collect();
    let described = archive.describe(&names).unwrap();
    for (number, description) in (1..=8).zip(&described) {
        let description = description.as_ref().unwrap();
        assert_eq!(description.summary, Some(format!("change {number}")));
        assert_eq!(
            description.author.as_deref(),
            Some("Jo Tester <jo@example.org>")
        );
    }
    assert_eq!(described[8], None);
    assert!(matches!(
        archive.log(names[8]),
        Err(ArchiveError::NoSuchSubject(_))
    ));
}

#[test]
fn a_password_is_sent_and_never_shown() {
    let sandbox = Sandbox::new();
    let base = crate::support::serve_asked(|head| {
        // jo:secret
        if head.contains("Basic am86c2VjcmV0\r\n") || head.contains("basic am86c2VjcmV0\r\n") {
            return Some(crate::support::whole("Bazaar archive format 1 0\n"));
        }
        Some(crate::support::status("401 Unauthorized", ""))
    });
    assert!(open(&format!("http://jo:secret@{base}/a"), None).is_ok());
    for password in ["jo:wr0ng@", ""] {
        let url = format!("http://{password}{base}/a");
        let error = open(&url, None).err().expect("it is not let in");
        let said = format!("{error} {error:?}");
        assert!(
            matches!(error, ArchiveError::Host { .. }) && !said.contains("wr0ng"),
            "{said}"
        );
    }
    let url = format!("http://jo:wr0ng@{base}/a");
    sandbox
        .larch(["register-archive", "--offline", NAME, &url])
        .ok();
    let ended = sandbox.larch(["categories", NAME]).any_stderr().code(1);
    let said = ended.stderr;
    assert!(said.contains("401") && !said.contains("wr0ng"), "{said}");
}
