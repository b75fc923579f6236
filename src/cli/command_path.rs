//! From words on the command line to the command that they lead to.

use clap::Command;

use super::error::CliError;
use super::exit::Exit;
use super::suggest::nearest;

/// The names that lead from larch to the command that `words` mean: `rules list`, or as in the
/// names of manual pages `rules-list`. `verb` is the command that asks, for the hint.
pub(crate) fn command_path(words: &[String], verb: &str) -> Result<Vec<String>, CliError> {
    let wanted = words.join("-");
    let mut paths = vec![Vec::new()];
    collect(&super::command(), &[], &mut paths);
    let joined: Vec<String> = paths.iter().map(|path| path.join("-")).collect();
    if let Some(place) = joined.iter().position(|joined| *joined == wanted) {
        return Ok(paths.swap_remove(place));
    }
    let meant = nearest(&wanted, joined.iter().map(String::as_str))
        .and_then(|meant| joined.iter().position(|joined| joined == meant));
    let error = format!("there is no command `{}`", words.join(" "));
    Err(CliError::new(Exit::Usage, error).hint(match meant {
        Some(place) => format!("did you mean `larch {verb} {}`?", paths[place].join(" ")),
        None => "`larch help` lists the commands".to_owned(),
    }))
}

fn collect(command: &Command, above: &[String], into: &mut Vec<Vec<String>>) {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        let mut path = above.to_vec();
        path.push(below.get_name().to_owned());
        collect(below, &path, into);
        into.push(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_its_words_and_by_the_name_of_its_page() {
        let path = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            command_path(&words, "help").ok().map(|path| path.join(" "))
        };
        assert_eq!(path(&[]).unwrap(), "");
        assert_eq!(path(&["rules", "list"]).unwrap(), "rules list");
        assert_eq!(path(&["rules-list"]).unwrap(), "rules list");
        assert_eq!(path(&["cat-archive-log"]).unwrap(), "cat-archive-log");
        assert_eq!(path(&["rules", "help"]), None);
        assert_eq!(path(&["nope"]), None);
    }
}
