//! What has to stand behind a rules file so that it holds the lines to add: pure, no files.

use std::collections::HashSet;

use super::line;

/// Lines to add to a rules file, and the comment above them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The comment, one line without its `# `. It says when the lines were found and for which parent,
    /// and must be the same at every try: by it a torn line is known as one of ours.
    pub comment: String,
    /// The lines, as [`super::Rule::text`] gives them.
    pub lines: Vec<String>,
}

/// Whether a line, in the form of the lines to add, stands in the file for itself.
pub(super) type Known<'a> = &'a dyn Fn(&str) -> bool;

/// The bytes to append, and how many lines they add or complete.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) bytes: Vec<u8>,
    pub(super) lines: usize,
}

/// What of a block is still to be written.
struct Pending<'a> {
    comment: String,
    /// All lines of the block, whether they stand in the file or not.
    own: HashSet<&'a [u8]>,
    lines: Vec<&'a str>,
}

impl Pending<'_> {
    /// Whether what stands above ends in this block: its comment, and perhaps some of its lines.
    fn continues(&self, above: &[&[u8]]) -> bool {
        above
            .iter()
            .rev()
            .find(|above| !self.own.contains(**above))
            .is_some_and(|above| *above == self.comment.as_bytes())
    }

    /// Leaves out lines that were written and that a person edited since: where the comment stands,
    /// another line of the same subject stands below it in place of each.
    fn leave_edited(&mut self, above: &[&[u8]], known: Known<'_>) {
        let comment = above
            .iter()
            .position(|line| *line == self.comment.as_bytes());
        let Some(comment) = comment else { return };
        let mut others: Vec<&str> = above[comment + 1..]
            .iter()
            .take_while(|line| !line.starts_with(b"#"))
            .filter(|line| !self.own.contains(**line))
            .filter_map(|line| std::str::from_utf8(line).ok())
            .filter(|line| !known(&line::normalized(line)))
            .filter_map(subject)
            .collect();
        self.lines.retain(|line| {
            let edited = others
                .iter()
                .position(|other| Some(*other) == subject(line));
            edited.map(|at| others.remove(at)).is_none()
        });
    }
}

/// What a line is about: its first word.
fn subject(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

/// What to append to a file that holds `file`.
pub(super) fn tail(file: &[u8], blocks: &[Block], known: Known<'_>) -> Tail {
    let ending = ending(file);
    let whole = file.iter().rposition(|&byte| byte == b'\n');
    let (whole, last) = file.split_at(whole.map_or(0, |at| at + 1));
    let above: Vec<&[u8]> = whole
        .split_inclusive(|&byte| byte == b'\n')
        .map(without_ending)
        .collect();
    let mut present = above.iter().filter_map(|line| meaning(line)).collect();
    let mut pending = pending(blocks, &mut present);
    for pending in &mut pending {
        pending.leave_edited(&above, known);
    }
    pending.retain(|pending| !pending.lines.is_empty());
    if pending.is_empty() {
        return Tail::default();
    }

    let (mut tail, current) = if last.is_empty() {
        let current = pending.iter().position(|pending| pending.continues(&above));
        (Tail::default(), current)
    } else {
        finish(&mut pending, above, last, ending)
    };
    let others = (0..pending.len()).filter(|&at| Some(at) != current);
    for at in current.into_iter().chain(others) {
        let Pending { comment, lines, .. } = &pending[at];
        let stands = Some(at) == current || lines.is_empty();
        let comment = (!stands).then_some(comment.as_str());
        for line in comment.into_iter().chain(lines.iter().copied()) {
            tail.bytes.extend(line.bytes().chain(ending.bytes()));
        }
        tail.lines += lines.len();
    }
    tail
}

/// What finishes `last`, a last line without its newline, and the block under whose comment the file
/// ends then. What `last` says, or will, is pending no more.
///
/// A beginning of what we would have written is completed to the first line that it fits, since that
/// is the one that was being written.
fn finish<'a>(
    pending: &mut [Pending<'_>],
    mut above: Vec<&'a [u8]>,
    last: &'a [u8],
    ending: &str,
) -> (Tail, Option<usize>) {
    if let Some((at, line, bytes)) = torn_line(pending, &above, last, ending) {
        pending[at].lines.remove(line);
        return (Tail { bytes, lines: 1 }, Some(at));
    }
    if let Some((at, bytes)) = torn_comment(pending, last, ending) {
        return (Tail { bytes, lines: 0 }, Some(at));
    }
    let said = meaning(last);
    for pending in pending.iter_mut() {
        pending.lines.retain(|line| Some(*line) != said.as_deref());
    }
    above.push(without_ending(last));
    let current = pending.iter().position(|pending| pending.continues(&above));
    let end_of_line = match last {
        [.., b'\r'] if ending == "\r\n" => "\n",
        _ => ending,
    };
    let bytes = end_of_line.as_bytes().to_owned();
    (Tail { bytes, lines: 0 }, current)
}

/// The file's own line ending: that of its first line, as far as it is there.
fn ending(file: &[u8]) -> &'static str {
    match file.split_inclusive(|&byte| byte == b'\n').next() {
        Some([.., b'\r', b'\n'] | [.., b'\r']) => "\r\n",
        _ => "\n",
    }
}

