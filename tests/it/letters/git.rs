//! Mails about git repositories.

use super::Gallery;
use super::stream::Stream;
use crate::support::{Sandbox, register};

const MAIN: &str = "refs/heads/main";

fn serve(sandbox: &Sandbox) {
    let location = format!("git:{}", sandbox.path("served").display());
    register(sandbox, "served", &location);
}

/// The qualified name of a commit on a branch.
fn on(branch: &str, hash: &str) -> String {
    format!("served/{branch}--{hash}")
}

#[test]
fn what_happens_in_a_repository_reads_well() {
    let sandbox = Sandbox::new();
    let mut stream = Stream::new();
    let program = "int\nmain(void)\n{\n\tboil();\n\treturn 0;\n}\n";
    let slowly = program.replace("boil()", "heat(3)");
    stream.commit(
        MAIN,
        "Start with an empty kettle\n",
        &[
            ("kettle.c", Some(program.as_bytes())),
            ("lid", Some(b"round\n")),
        ],
    );
    stream.commit(
        MAIN,
        "Heat the water slowly\n\nThe kettle is old, and would not take it otherwise: see the \
         report of last week.\n\n* kettle.c (main): heat(3) for boil().\n",
        &[
            ("kettle.c", Some(slowly.as_bytes())),
            ("lid", None),
            ("cover", Some(b"round\n")),
            ("steam.png", Some(b"\x89PNG\r\n\x1a\n\0\0")),
        ],
    );
    let last = stream.commit(MAIN, "Whistle", &[("kettle.c", Some(b"whistle\n"))]);
    stream.branch("spout", last);
    stream.branch("team/lid--2", last);
    stream.tag(
        "v1.0",
        last,
        "The first kettle that whistles\n\nIt is loud.\n",
    );
    let hashes = stream.write(&sandbox, "kettle");
    serve(&sandbox);
    let main = |index: usize| on("kettle--heads--main", &hashes[index]);

    let mut gallery = Gallery::new(&sandbox);
    let each = ["--action", "mail-each-revision"];
    gallery.hang("git-repository", &["served/kettle"]);
    gallery.hang("git-heads", &["served/kettle--heads"]);
    gallery.hang("git-branch", &["served/kettle--heads--spout"]);
    gallery.hang(
        "git-branches",
        &["served/kettle--heads", "--action", "mail-new-versions"],
    );
    gallery.hang("git-tag", &["served/kettle--tags--v1.0"]);
    gallery.hang(
        "git-encoded-branch",
        &["served/kettle--heads--team/lid%2D%2D2"],
    );
    gallery.hang("git-commit", &[&main(1)]);
    let batch = [
        "served/kettle--heads--main",
        "--action",
        "mail-new-revisions",
    ];
    gallery.hang("git-commits", &batch);
    gallery.hang("git-each", &[&main(1), each[0], each[1]]);
    gallery.hang("git-each-first", &[&main(0), each[0], each[1]]);
    gallery.hang(
        "git-of-tag",
        &["served/kettle--tags--v1.0", each[0], each[1]],
    );
    gallery.hang(
        "git-digest",
        &[&main(0), &main(1), "served/kettle--tags--v1.0", "--digest"],
    );
    gallery.hang("git-summary", &[&main(0), &main(1), &main(2), "--summary"]);
    gallery.settings("diff_limit = \"250\"\n");
    gallery.hang("git-diff-cut", &[&main(1), each[0], each[1]]);
    gallery.settings("diff_limit = \"0\"\n");
    gallery.hang("git-no-diff", &[&main(1), each[0], each[1]]);
    gallery.settings(
        "from_author = true\nreply_to = \"Kettle <kettle@lists.example.org>\"\n\
         list_id = \"Kettles <kettle.lists.example.org>\"\n\
         list_unsubscribe = \"https://lists.example.org/kettle\"\n",
    );
    let from_author = gallery.hang("git-from-author", &[&main(2), each[0], each[1]]);
    assert_eq!(
        from_author.header("From"),
        "J\u{f6} Tester <jo@example.org>"
    );
    assert_eq!(
        from_author.header("Sender"),
        "Larch <larch@lists.example.org>"
    );
    gallery.settings("[archive.served]\nfirst = \"all\"\n");
    sandbox.write("n/=rules.versions", "served/kettle--heads--main noop:\n");
    sandbox.poll().ok();
    let git = |words: &[&str]| {
        let bare = sandbox.path("served/kettle.git");
        let run = sandbox.run("git", words).cwd(bare);
        run.any_stdout().any_stderr().ok();
    };
    git(&["update-ref", MAIN, &hashes[1]]);
    git(&["update-ref", "-d", "refs/heads/spout"]);
    git(&["update-ref", "-d", "refs/heads/team/lid--2"]);
    git(&["update-ref", "-d", "refs/tags/v1.0"]);
    git(&["reflog", "expire", "--expire=now", "--all"]);
    git(&["gc", "-q", "--prune=now"]);
    gallery.settings("");
    gallery.hang("git-gone", &[&main(2), each[0], each[1]]);
    gallery.hang("git-some-gone", &[&main(0), &main(2)]);
    gallery.close();
}

