//! The manual holds what the program does: its examples parse, its commands exist, its links lead
//! somewhere.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use larch::config::Config;
use larch::name::Level;
use larch::rules;

use super::support::Sandbox;

/// A fenced block of a page.
struct Block {
    page: PathBuf,
    line: usize,
    language: String,
    text: String,
}

impl Block {
    /// Where it stands, for a person who has to mend it.
    fn place(&self) -> String {
        format!("{}:{}", self.page.display(), self.line)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `docs` and `contrib`, and the front page.
fn files() -> Vec<PathBuf> {
    let below = ["docs", "contrib"]
        .into_iter()
        .flat_map(|dir| walkdir::WalkDir::new(root().join(dir)))
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path);
    let front = root().join("README.md");
    below.chain(front.exists().then_some(front)).collect()
}

fn pages() -> Vec<PathBuf> {
    let mut pages = files();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    assert!(pages.len() > 5, "{pages:?}");
    pages
}

fn blocks_of(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.trim_start().strip_prefix("```"), open.as_mut()) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => {
                open = Some(Block {
                    page: page.to_owned(),
                    line: number,
                    language: language.trim().to_owned(),
                    text: String::new(),
                });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: a block has no end", page.display());
    blocks
}

fn blocks(language: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = pages().iter().flat_map(|page| blocks_of(page)).collect();
    blocks.retain(|block| block.language == language);
    assert!(!blocks.is_empty(), "no block of {language}");
    blocks
}

/// The front page's commands, which stand in paragraphs that are set in.
fn front_page() -> Block {
    let page = root().join("README.md");
    let text = fs::read_to_string(&page).unwrap();
    let commands: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .collect();
    Block {
        text: commands.join("\n"),
        language: "sh".to_owned(),
        line: 1,
        page,
    }
}

/// The level whose rules file is called so.
fn level_of(file: &str) -> Option<Level> {
    Level::SUBJECTS
        .into_iter()
        .find(|level| rules::file_name(*level) == Some(file))
}

#[track_caller]
fn assert_good_rules(place: &str, file: &str, text: &str) {
    let level = level_of(file).unwrap_or_else(|| panic!("{place}: `{file}` is no rules file"));
    let parsed = rules::parse(level, Path::new(file), text.as_bytes());
    assert!(parsed.diagnostics.is_empty(), "{place}: {parsed:#?}");
    assert!(!parsed.rules.is_empty(), "{place}: there is no rule");
}

/// Loads a text as settings, and says what is wrong with it.
fn load(text: &str) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("=config.toml");
    File::create(&path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    Config::load(Path::new(""), &[path]).map_err(|error| error.to_string())
}

/// The command lines of a block that run larch, without what is piped or redirected elsewhere.
fn commands(block: &Block) -> Vec<Vec<String>> {
    let joined = block.text.replace("\\\n", " ");
    joined
        .lines()
        .flat_map(|line| line.split(['|', ';', '>']))
        .map(|command| command.split(" #").next().unwrap_or_default())
        .map(|command| command.trim_start_matches("$ "))
        .map(|command| command.split_whitespace().map(str::to_owned).collect())
        .filter(|words: &Vec<String>| words.first().is_some_and(|word| word == "larch"))
        .collect()
}

/// The help of a command, which must be there.
#[track_caller]
fn help_of(sandbox: &Sandbox, place: &str, path: &[&str]) -> String {
    let help = sandbox
        .larch(path.iter().chain(&["--help"]))
        .any_stdout()
        .any_stderr()
        .output();
    assert_eq!(help.code(), Some(0), "{place}: {}", help.stderr);
    help.stdout
}

/// A heading as the end of a link names it.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn anchors(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| anchor(heading.trim_start_matches('#').trim()))
        .collect()
}

/// The targets of the links in a page, but for those in code.
fn links(page: &Path) -> Vec<String> {
    let mut text = fs::read_to_string(page).unwrap();
    for block in blocks_of(page) {
        text = text.replace(&block.text, "");
    }
    text.split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .filter(|target| !target.contains("://"))
        .collect()
}

/// The rows of the tables in a part of a page, their cells without the marks of code.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let after = text
        .split_once(&format!("\n{heading}"))
        .unwrap_or_else(|| panic!("{page} has no heading {heading}"))
        .1;
    let part = after.split("\n## ").next().unwrap_or_default();
    part.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").map(|cell| cell.replace('`', "")).collect())
        .skip(2)
        .collect()
}

#[test]
fn every_example_of_rules_is_good() {
    for block in blocks("rules") {
        let first = block.text.lines().next().unwrap_or_default();
        let file = first.trim().trim_start_matches("# ");
        assert_good_rules(&block.place(), file, &block.text);
    }
}

#[test]
fn every_rules_file_and_settings_file_of_contrib_is_good() {
    for path in files() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("=rules.") {
            let text = fs::read_to_string(&path).unwrap();
            assert_good_rules(&path.display().to_string(), name, &text);
        } else if name == "=config.toml" {
            load(&fs::read_to_string(&path).unwrap()).unwrap();
        }
    }
}

#[test]
fn every_example_of_settings_loads() {
    for block in blocks("toml") {
        if let Err(error) = load(&block.text) {
            panic!("{}: {error}", block.place());
        }
    }
}

