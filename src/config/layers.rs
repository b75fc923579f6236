//! All settings, and the files that they come from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Problem};
use super::file::{File, Found};
use super::nearest::unknown;
use super::reader::{Part, Places, Reader};
use super::section::Facts;
use super::shape::{Shape, Table};
use super::{
    Alerts, AppriseSettings, ArchiveSettings, CommandSettings, Delivery, Hook, MailSettings, Rules,
    StoreSettings, SyslogSettings, WebhookSettings,
};

/// A section of [`Config`].
pub(super) struct Declared {
    /// Its name in a file.
    pub(super) name: &'static str,
    /// What the settings hold of it.
    pub(super) of: fn(&Config) -> &dyn Shape,
    of_mut: fn(&mut Config) -> &mut dyn Shape,
}

/// Declares the sections: the one place that lists them, in the order of the manual.
macro_rules! sections {
    (
        $(#[$attribute:meta])+
        pub struct $Config:ident {
            $($(#[doc = $doc:literal])+ $name:literal => $field:ident: $Type:ty,)+
        }
    ) => {
        $(#[$attribute])+
        pub struct $Config {
            $($(#[doc = $doc])+ pub $field: $Type,)+
        }

        pub(super) const SECTIONS: &[Declared] = &[$(
            Declared {
                name: $name,
                of: |config| &config.$field,
                of_mut: |config| &mut config.$field,
            }
        ),+];
    };
}

sections! {
    /// All settings of a notification directory, resolved.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Config {
        /// `[delivery]`.
        "delivery" => delivery: Delivery,
        /// `[rules]`.
        "rules" => rules: Rules,
        /// `[archive."NAME"]`.
        "archive" => archives: BTreeMap<String, ArchiveSettings>,
        /// `[mail]`.
        "mail" => mail: MailSettings,
        /// `[commands.NAME]`.
        "commands" => commands: BTreeMap<String, CommandSettings>,
        /// `[webhook.NAME]`.
        "webhook" => webhooks: BTreeMap<String, WebhookSettings>,
        /// `[apprise.NAME]`.
        "apprise" => apprise: BTreeMap<String, AppriseSettings>,
        /// `[syslog]`.
        "syslog" => syslog: SyslogSettings,
        /// `[[hook]]`, in the order in which they are run: those of the weakest layer first.
        "hook" => hooks: Vec<Hook>,
        /// `[alerts]`.
        "alerts" => alerts: Alerts,
        /// `[store]`.
        "store" => store: StoreSettings,
    }
}

impl Config {
    /// Reads the files of `layers`, the strongest first, over the defaults; missing ones are fine.
    ///
    /// A layer overrides key by key: what it does not set is as the weaker layers have it, within
    /// `[archive."NAME"]` and its like too. `[[hook]]`s add up. Relative paths start at the
    /// notification directory `dir`, and stand joined to it in the result. Without any file this
    /// costs one failed open for each layer.
    pub fn load(dir: &Path, layers: &[PathBuf]) -> Result<Self, ConfigError> {
        let (files, problems) = read(dir, layers);
        let (config, _) = resolve(&files, problems)?;
        Ok(config)
    }

    /// Takes over what one file sets, and returns what is wrong with it, from its top.
    fn read<'a>(&mut self, layer: usize, file: &'a File, places: &mut Places<'a>) -> Vec<Problem> {
        let (document, mut found) = file.parse();
        if found.is_empty() {
            for (key, value) in &document {
                let name: &str = key.get_ref();
                let Some(section) = SECTIONS.iter().find(|section| section.name == name) else {
                    found.push(no_section(name, key.span(), value.get_ref().is_table()));
                    continue;
                };
                let mut reader = Reader {
                    file,
                    layer,
                    section: section.name,
                    at: key.span(),
                    places: &mut *places,
                    found: &mut found,
                };
                (section.of_mut)(self).read(&mut reader, value);
            }
        }
        found.sort_by_key(|found| found.span.start);
        found.into_iter().map(|found| file.problem(found)).collect()
    }

    /// What only all layers together can get wrong.
    fn check(&self, places: &Places<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for section in SECTIONS {
            for Table { part, keys } in (section.of)(self).tables() {
                let lacks = |facts: &Facts| {
                    facts.required && places.get(section.name, &part, Some(facts.name)).is_none()
                };
                let Some(place) = places.get(section.name, &part, None) else {
                    continue;
                };
                for (facts, _) in keys.into_iter().filter(|(facts, _)| lacks(facts)) {
                    let (title, key) = (part.title(section.name), facts.name);
                    let example = facts.example.unwrap_or_default();
                    problems.push(place.problem(
                        format!("{title} has no `{key}`"),
                        format!("write a line such as `{key} = {example}`"),
                    ));
                }
            }
        }
        if let Some((keys, message, help)) = self.delivery.conflict() {
            let of_key = |key| places.get("delivery", &Part::Whole, Some(key));
            let places = keys.into_iter().filter_map(of_key);
            let strongest = places.max_by_key(|place| place.layer);
            problems.extend(strongest.map(|place| place.problem(message, help)));
        }
        problems
    }
}

/// Reads the files at `paths`, the strongest first, and returns them with the weakest first, and
/// what kept others from being read.
pub(super) fn read(dir: &Path, paths: &[PathBuf]) -> (Vec<File>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths.iter().rev() {
        match File::read(path, dir) {
            Ok(file) => files.extend(file),
            Err(problem) => problems.push(*problem),
        }
    }
    (files, problems)
}

/// The settings of `files`, and where each is set; else all `problems`, those of the files behind
/// those that are known.
pub(super) fn resolve(
    files: &[File],
    mut problems: Vec<Problem>,
) -> Result<(Config, Places<'_>), ConfigError> {
    let (mut config, mut places) = (Config::default(), Places::default());
    for (layer, file) in files.iter().enumerate() {
        problems.extend(config.read(layer, file, &mut places));
    }
    if problems.is_empty() {
        problems = config.check(&places);
    }
    if problems.is_empty() {
        Ok((config, places))
    } else {
        Err(ConfigError { problems })
    }
}

/// What is wrong with a name at the top of a file that is no section's.
fn no_section(name: &str, span: Range<usize>, is_table: bool) -> Found {
    let (message, help) = if is_table {
        let names: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
        unknown("section", name, "", &names)
    } else {
        (
            format!("`{name}` stands outside of a section"),
            Some("each key belongs below the line of its section, such as `[delivery]`".to_owned()),
        )
    };
    Found {
        span,
        message,
        help,
    }
}
