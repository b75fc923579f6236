//! The first command of the README.

use crate::support::Sandbox;

#[test]
fn the_demo_shows_what_the_readme_says() {
    let sandbox = Sandbox::new();
    // The program that is tested stands in for the one that the demo would build.
    sandbox.program("cargo", "#!/bin/sh\n");
    sandbox.write("target/release/.keep", "");
    let larch = env!("CARGO_BIN_EXE_larch");
    std::os::unix::fs::symlink(larch, sandbox.path("target/release/larch")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let ended = sandbox
        .run(format!("{root}/contrib/demo/run"), [""; 0])
        .env("PATH", format!("{}:{path}", sandbox.path("bin").display()))
        .env("CARGO_TARGET_DIR", sandbox.path("target"))
        .stdout_has("Release 1.0")
        .stdout_has("Let the tea draw")
        .stdout_has("ada@example.org--demo/teapot--main--0.1 demo-print:revision")
        .ok();
    // The journal has times and ids in it, which differ.
    let (stable, _) = ended.stdout.trim().split_once("\n\nEvery run").unwrap();
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let indented: Vec<String> = stable
        .lines()
        .map(|line| format!("    {line}").trim_end().to_owned())
        .collect();
    assert!(
        readme.contains(&indented.join("\n")),
        "README.md does not show:\n{}",
        indented.join("\n")
    );
}