fn without_ending(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What a line says, active or commented out, in the form of the lines to add; none if it is not UTF-8.
fn meaning(line: &[u8]) -> Option<String> {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let line = std::str::from_utf8(line).ok()?.trim_end_matches('\r');
    Some(line::normalized(line::uncommented(line).unwrap_or(line)))
}

/// What of the blocks does not stand in the file yet, each line once; empty blocks are left out.
fn pending<'a>(blocks: &'a [Block], present: &mut HashSet<String>) -> Vec<Pending<'a>> {
    let blocks = blocks.iter().map(|block| Pending {
        comment: format!("# {}", block.comment),
        own: block.lines.iter().map(String::as_bytes).collect(),
        lines: block
            .lines
            .iter()
            .filter(|line| present.insert((*line).clone()))
            .map(String::as_str)
            .collect(),
    });
    blocks.filter(|pending| !pending.lines.is_empty()).collect()
}

/// The block whose comment `torn` is the beginning of, and what is missing of the comment.
fn torn_comment(pending: &[Pending<'_>], torn: &[u8], ending: &str) -> Option<(usize, Vec<u8>)> {
    pending.iter().enumerate().find_map(|(at, pending)| {
        let whole = format!("{}{ending}", pending.comment);
        Some((at, whole.as_bytes().strip_prefix(torn)?.to_owned()))
    })
}

/// The block and the line in it that `torn` is the beginning of, and what is missing of the line.
///
/// Ours is what stands under our comment: a person's last line without a newline may begin like a
/// line to add as well, and is left alone.
fn torn_line(
    pending: &[Pending<'_>],
    above: &[&[u8]],
    torn: &[u8],
    ending: &str,
) -> Option<(usize, usize, Vec<u8>)> {
    let mut blocks = pending.iter().enumerate();
    blocks.find_map(|(at, pending)| {
        let mut lines = pending.lines.iter().enumerate();
        let (line, rest) = lines.find_map(|(line, text)| {
            let whole = format!("{text}{ending}");
            Some((line, whole.as_bytes().strip_prefix(torn)?.to_owned()))
        })?;
        pending.continues(above).then_some((at, line, rest))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::Level;
    use crate::rules::{Parsed, Rule};

    fn block(comment: &str, lines: &[&str]) -> Block {
        Block {
            comment: comment.to_owned(),
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
        }
    }

    fn two_blocks() -> Vec<Block> {
        vec![
            block(
                "added on Monday, for a@b",
                &["a@b x:\u{fc}", "a@b x:\u{fc}y z:", "c@d x:"],
            ),
            block("added on Monday, for c@d", &["c@d x:", "c@d y:1", "c@d y:"]),
        ]
    }

    #[test]
    fn what_a_person_edited_before_it_was_marked_is_not_added_again() {
        let blocks = two_blocks();
        let written = "# added on Monday, for a@b\na@b x:\u{fc}\na@b x:edited\nc@d x:\n";
        let file = appended(written.as_bytes(), &blocks[..1]);
        assert_eq!(String::from_utf8(file).unwrap(), written);
        // Lines that were there at the same second are no edited ones.
        let known = |line: &str| line == "a@b x:edited";
        assert_eq!(tail(written.as_bytes(), &blocks[..1], &known).lines, 1);
        // A line of a person's that larch's comment does not stand above says nothing of larch's.
        let own = "a@b mine:\n# added on Monday, for a@b\nc@d x:\n";
        let file = String::from_utf8(appended(own.as_bytes(), &blocks[..1])).unwrap();
        assert!(file.ends_with("a@b x:\u{fc}\na@b x:\u{fc}y z:\n"), "{file}");
    }

    fn appended(file: &[u8], blocks: &[Block]) -> Vec<u8> {
        [file, &tail(file, blocks, &|_| false).bytes].concat()
    }

    fn parse(file: &[u8]) -> Parsed {
        crate::rules::parse(Level::Archive, std::path::Path::new("f"), file)
    }

    const FILES: [&str; 14] = [
        "",
        "# mine\na@b mine:\n",
        "# mine\r\na@b mine:\r\n",
        "a@b mine:",
        "a@b mine:\r\na@b mine:2",
        "a@b mine:\r",
        "a@b",
        "#",
        "# added",
        "c@d  y:1 # mine\n",
        "c@d\ty:1",
        "## c@d y:1",
        "\u{feff}c@d x:",
        "a@b x:\u{fc} # half\n\n\n",
    ];

    #[test]
    fn lines_stand_under_their_comment() {
        let file = b"# mine\na@b x:\xc3\xbc\n#c@d y:1\n";
        assert_eq!(
            String::from_utf8(tail(file, &two_blocks(), &|_| false).bytes).unwrap(),
            "# added on Monday, for a@b\na@b x:\u{fc}y z:\nc@d x:\n# added on Monday, for c@d\nc@d y:\n"
        );
        assert_eq!(tail(file, &two_blocks(), &|_| false).lines, 3);
    }

    #[test]
    fn the_files_own_line_ending_is_kept() {
        let file = appended(b"a@b mine:\r\nx@y", &[block("c", &["a@b x:"])]);
        assert_eq!(file, b"a@b mine:\r\nx@y\r\n# c\r\na@b x:\r\n");
    }

    #[test]
    fn what_is_there_is_not_added() {
        for file in FILES {
            let once = appended(file.as_bytes(), &two_blocks());
            assert_eq!(
                tail(&once, &two_blocks(), &|_| false),
                Tail::default(),
                "{file}"
            );
        }
        assert_eq!(tail(b"x@y", &[], &|_| false), Tail::default());
        assert_eq!(
            tail(b"x@y", &[block("c", &[])], &|_| false),
            Tail::default()
        );
        assert_eq!(
            tail(b" # # c@d  x:\t", &[block("c", &["c@d x:"])], &|_| false).lines,
            0
        );
    }

    #[test]
    fn a_write_cut_anywhere_is_completed_by_the_next() {
        for file in FILES {
            let whole = appended(file.as_bytes(), &two_blocks());
            for length in file.len()..whole.len() {
                let cut = &whole[..length];
                let again = appended(cut, &two_blocks());
                assert!(again.starts_with(cut));
                assert_eq!(
                    String::from_utf8_lossy(&again),
                    String::from_utf8_lossy(&whole),
                    "cut to {:?}",
                    String::from_utf8_lossy(cut)
                );
            }
        }
    }

    #[test]
    fn a_persons_unfinished_line_is_never_finished_for_them() {
        for (file, expected) in [
            ("a@b x:1", "a@b x:1\n# c\na@b x:12\n"),
            ("# mine\na@b x:1", "# mine\na@b x:1\n# c\na@b x:12\n"),
            ("# c\n\na@b x:1", "# c\n\na@b x:1\n# c\na@b x:12\n"),
        ] {
            let file = appended(file.as_bytes(), &[block("c", &["a@b x:12"])]);
            assert_eq!(String::from_utf8(file).unwrap(), expected);
        }
    }

    #[test]
    fn a_later_discovery_gets_its_own_comment() {
        let file = appended(b"", &[block("Monday", &["a@b x:"])]);
        let file = appended(&file, &[block("Tuesday", &["a@b x:", "a@b y:"])]);
        assert_eq!(file, b"# Monday\na@b x:\n# Tuesday\na@b y:\n");
    }

    fn a_file() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"#".to_vec()),
            Just(b" ".to_vec()),
            Just(b"a@b x:".to_vec()),
            Just(b"a@b ".to_vec()),
            Just(b"# c".to_vec()),
            Just(b"# c\n".to_vec()),
        ];
        proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_persons_bytes_stay_and_the_lines_are_there(
            file in a_file(), lines in proptest::collection::vec("a@b x:[a-c\u{fc}]{0,2}( y:[1-2])?", 0..5), cut in any::<prop::sample::Index>()
        ) {
            let blocks = [Block { comment: "c".to_owned(), lines: lines.clone() }];
            let whole = appended(&file, &blocks);
            prop_assert!(whole.starts_with(&file));
            prop_assert_eq!(tail(&whole, &blocks, &|_| false), Tail::default());

            let (before, after) = (parse(&file), parse(&whole));
            let texts = |parsed: &Parsed| -> HashSet<String> {
                parsed.rules.iter().map(|parsed| parsed.rule.text()).collect()
            };
            let said: HashSet<String> = before.commented.iter().map(Rule::text).chain(texts(&before)).collect();
            let said_after: HashSet<String> = after.commented.iter().map(Rule::text).chain(texts(&after)).collect();
            // Under our comment a torn last line is completed, and another line is one of ours that was edited.
            if !String::from_utf8_lossy(&file).contains("# c") {
                prop_assert!(texts(&before).is_subset(&texts(&after)));
                let expected: HashSet<String> = said.iter().cloned().chain(lines).collect();
                prop_assert_eq!(said_after, expected);
                prop_assert_eq!(before.diagnostics.len(), after.diagnostics.len());
                let length = file.len() + cut.index(whole.len() - file.len() + 1);
                let again = appended(&whole[..length], &blocks);
                prop_assert_eq!(again, whole);
            }
        }
    }
}
