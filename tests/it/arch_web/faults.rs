//! Servers that fail, hang, flood and lie.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use larch::archive::{self, Access, Archive, ArchiveError, Options};
use larch::name::Level;

use super::{NAME, name, open, open_with, options};
use crate::support::{Sandbox, access, serve, status, whole};

const FLAT: &str = "Bazaar archive format 1 0\n";
const NESTED: &str = "Hackerlab arch archive directory, format version 2.\n";
const ROOT: &str = ".archive-version\r\n=meta-info\r\nc\r\nc--b--1\r\n";

/// The archive at a server that answers `.archive-version` well, and all else by `answer`.
fn at(
    format: &'static str,
    answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> Box<dyn Archive> {
    let host = serve(move |path| match path {
        "/a/.archive-version" => Some(whole(format)),
        path => answer(path),
    });
    open_with(
        &format!("http://{host}/a"),
        None,
        Options {
            timeout: Duration::from_secs(2),
            ..options()
        },
    )
    .unwrap()
}

#[track_caller]
fn said(archive: &dyn Archive, level: Level, package: &str) -> String {
    let text = match package {
        "" => NAME.to_owned(),
        package => format!("{NAME}/{package}"),
    };
    let listed = archive.list(&name(level, &text), None, &|_| true);
    listed.unwrap_err().to_string()
}

#[test]
fn what_is_no_listing_is_an_error() {
    for (answer, expected) in [
        (whole("<html>Not here</html>"), "is a page"),
        (whole("nothing\r\n"), "not the listing of an archive's root"),
        (whole(""), "not the listing of an archive's root"),
        (whole("\u{1b}]0;x\u{7}\r\n"), "no listing of names"),
        (status("404 Not Found", ""), "tla make-archive --listing"),
        (status("403 Forbidden", ""), "403 Forbidden"),
        (status("500 Oops", ""), "500"),
        (status("304 Not Modified", ""), "304"),
        (status("206 Partial Content", ""), "206"),
        (
            format!("HTTP/1.1 200 OK\r\n\r\n{ROOT}").into_bytes(),
            "how long",
        ),
        (
            format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{ROOT}").into_bytes(),
            "ends early",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n.archi".to_vec(),
            "ends early",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec(),
            "longer than",
        ),
        (b"hello\r\n\r\n".to_vec(), ""),
        (Vec::new(), ""),
    ] {
        let shown = answer.escape_ascii().to_string();
        let archive = at(FLAT, move |_| Some(answer.clone()));
        let said = said(archive.as_ref(), Level::Archive, "");
        assert!(said.contains(expected), "{shown}: {said}");
        assert!(!said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn a_flood_is_ended() {
    let archive = at(FLAT, |_| {
        let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        let mut chunk = b"100000\r\n".to_vec();
        chunk.resize(chunk.len() + 0x10_0000, b'\n');
        chunk.extend_from_slice(b"\r\n");
        for _ in 0..65 {
            answer.extend_from_slice(&chunk);
        }
        Some(answer)
    });
    let said = said(archive.as_ref(), Level::Archive, "");
    assert!(said.contains("longer than"), "{said}");
}

#[test]
fn endless_headers_are_ended() {
    let archive = at(FLAT, |_| {
        let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
        for number in 0..100_000 {
            answer.extend_from_slice(format!("X-{number}: x\r\n").as_bytes());
        }
        Some(answer)
    });
    said(archive.as_ref(), Level::Archive, "");
}

#[test]
fn a_server_that_hangs_is_given_up_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let archive = at(FLAT, move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        None
    });
    let began = Instant::now();
    let names: Vec<_> = (0..50)
        .map(|number| name(Level::Version, &format!("{NAME}/c--b--{number}")))
        .collect();
    let looks: Vec<_> = names.iter().map(|name| (name, None)).collect();
    archive.expect(&looks);
    for name in &names {
        let error = archive.look(name, None).unwrap_err();
        assert!(matches!(error, ArchiveError::TooSlow { .. }), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(6));
    assert!(asked.load(Ordering::Relaxed) <= 4);
}

#[test]
fn who_is_told_to_stop_does_not_wait() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let host = serve(|path| {
        if path == "/a/.archive-version" {
            return Some(whole(FLAT));
        }
        STOP.store(true, Ordering::Relaxed);
        None
    });
    let access = Access {
        stop: &STOP,
        ..access(Options {
            timeout: Duration::from_mins(10),
            ..options()
        })
    };
    let archive = archive::open(NAME, &format!("http://{host}/a"), None, access).unwrap();
    let look = archive.look(&name(Level::Archive, NAME), None);
    assert!(matches!(look, Err(ArchiveError::Stopped(_))), "{look:?}");
}

#[test]
fn redirections_are_followed_on_the_same_host_alone() {
    let elsewhere = serve(|_| Some(whole(ROOT)));
    let to = format!("Location: http://{elsewhere}/a/.listing\r\n");
    let archive = at(FLAT, move |_| Some(status("302 Found", &to)));
    let said_elsewhere = said(archive.as_ref(), Level::Archive, "");
    assert!(said_elsewhere.contains("same host"), "{said_elsewhere}");

    let archive = at(FLAT, |path| match path {
        "/b/.listing" => Some(whole(ROOT)),
        _ => Some(status("301 Moved", "Location: /b/.listing\r\n")),
    });
    let listed = archive.list(&name(Level::Archive, NAME), None, &|_| true);
    assert_eq!(listed.unwrap().parts, ["c"]);

    let archive = at(FLAT, |path| {
        let to = format!("Location: {path}x\r\n");
        Some(status("302 Found", &to))
    });
    let said = said(archive.as_ref(), Level::Archive, "");
    assert!(said.contains("again and again"), "{said}");
}

#[test]
fn a_subject_has_gone_only_if_the_listing_above_does_not_name_it() {
    let archive = at(NESTED, |path| match path {
        "/a/.listing" => Some(whole(ROOT)),
        _ => Some(status("404 Not Found", "")),
    });
    let look = |level, package: &str| {
        let name = name(level, &format!("{NAME}/{package}"));
        archive.look(&name, None).unwrap_err()
    };
    let missing = look(Level::Category, "c");
    assert!(matches!(missing, ArchiveError::Fetch { .. }), "{missing}");
    let missing = look(Level::Branch, "c--b");
    assert!(matches!(missing, ArchiveError::Fetch { .. }), "{missing}");
    for (level, package) in [
        (Level::Category, "d"),
        (Level::Branch, "d--b"),
        (Level::Version, "d--b--1"),
    ] {
        let gone = look(level, package);
        assert!(matches!(gone, ArchiveError::NoSuchSubject(_)), "{gone}");
    }
}

#[test]
fn a_host_that_lets_nobody_in_is_asked_once() {
    for answer in ["401 Unauthorized", "429 Too Many", "503 Unavailable"] {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let archive = at(FLAT, move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Some(status(answer, ""))
        });
        for _ in 0..3 {
            let look = archive.look(&name(Level::Archive, NAME), None);
            assert!(matches!(look, Err(ArchiveError::Host { .. })), "{look:?}");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn a_server_that_closes_its_connections_is_asked_by_new_ones() {
    // It does not say so.
    let host = serve(|path| {
        let text = if path.ends_with("version") {
            FLAT
        } else {
            ROOT
        };
        let length = text.len();
        Some(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}").into_bytes())
    });
    for _ in 0..20 {
        let archive = open(&format!("http://{host}/a"), None).unwrap();
        for number in 0..5 {
            let version = name(Level::Version, &format!("{NAME}/c--b--{number}"));
            archive.list(&version, None, &|_| true).unwrap();
        }
    }
}

#[test]
fn what_is_no_archive_is_said() {
    let sandbox = Sandbox::new();
    for (answer, expected) in [
        (status("404 Not Found", ""), "there is no such file"),
        (whole(""), "its first line is empty"),
        (whole("<html>\u{1b}[2J"), "`<html>\\x1b[2J`"),
    ] {
        let host = serve(move |_| Some(answer.clone()));
        let url = format!("http://{host}/a");
        let error = open(&url, None).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
        sandbox
            .larch(["register-archive", &url])
            .stderr_has(expected)
            .code(1);
    }
}