#[test]
fn every_example_of_json_is_json() {
    for block in blocks("json") {
        for value in
            serde_json::Deserializer::from_str(&block.text).into_iter::<serde_json::Value>()
        {
            if let Err(error) = value {
                panic!("{}: {error}", block.place());
            }
        }
    }
}

#[test]
fn every_variable_of_an_action_is_documented() {
    let source = fs::read_to_string(root().join("src/action/program/environment.rs")).unwrap();
    let set: BTreeSet<&str> = source
        .split('"')
        .filter(|text| text.starts_with("LARCH_"))
        .collect();
    let rows = rows("docs/actions.md", "### Environment");
    let documented: BTreeSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(documented, set);
}

#[test]
fn every_command_line_names_a_command_and_options_that_exist() {
    let sandbox = Sandbox::new();
    for block in blocks("sh").into_iter().chain([front_page()]) {
        for words in commands(&block) {
            let place = format!("{}: {}", block.place(), words.join(" "));
            let mut path: Vec<&str> = words.iter().skip(1).take(1).map(String::as_str).collect();
            let mut help = help_of(&sandbox, &place, &path);
            // Some commands have commands of their own.
            if help.contains(&format!("larch {} <COMMAND>", path.join(" "))) {
                path.extend(words.get(2).map(String::as_str));
                help = help_of(&sandbox, &place, &path);
            }
            let known: BTreeSet<&str> = help
                .split(|c: char| c.is_whitespace() || ",[]=<>".contains(c))
                .filter(|word| word.starts_with('-'))
                .collect();
            for option in words.iter().filter(|word| word.starts_with('-')) {
                let name = option.split('=').next().unwrap_or(option);
                assert!(known.contains(name), "{place}: there is no {name}");
            }
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    for page in pages() {
        for link in links(&page) {
            let (path, part) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(path)
            };
            assert!(target.exists(), "{}: {link} is not there", page.display());
            let found = part.is_empty() || anchors(&target).contains(part);
            assert!(found, "{}: {link} has no such part", page.display());
        }
    }
}

#[test]
fn every_page_is_linked_from_the_front_page_of_its_folder() {
    for folder in ["docs", "docs/decisions"] {
        let folder = root().join(folder);
        let linked: BTreeSet<String> = links(&folder.join("README.md")).into_iter().collect();
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let is_page =
                Path::new(&name).extension().is_some_and(|end| end == "md") && name != "README.md";
            assert!(!is_page || linked.contains(&name), "{name} is not linked");
        }
    }
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = Sandbox::new().larch(["--help"]).any_stdout().ok().stdout;
    let listed = help.split_once("Exit status:\n").unwrap().1;
    let listed: Vec<Vec<String>> = listed
        .lines()
        .map_while(|line| line.trim().split_once("  "))
        .map(|(code, meaning)| vec![code.to_owned(), meaning.to_owned()])
        .collect();
    assert_eq!(rows("docs/reference.md", "## Exit codes"), listed);
}

#[test]
fn the_page_of_every_setting_is_what_larch_prints() {
    let sandbox = Sandbox::new();
    let printed = sandbox.larch(["config", "--reference"]).any_stdout();
    let page = fs::read_to_string(root().join("docs/settings-reference.md")).unwrap();
    assert_eq!(
        page,
        printed.ok().stdout,
        "regenerate it: larch config --reference >docs/settings-reference.md"
    );
}

#[test]
fn every_section_is_explained_in_the_page_on_settings() {
    let reference = fs::read_to_string(root().join("docs/settings-reference.md")).unwrap();
    let sections = reference.lines().filter(|line| line.starts_with("## `["));
    let page = fs::read_to_string(root().join("docs/settings.md")).unwrap();
    for section in sections {
        let heading = format!("\n{}", section.trim_end_matches('\n'));
        assert!(page.contains(&heading), "{section}");
    }
}

#[test]
fn every_crash_point_is_in_the_page_on_delivery() {
    let documented: BTreeSet<String> = rows("docs/delivery.md", "## Every crash point")
        .into_iter()
        .filter_map(|row| row.into_iter().next())
        .filter(|point| point.contains(|c: char| c.is_alphabetic()))
        .filter(|point| point.contains('-') && !point.contains(' '))
        .collect();
    let sources = walkdir::WalkDir::new(root().join("src"));
    let mut found = BTreeSet::new();
    for entry in sources.into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            let points = text.split("fault::point(\"").skip(1);
            found.extend(points.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    assert_eq!(documented, found);
}

#[test]
fn every_test_that_is_named_exists() {
    let mut tests = String::new();
    let places = ["tests", "src"].map(|place| walkdir::WalkDir::new(root().join(place)));
    for entry in places.into_iter().flatten() {
        tests.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap_or_default());
    }
    let text = fs::read_to_string(root().join("docs/delivery.md")).unwrap();
    let named: Vec<&str> = text
        .split('`')
        .filter(|word| word.matches('_').count() >= 4 && !word.contains(' '))
        .collect();
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        assert!(tests.contains(&format!("fn {name}(")), "no test {name}");
    }
}
