//! Trying templates on samples, so that what is wrong with one is known before a mail needs it.

use std::path::{Path, PathBuf};

use super::{Batch, Letter, News, TEMPLATES, load};
use crate::action::template::TemplateError;
use crate::action::{Style, sample};
use crate::archive::{Change, ChangedFile, Details, Diff};
use crate::config::MailSettings;
use crate::name::Level;

/// A mail of every kind.
const SAMPLES: [(Style, Level); 7] = [
    (Style::Batch, Level::Category),
    (Style::Batch, Level::Branch),
    (Style::Batch, Level::Version),
    (Style::Batch, Level::Revision),
    (Style::Each, Level::Revision),
    (Style::Digest, Level::Revision),
    (Style::Summary, Level::Revision),
];

/// Finds what is wrong with the templates in `directory`: they make a mail of every kind.
pub fn check_templates(directory: &Path) -> Result<(), TemplateError> {
    // Where no directory is, larch's own would be used, which is not what the settings mean.
    std::fs::read_dir(directory).map_err(|source| TemplateError::NoDirectory {
        path: directory.to_owned(),
        source,
    })?;
    let templates = load(Some(directory))?;
    for (style, level) in SAMPLES {
        for is_known in [true, false] {
            with_sample(style, level, is_known, |letter| letter.draft(&templates))?;
        }
    }
    Ok(())
}

/// The files in `directory` that are called like templates, and that neither larch nor another file
/// there uses, each with the template that was likely meant.
pub fn stray_templates(directory: &Path) -> Vec<(PathBuf, Option<&'static str>)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let files: Vec<(PathBuf, String, String)> = entries
        .filter_map(|entry| {
            let (path, name) = (entry.path(), entry.file_name().into_string().ok()?);
            // Reading a pipe would wait for ever.
            let text = path.is_file().then(|| std::fs::read_to_string(&path));
            Some((path, name, text?.unwrap_or_default()))
        })
        .collect();
    let is_used = |name: &str| {
        TEMPLATES.iter().any(|(known, _)| *known == name)
            || files
                .iter()
                .any(|(_, other, text)| other != name && text.contains(name))
    };
    let mut stray: Vec<_> = files
        .iter()
        .filter(|(_, name, _)| {
            name.strip_suffix(".txt").is_some() && !name.starts_with('.') && !is_used(name)
        })
        .map(|(path, name, _)| {
            let distance = |known: &str| strsim::damerau_levenshtein(known, name);
            let known = TEMPLATES.iter().map(|(known, _)| *known);
            let nearest = known.min_by_key(|known| distance(known));
            (
                path.clone(),
                nearest.filter(|known| distance(known) <= known.len() / 3),
            )
        })
        .collect();
    stray.sort();
    stray
}

/// Lends a letter about two items of a level, or about one of which nothing is known.
fn with_sample<T>(
    style: Style,
    level: Level,
    is_known: bool,
    use_it: impl FnOnce(&Letter<'_>) -> T,
) -> T {
    let item = sample::item(level);
    let subject = item.name.parent().expect("an item is in something");
    let details = || (is_known && level == Level::Revision).then(details);
    let count = if is_known { 2 } else { 1 };
    let news = |_| News {
        item: &item,
        details: details(),
    };
    use_it(&Letter {
        settings: &MailSettings::default(),
        user: "jo",
        host: "localhost",
        to: &"al@example.org".parse().expect("it is an address"),
        command: "mail-new-revisions",
        style,
        batches: vec![Batch {
            delivery: "52f64d445405d0106f62",
            subject: &subject,
            kind: "arch",
            news: (0..count).map(news).collect(),
        }],
        now: 0,
    })
}

/// What an archive tells that tells all.
fn details() -> Details {
    Details {
        description: sample::description(),
        body: "It was in the title.\n".to_owned(),
        files: Some(vec![ChangedFile {
            path: "title".to_owned(),
            change: Change::Modified,
            lines: Some((1, 1)),
        }]),
        diff: Some(Diff {
            text: b"-Helo\n+Hello\n".to_vec(),
            is_cut: true,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use super::*;

    fn check(files: &[(&str, &str)]) -> Result<(), String> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let mut file = File::create(dir.path().join(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        let place = format!("{}/", dir.path().display());
        check_templates(dir.path())
            .map_err(|error| crate::causes::with_causes(&error).replace(&place, ""))
    }

    #[test]
    fn larchs_own_templates_are_good() {
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(TEMPLATES), Ok(()));
    }

    #[test]
    fn every_template_is_tried() {
        for (name, _) in TEMPLATES {
            let error = check(&[(name, "\n{{ nonsense }}")]).unwrap_err();
            assert!(
                error.starts_with(&format!("{name}:2: undefined value")),
                "{error}"
            );
        }
        assert!(check_templates(Path::new("/nowhere")).is_err());
    }
}
