//! No test is forgotten.

use std::fs;
use std::path::Path;

/// Cargo compiles only what `main.rs` names: a new file that it does not name tests nothing.
#[test]
fn every_file_of_tests_is_listed_in_main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(here.join("main.rs")).unwrap();
    for entry in fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let is_module = path.extension().is_some_and(|extension| extension == "rs")
            || path.join("mod.rs").exists();
        assert!(
            module == "main" || !is_module || main.contains(&format!("\nmod {module};")),
            "{} is not listed in tests/it/main.rs",
            path.display(),
        );
    }
}
