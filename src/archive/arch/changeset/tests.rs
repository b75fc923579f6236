use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tar::{Builder, Header};

use super::*;

/// A changeset with these files: entry type, path below the top, content or target.
fn packed(files: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (kind, path, content) in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        let path = format!("c--1--patch-1.patches/{path}");
        if kind.is_symlink() {
            header.set_size(0);
            let target = str::from_utf8(content).unwrap();
            tar.append_link(&mut header, path, target).unwrap();
        } else {
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, path, *content).unwrap();
        }
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn text(files: &[(EntryType, &str, &[u8])]) -> String {
    let changeset = read(&packed(files)[..], 1 << 20).unwrap();
    assert!(!changeset.diff.is_cut);
    String::from_utf8(changeset.diff.text).unwrap()
}

const FILE: EntryType = EntryType::Regular;

#[test]
fn files_are_told_by_name_whatever_they_are() {
    let long = "long/".repeat(40) + "name";
    let told = text(&[
        (FILE, "removed-files-archive/z", b"1\n"),
        (FILE, "mod-files-index", b"./x y\n"),
        (FILE, "new-files-archive/.arch-ids/a.id", b"id\n"),
        (FILE, "new-files-archive/{arch}/c/log", b"log\n"),
        (
            FILE,
            "patches/p.patch",
            b"--- orig/p\n+++ mod/p\n@@ -1 +1 @@\n-a\n+b\n",
        ),
        (FILE, "patches/p.meta-orig", b"--permissions 644\n"),
        (FILE, "patches/p.meta-mod", b"--permissions 755\n"),
        (FILE, "patches/b.original", b"\0"),
        (FILE, "patches/b.modified", b"\0x"),
        (FILE, "patches/v1.0/=dir-meta-mod", b"--permissions 755\n"),
        (FILE, "patches/l.link-orig", b"f\n"),
        (FILE, "patches/l.link-mod", b"g\n"),
        (FILE, "new-files-archive/a\nb", b"1\n2"),
        (FILE, "new-files-archive/empty", b""),
        (EntryType::Symlink, "new-files-archive/ln", b"/etc/passwd"),
        (FILE, &format!("new-files-archive/{long}"), b"x\n"),
    ]);
    let expected = format!(
        "--- /dev/null\n+++ mod/a?b\n@@ -0,0 +1,2 @@\n+1\n+2\n\\ No newline at end of file\n\
         Binary files orig/b and mod/b differ\n\
         --- /dev/null\n+++ mod/empty\n\
         --- orig/l\n+++ mod/l\n@@ -1 +1 @@\n-f\n+g\n\
         --- /dev/null\n+++ mod/ln\n@@ -0,0 +1 @@\n+/etc/passwd\n\
         --- /dev/null\n+++ mod/{long}\n@@ -0,0 +1 @@\n+x\n\
         old permissions 644\nnew permissions 755\n\
         --- orig/p\n+++ mod/p\n@@ -1 +1 @@\n-a\n+b\n\
         --- orig/z\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
    );
    assert_eq!(told, expected);
}

#[test]
fn lines_are_counted_whether_they_are_kept_or_not() {
    let patch = b"--- orig/p\n+++ mod/p\n@@ -1,2 +1,2 @@\n c\n--- a\n+++ b\n+c\n";
    let packed = packed(&[
        (FILE, "patches/p.patch", patch),
        (FILE, "new-files-archive/n", b"1\n2\n3"),
        (FILE, "new-files-archive/b", b"\0\n"),
        (FILE, "removed-files-archive/r", b"1\n"),
    ]);
    for limit in [0, 40, 1000] {
        let found = read(&packed[..], limit).unwrap();
        assert_eq!(found.diff.is_cut, limit < 1000);
        assert!(found.diff.text.len() as u64 <= limit);
        let lines = |path: &str| found.lines.get(path).copied();
        assert_eq!(lines("p"), Some((2, 1)));
        assert_eq!(lines("n"), Some((3, 0)));
        assert_eq!(lines("r"), Some((0, 1)));
        assert_eq!(lines("b"), None);
    }
}

#[test]
fn hostile_archives_do_no_harm() {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..13].copy_from_slice(b"/etc/../../ab");
    header.set_entry_type(FILE);
    header.set_size(2);
    header.set_cksum();
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    tar.append(&header, &b"x\n"[..]).unwrap();
    let strange = tar.into_inner().unwrap().finish().unwrap();
    assert_eq!(read(&strange[..], 100).unwrap().diff, Diff::default());
    for kind in [
        EntryType::Link,
        EntryType::Char,
        EntryType::Fifo,
        EntryType::Directory,
    ] {
        assert_eq!(text(&[(kind, "new-files-archive/x", b"")]), "", "{kind:?}");
    }
    for garbage in [&b""[..], b"x", b"\x1f\x8b\x08", &strange[..20]] {
        assert!(read(garbage, 100).is_err(), "{}", garbage.escape_ascii());
    }
}

#[test]
fn a_bomb_is_not_unpacked_to_its_end() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let mut header = Header::new_gnu();
    header.set_path("v.patches/new-files-archive/bomb").unwrap();
    header.set_size(1 << 40);
    header.set_entry_type(EntryType::GNULongName);
    header.set_cksum();
    gzip.write_all(header.as_bytes()).unwrap();
    gzip.write_all(&vec![b'a'; 2 << 20]).unwrap();
    let found = read_within(1 << 20, &gzip.finish().unwrap()[..], 100).unwrap();
    assert!(found.diff.is_cut && found.diff.text.is_empty());
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(bytes in any::<Vec<u8>>(), at in 0..512_usize, flip in 1..255_u8) {
        prop_assert!(read(&bytes[..], 100).is_err());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut tar = Vec::new();
        let good = packed(&[(FILE, "new-files-archive/n", &bytes)]);
        MultiGzDecoder::new(&good[..]).read_to_end(&mut tar).unwrap();
        let place = at % tar.len();
        tar[place] ^= flip;
        gzip.write_all(&tar).unwrap();
        read(&gzip.finish().unwrap()[..], 100).ok();
    }
}
