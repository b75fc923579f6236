//! What the declarations say, for people: a page of a manual, and a file to start from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Config;
use super::layers::SECTIONS;
use super::reader::Part;
use super::section::Facts;
use super::shape::Table;

const HEAD: &str = "\
# Every setting

This page is what `larch config --reference` prints. [Settings](settings.md) explains how the files
are read; the last table here, what is written as a value.
";

const TEMPLATE_HEAD: &str = "\
# The settings of this notification directory. Each stands here with its default, or an example;
# remove the `#` before it, and before the line of its section, to set it. `larch config DIR` shows
# what is set, and where. A section reaches from its line to the next one.
";

/// A page with every section, every key, and every kind of value, in Markdown.
pub fn reference() -> String {
    let config = Config::default();
    let mut page = HEAD.to_owned();
    let mut kinds = BTreeMap::new();
    for section in SECTIONS {
        let shape = (section.of)(&config);
        let Table { part, keys } = shape.example();
        let title = match part {
            Part::Named(name) if Part::Named(name.clone()).title("").contains('"') => {
                format!("[{}.\"NAME\"]", section.name)
            }
            Part::Named(_) => format!("[{}.NAME]", section.name),
            part => part.title(section.name),
        };
        add(
            &mut page,
            format_args!("\n## `{title}`\n\n{}\n\n", joined(shape.about())),
        );
        add(
            &mut page,
            "| key | value | default | meaning |\n| --- | --- | --- | --- |\n",
        );
        for (facts, value) in keys {
            let kind = (facts.kind)();
            let default = default(&facts, value);
            let about = joined(facts.about);
            row(
                &mut page,
                &[&format!("`{}`", facts.name), &kind, &default, &about],
            );
            kinds.insert(kind, (facts.words)());
        }
    }
    add(&mut page, "\n## Values\n\n| value | is |\n| --- | --- |\n");
    for (kind, words) in kinds {
        row(&mut page, &[&kind, &words]);
    }
    page
}

/// A settings file with every key and its default or an example, all of them commented out.
pub fn template() -> String {
    let config = Config::default();
    let mut text = TEMPLATE_HEAD.to_owned();
    for section in SECTIONS {
        let shape = (section.of)(&config);
        let Table { part, keys } = shape.example();
        // A plain section may stand there empty; one of many would be one.
        let mark = if part == Part::Whole { "" } else { "#" };
        add(&mut text, "\n");
        comment(&mut text, shape.about());
        add(
            &mut text,
            format_args!("{mark}{}\n", part.title(section.name)),
        );
        for (facts, value) in keys {
            comment(&mut text, facts.about);
            if let Some(absent) = facts.absent {
                add(&mut text, format_args!("# If it is not set: {absent}.\n"));
            }
            let value = value.map(|value| value.to_string());
            let value = facts
                .example
                .map(str::to_owned)
                .or(value)
                .unwrap_or_default();
            add(&mut text, format_args!("#{} = {value}\n", facts.name));
        }
    }
    text
}

fn default(facts: &Facts, value: Option<toml::Value>) -> Cow<'static, str> {
    match (facts.required, facts.absent, value) {
        (true, ..) => "must be set".into(),
        (_, Some(absent), _) => absent.into(),
        (_, None, Some(value)) => format!("`{value}`").into(),
        (_, None, None) => Cow::default(),
    }
}

fn joined(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    lines.join(" ")
}

fn comment(text: &mut String, lines: &[&str]) {
    for line in lines {
        add(text, format_args!("# {}\n", line.trim()));
    }
}

fn row(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', r"\|")).collect();
    add(page, format_args!("| {} |\n", cells.join(" | ")));
}

fn add(text: &mut String, more: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _always = write!(text, "{more}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::resolved;
    use crate::fsx::create_atomic;
    use std::path::Path;

    #[test]
    fn the_file_to_start_from_sets_nothing_and_names_everything() {
        let text = template();
        let uncommented: Vec<&str> = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => setting,
                _ => line,
            })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let resolve = |name: &str, text: &str| {
            let path = dir.path().join(name);
            create_atomic(&path, text.as_bytes(), 0o600).unwrap();
            resolved::resolve(Path::new(""), &[path]).unwrap()
        };
        let defaults = resolved::resolve(Path::new(""), &[]).unwrap();
        assert_eq!(resolve("as-it-is", &text), defaults);
        let all = resolve("uncommented", &uncommented.join("\n"));
        assert_eq!(all.len(), SECTIONS.len());
        for (table, section) in all.iter().zip(SECTIONS) {
            let example = (section.of)(&Config::default()).example();
            for (key, (facts, default)) in table.keys.iter().zip(example.keys) {
                let key_name = format!("{} {}", table.title, key.name);
                assert!(key.place.is_some(), "{key_name}");
                assert_eq!(facts.example.is_none(), key.value == default, "{key_name}");
            }
        }
    }
}
