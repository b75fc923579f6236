//! A disk that is full, and other ways not to be able to write.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use super::{RULES, rules_files, settled};
use crate::support::{Layout, Sandbox, Swift, check_database, check_rules, say};

/// A file system of some kilobytes, as long as the value lives; `None` where none may be made.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    pub(crate) fn new(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        let mounted = std::process::Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size},mode=0700"),
                "tmpfs",
            ])
            .arg(&path)
            .output()
            .is_ok_and(|mounted| mounted.status.success());
        if !mounted {
            say("skipped: no file system may be mounted here");
        }
        mounted.then_some(Self(path))
    }

    /// Fills it to the last byte but `left`.
    pub(crate) fn fill(&self, left: usize) {
        let ballast = self.0.join("ballast");
        let mut file = File::create(&ballast).unwrap();
        let _full = file.write_all(&vec![b'x'; 1 << 20]);
        let length = fs::metadata(&ballast).unwrap().len();
        let length = length.saturating_sub(left as u64);
        file.set_len(length).unwrap();
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _done = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .status();
    }
}

#[test]
fn a_full_disk_under_the_state_loses_nothing() {
    for left in [0, 4096, 8192, 16384, 32768, 65536] {
        let (sandbox, arch) = settled(Layout::Nested);
        let state = sandbox.path("n/+state");
        let aside = sandbox.path("state");
        fs::rename(&state, &aside).unwrap();
        let Some(disk) = SmallDisk::new(state.clone(), "1m") else {
            return;
        };
        let copied = std::process::Command::new("cp")
            .arg("-a")
            .arg(aside.join("."))
            .arg(&state)
            .status();
        assert!(copied.unwrap().success());
        let before = rules_files(&sandbox);
        disk.fill(left);
        sandbox.behave("printf '%20000s' x");
        let mut expected: Vec<String> = (2..30)
            .map(|number| format!("r {}", arch.commit("c--b--1.0", &format!("patch-{number}"))))
            .collect();
        expected.push(format!("r {}", arch.commit("e--b--1.0", "patch-2")));
        for ahead in [30, 40, 50] {
            let ended = sandbox.poll().clock_ahead(ahead).any_stderr().output();
            assert!(
                matches!(ended.code(), Some(0 | 69)),
                "{left}: {} {}",
                ended.status,
                ended.stderr
            );
        }
        assert_eq!(before, rules_files(&sandbox));
        disk.make_room();
        sandbox.behave("");
        sandbox.poll().clock_ahead(60).any_stderr().ok();
        let (mut told, order) = (sandbox.take_told(), expected.clone());
        told.sort_by_key(|told| order.iter().position(|expected| expected == told));
        assert_eq!(told, expected, "{left} bytes were left");
        check_database(&sandbox, "n");
    }
}

#[test]
fn a_full_disk_under_the_rules_files_loses_nothing() {
    let sandbox = Sandbox::new();
    let arch = Swift::new(&sandbox, "a@example.org", Layout::Nested);
    sandbox.write(
        "n/=config.toml",
        format!("[store]\npath = {:?}\n", sandbox.path("state")),
    );
    let Some(disk) = SmallDisk::new(sandbox.path("n"), "256k") else {
        return;
    };
    sandbox.write(
        "n/=config.toml",
        format!("[store]\npath = {:?}\n", sandbox.path("state")),
    );
    sandbox.write("n/=rules.archives", RULES);
    arch.commit("c--b--1.0", "base-0");
    sandbox.poll().ok();
    let mut ahead = 10;
    let mut number = 0;
    for left in [0, 1000, 4096, 5000] {
        disk.fill(left);
        // Many lines, of which the last that fits is torn somewhere.
        let names: Vec<String> = (0..100)
            .map(|_| {
                number += 1;
                format!("category-{number}--branch--1.0")
            })
            .collect();
        for name in &names {
            arch.commit(name, "base-0");
        }
        let ended = sandbox.poll().clock_ahead(ahead).any_stderr().output();
        assert!(matches!(ended.code(), Some(0 | 1)), "{}", ended.stderr);
        // Everything is told all the same: the lines act as rules without a file.
        let told = sandbox.take_told();
        for name in &names {
            assert!(told.contains(&format!("r a@example.org/{name}--base-0")));
        }
        // What stands in the files is whole, and none of it is taken for a line of a person's.
        check_rules(&sandbox, "n");
        sandbox.poll().clock_ahead(ahead + 1).any_stderr().output();
        check_rules(&sandbox, "n");
        disk.make_room();
        sandbox.poll().clock_ahead(ahead + 2).any_stderr().ok();
        check_rules(&sandbox, "n");
        assert_eq!(sandbox.take_told(), [""; 0]);
        for file in [
            "n/=rules.categories",
            "n/=rules.branches",
            "n/=rules.versions",
        ] {
            assert_eq!(sandbox.active_lines(file).len(), number + 1, "{file}");
        }
        ahead += 10;
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_loses_nothing() {
    let (sandbox, arch) = settled(Layout::Flat);
    let expected: Vec<String> = (2..400)
        .map(|number| format!("r {}", arch.commit("c--b--1.0", &format!("patch-{number}"))))
        .collect();
    let larch = env!("CARGO_BIN_EXE_larch");
    for blocks in [0, 4, 16, 64, 200] {
        let script = format!("ulimit -f {blocks}; exec {larch} notify n");
        let ended = sandbox
            .run("bash", ["-c", &script])
            .any_stderr()
            .clock_ahead(30)
            .output();
        assert!(
            matches!(ended.code(), Some(0 | 69)),
            "{blocks}: {} {}",
            ended.status,
            ended.stderr
        );
    }
    sandbox.poll().clock_ahead(40).any_stderr().ok();
    assert_eq!(sandbox.take_told(), expected);
    check_database(&sandbox, "n");
}

#[test]
fn output_that_cannot_be_kept_repeats_nothing() {
    let (sandbox, arch) = settled(Layout::Flat);
    // What is short is kept in the database.
    sandbox.behave("printf %600d 1");
    fs::rename(sandbox.path("n/+state/output"), sandbox.path("aside")).unwrap();
    sandbox.write("n/+state/output", "");
    let first = arch.commit("c--b--1.0", "patch-2");
    sandbox.poll().clock_ahead(30).any_stderr().code(69);
    assert_eq!(sandbox.take_told(), [format!("r {first}")]);
    fs::remove_file(sandbox.path("n/+state/output")).unwrap();
    fs::rename(sandbox.path("aside"), sandbox.path("n/+state/output")).unwrap();
    sandbox.poll().clock_ahead(40).any_stderr().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
}
