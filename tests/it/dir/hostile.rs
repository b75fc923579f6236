//! Names of every sort, made by whoever may upload.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{Pool, name};
use crate::support::Sandbox;

#[test]
fn every_byte_may_stand_in_a_name_at_every_level() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let mut expected = Vec::new();
    for byte in (1..=u8::MAX).filter(|&byte| byte != b'/') {
        let around = [b'a', byte, b'z'];
        let alone = [byte];
        for entry in [&around[..], &alone] {
            let entry = Path::new(OsStr::from_bytes(entry));
            if matches!(entry.to_str(), Some("." | "~")) {
                continue;
            }
            expected.push(pool.upload(Path::new("c/b/1").join(entry)));
            if entry.as_os_str().len() > 1 {
                let place = Path::new(entry).join(entry).join(entry).join("x");
                expected.push(pool.upload(place));
            }
        }
    }
    pool.poll_old().ok();
    let mut told = pool.told();
    // Each came as one word, and is what there is.
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    crate::support::check_rules(&sandbox, "n");
    pool.poll_old().ok();
    assert_eq!(pool.told(), [""; 0]);
}

#[test]
fn names_that_look_like_something_else_are_names() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let entries: [&[u8]; 13] = [
        b"--help",
        b"-x",
        b"a--b",
        b"$(touch owned)",
        b"`id`; rm -rf *",
        b"# comment",
        b"record:x",
        b"%2E%2E",
        b"a\nb",
        "\u{202e}gpj.exe".as_bytes(),
        "\u{feff}bom".as_bytes(),
        b"\xff\xfe\xc3",
        &[b'x'; 255],
    ];
    let mut expected = Vec::new();
    for entry in entries {
        let entry = Path::new(OsStr::from_bytes(entry));
        expected.push(pool.upload(entry.join(entry).join(entry).join(entry)));
    }
    pool.poll_old().ok();
    let mut told = pool.told();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    for place in &told {
        sandbox.larch(["cat-archive-log", place]).any_stdout().ok();
    }
    assert_eq!(name("a--b/-x"), "pool/a%2D%2Db--%2Dx");
    assert!(!sandbox.path("n/owned").exists());
}