#[test]
fn nothing_that_a_commit_says_does_harm() {
    let sandbox = Sandbox::new();
    let mut stream = Stream::new();
    let long = format!("{}\n\n{}\n", "word ".repeat(60), "x".repeat(3000));
    let commits: [(&str, &[u8], &[u8]); 10] = [
        (
            "headers",
            b"Jo <jo@example.org>",
            b"Fix\r\nBcc: eve@example.org\r\n\r\nFrom: eve@example.org\r\n\r\n.\r\n.\r\nQUIT\r\n",
        ),
        (
            "terminal",
            b"J\x1b[31mo\x07 <jo@example.org>",
            b"\x1b]0;title\x07 clear\x1b[2J\n\nover\rprinted\x08\x7f \xc2\x9b1m\n",
        ),
        (
            "direction",
            "\u{202e}oJ <jo@example.org>".as_bytes(),
            "Allow \u{202e}gnihton\u{2066}\n\n\u{2067}if (user != \"admin\u{202e} \u{2066}\")\u{200b}\n".as_bytes(),
        ),
        (
            "from-lines",
            b"Jo <jo@example.org>",
            b"From here\n\nFrom eve@example.org Thu Jan  1 00:00:00 1970\nFrom: me\n.\n..\n-- \nno signature\n",
        ),
        ("latin-1", b"J\xf6 <jo@example.org>", b"Gr\xfc\xdfe\n\nan \xfcble \xff\n"),
        (
            "unicode",
            "Ж\u{fc} \u{1f98a} <jo@example.org>".as_bytes(),
            "Grüße \u{1f98a} für alle, 你好, שלום, \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}: und ein Betreff, der für eine Zeile zu lang ist\n\nGrüße\n".as_bytes(),
        ),
        (
            "encoded-words",
            b"=?utf-8?q?Eve?= <eve@example.org>",
            b"=?utf-8?q?=0D=0ABcc=3A_eve=40example=2Eorg?= =?utf-8?b?/////w==?=\n",
        ),
        ("long", b"Jo <jo@example.org>", long.as_bytes()),
        ("nothing", b"Jo <>", b""),
        (
            "quotes",
            b"\"Jo, T\\\"\" (comment) @ x; y: <jo@exa mple.org>",
            b"[PATCH] \"quoted\" <tag> & (comment)\n",
        ),
    ];
    for (index, (name, author, message)) in commits.iter().enumerate() {
        let reference = format!("refs/heads/{name}");
        let content: &[u8] = match index % 3 {
            0 => b"-- \n.\nFrom x\n\x1b[2J\0\n",
            1 => b"J\xf6\nJ\xc3\xb6\r\n\ttab \t\n",
            _ => "\u{202e}x\n".as_bytes(),
        };
        stream.commit_of(author, &reference, message, &[("file", Some(content))]);
    }
    let hashes = stream.write(&sandbox, "hostile");
    serve(&sandbox);
    let mut gallery = Gallery::new(&sandbox);
    gallery.settings("from_author = true\n");
    for ((name, ..), hash) in commits.iter().zip(&hashes) {
        let revision = on(&format!("hostile--heads--{name}"), hash);
        let golden = format!("hostile-{name}");
        let mail = gallery.hang(&golden, &[&revision, "--action", "mail-each-revision"]);
        let subject = mail.header("Subject");
        assert!(
            subject.starts_with(&format!("[hostile/{name}] ")),
            "{subject}"
        );
    }
    // All at once, and in short.
    let all: Vec<String> = commits
        .iter()
        .zip(&hashes)
        .map(|((name, ..), hash)| on(&format!("hostile--heads--{name}"), hash))
        .collect();
    gallery.hang(
        "hostile-digest",
        &[&all[..], &["--digest".to_owned()]].concat(),
    );
    gallery.close();
}
