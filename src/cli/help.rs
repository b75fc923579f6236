//! What `larch --help` says beyond the arguments: examples, groups of commands, and usage errors.

use std::fmt::Write as _;

use clap::Command;
use clap::error::ErrorKind;

use super::exit::Exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  larch init ~/notify --watch git:/srv/git --mail jo@example.org
                                  Mail what will be new on a git server
  larch check ~/notify            See what is wrong with it
  larch notify ~/notify           Poll once, and run the actions for what is new
  larch help notify               Learn about a command";

pub(super) const LONG_EXAMPLES: &str = "\
Examples:
  larch init ~/notify --watch git:/srv/git --mail jo@example.org
                                  Mail what will be new on a git server
  larch check ~/notify            See what is wrong with it
  larch notify ~/notify           Poll once, and run the actions for what is new
  larch help notify               Learn about a command

A line for crontab(5), which polls every five minutes and mails what goes wrong:
  PATH=/home/jo/.cargo/bin:/usr/local/bin:/usr/bin:/bin
  */5 * * * * larch notify \"$HOME/notify\"

Commands of one's own:
  `larch NAME` runs the program larch-NAME, looked for in LARCH_EXEC_PATH and then in PATH.

Exit status:
   0  All is well
   1  The work was done as far as it goes, but something failed, and was said
   2  The arguments make no sense
  69  The state cannot be used: damaged, written by a newer release, or on a network file system
  70  A bug in larch
  75  Another poll runs, and --no-wait was given
  77  The notification directory is another user's
  78  The settings are invalid";

/// The commands by what a person wants to do, in the order in which one meets them.
const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Watch archives",
        &["init", "check", "config", "notify", "rules"],
    ),
    (
        "See what happened",
        &["status", "log", "explain", "subscribers", "mail-preview"],
    ),
    ("Set it right", &["retry", "drop", "replay", "forget"]),
    (
        "Find and read archives",
        &[
            "my-id",
            "register-archive",
            "archives",
            "whereis-archive",
            "categories",
            "branches",
            "versions",
            "revisions",
            "cat-archive-log",
        ],
    ),
    ("About larch", &["help", "completions", "man"]),
];

/// Gives the help of `command` its groups; what stands in none of them comes last.
pub(super) fn group(command: Command) -> Command {
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let about = |name: &str| {
        let found = command.find_subcommand(name)?;
        (!found.is_hide_set()).then(|| {
            found
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default()
        })
    };
    let others: Vec<&str> = command
        .get_subcommands()
        .map(Command::get_name)
        .filter(|name| !GROUPS.iter().any(|(_, names)| names.contains(name)))
        .collect();
    let mut listed = String::new();
    for (title, names) in GROUPS.into_iter().chain([("Other commands", &others[..])]) {
        let mut lines = String::new();
        for name in names {
            if let Some(about) = about(name) {
                let pad = 16_usize.saturating_sub(name.len());
                // Writing to a string does not fail.
                let _always = writeln!(lines, "  {literal}{name}{literal:#}{:pad$}  {about}", "");
            }
        }
        if !lines.is_empty() {
            let _always = writeln!(listed, "{header}{title}:{header:#}\n{lines}");
        }
    }
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{listed}\
         {header}Options:{header:#}\n{{options}}{{after-help}}"
    );
    command
        .subcommand_value_name("COMMAND")
        .help_template(template)
}

/// Prints what clap has to say: help and version on standard output, errors on standard error.
pub(super) fn report(error: &clap::Error) -> Exit {
    // Whoever closed the output does not want to read it.
    let _unheard = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Success,
        _ => Exit::Usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that a person can see, with the words that lead to it.
    fn all(command: &Command, path: &str, into: &mut Vec<(String, Command)>) {
        for found in command
            .get_subcommands()
            .filter(|found| !found.is_hide_set())
        {
            let path = format!("{path} {}", found.get_name());
            all(found, &path, into);
            into.push((path, found.clone()));
        }
    }

    #[test]
    fn every_command_stands_in_one_group() {
        for command in crate::cli::command().get_subcommands() {
            let name = command.get_name();
            let groups = GROUPS.iter().filter(|(_, names)| names.contains(&name));
            assert_eq!(
                groups.count(),
                usize::from(!command.is_hide_set()),
                "{name}"
            );
        }
    }

    #[test]
    fn every_help_text_is_written_alike() {
        crate::cli::command().debug_assert();
        let mut commands = vec![("larch".to_owned(), crate::cli::command())];
        all(&crate::cli::command(), "larch", &mut commands);
        for (path, command) in commands {
            let about = command.get_about().expect(&path).to_string();
            assert!(
                about.starts_with(|c: char| c.is_ascii_uppercase()),
                "{path}: {about}"
            );
            let first = about.split(' ').next().unwrap();
            assert!(!first.ends_with('s'), "not imperative: {path}: {about}");
            assert!(
                !about.ends_with('.') && !about.contains('\n'),
                "{path}: {about}"
            );
            for argument in command.get_arguments() {
                let help = argument
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                let place = format!("{path} {}: {help}", argument.get_id());
                assert!(
                    help.starts_with(|c: char| c.is_ascii_uppercase()),
                    "{place}"
                );
                assert!(!help.ends_with('.'), "{place}");
            }
            // A command that only leads to others is taught by them.
            if command.get_subcommands().next().is_none() {
                let after = command.get_after_help().map(ToString::to_string);
                let after = after.unwrap_or_default();
                assert!(after.contains("Examples:\n  larch "), "{path}: {after}");
            }
        }
    }
}
