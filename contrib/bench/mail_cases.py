"""What is measured of mail and webhooks: a function for each row, or few rows, of the table."""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench import Bench, Result, at_most, milliseconds
from cases import shortest
from git_cases import register
from repositories import git, grow

HERE = Path(__file__).resolve().parent
ADDRESS = "list@example.org"


class Sink:
    """A server that takes whatever comes."""

    def __init__(self, *words: str):
        self.process = subprocess.Popen(
            [HERE / "sink", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = self.process.stdout.readline().strip()

    def end(self) -> tuple[int, int]:
        """How many connections and messages there were."""
        connections, messages = self.process.communicate()[0].split()
        return int(connections), int(messages)


@contextlib.contextmanager
def sink(*words: str, messages: int):
    """A sink that must be given so many messages."""
    server = Sink(*words)
    try:
        yield server
        _, taken = server.end()
        if taken != messages:
            sys.exit(f"{taken} of {messages} messages came")
    finally:
        server.process.kill()


def each_revision(bench: Bench, commits: int, rounds: int) -> list[Result]:
    """A mail for each new commit, against git-multimail."""
    repository = bench.work / "mailed" / "mailed.git"
    git("init", "--quiet", "--bare", "--initial-branch=main", repository)
    grow(repository, 1)
    register(bench, "mailed", f"git:{repository.parent}")
    rules = f"mailed noop: noop: noop: mail-each-revision:{ADDRESS}\n"
    seen = bench.directory("mailed-n", {"archives": rules})
    # Nothing is sent by it.
    settings(seen, "9", diffs=False)
    bench.poll(seen, "--baseline")
    before = head(repository)
    grow(repository, commits, first=1)
    peer = shutil.which("git_multimail.py")
    results = []
    for diffs, times in ((False, 20), (True, 5)):
        runs = []
        for number in range(rounds):
            directory = bench.work / f"mailed-{diffs}-{number}"
            shutil.copytree(seen, directory)
            with sink("smtp", messages=commits) as server:
                settings(directory, server.port, diffs)
                run = bench.time(1, bench.notify(directory))
            if peer:
                # The mail about the push itself comes on top.
                with sink("smtp", messages=commits + 1) as server:
                    run += bench.time(1, multimail(bench, peer, repository, before, server, diffs))
            runs.append(run)
        work = f"{commits:,} new commits, a mail each, {'with' if diffs else 'without'} diffs"
        results.append(row(work.replace(",", " ", 1), commits, times, shortest(runs)))
    return results


def row(work: str, commits: int, times: int, measured: list) -> Result:
    poll = measured[0]
    each = f"{milliseconds(poll.shortest)}, {milliseconds(poll.shortest / commits)} each"
    if len(measured) == 1:
        return Result(work, "git_multimail.py is not on the PATH", each, True)
    peer = measured[1].shortest
    return Result(
        work,
        f"1/{times} of git-multimail's {milliseconds(peer)}",
        f"{each} ({peer / poll.shortest:.1f} times as fast)",
        peer >= times * poll.shortest,
    )


def head(repository: Path) -> str:
    read = git("rev-parse", "main", cwd=repository, stdout=subprocess.PIPE, text=True)
    return read.stdout.strip()


def settings(directory: Path, port: str, diffs: bool):
    text = f"""
        [mail]
        transport = "smtp://127.0.0.1:{port}"
        from = "larch@example.org"
        max_per_poll = 100000
        {"" if diffs else "diff_limit = 0"}
    """
    (directory / "=config.toml").write_text(text)


def multimail(bench: Bench, peer: str, repository: Path, before: str, server: Sink, diffs: bool):
    """The command of git-multimail as a hook that is told of the same commits."""
    for key, value in {
        "mailer": "smtp",
        "smtpServer": f"127.0.0.1:{server.port}",
        "mailingList": ADDRESS,
        "from": "multimail@example.org",
        "maxCommitEmails": "100000",
        "commitLogOpts": "-C --stat -p --cc" if diffs else "-C --stat",
    }.items():
        git("config", f"multimailhook.{key}", value, cwd=repository)
    pushed = bench.work / "pushed"
    pushed.write_text(f"{before} {head(repository)} refs/heads/main\n")
    # It asks for the user's login name, which a cron job need not have.
    script = bench.work / "multimail"
    script.write_text(f"cd {repository}\nUSER=ada {sys.executable} {peer} <{pushed}\n")
    return ["sh", script]


def webhooks(bench: Bench, count: int, seconds: float, jobs: int) -> list[Result]:
    """As many webhooks as rules, to a server that takes its time."""
    root = bench.work / "posted"
    for number in range(count):
        (root / f"c{number}" / "b" / "v").mkdir(parents=True)
    register(bench, "posted", f"dir:{root}")
    with sink("http", str(seconds), messages=count) as server:
        url = f"http://127.0.0.1:{server.port}/"
        rules = "".join(f"posted/c{number} webhook:{url} noop: noop:\n" for number in range(count))
        directory = bench.directory("posted-n", {"categories": rules})
        (directory / "=config.toml").write_text('[archive.posted]\nsettle = "0s"\n')
        (poll,) = bench.time(1, bench.notify(directory, "--jobs", str(jobs)))
    least = count * seconds / jobs
    return [
        at_most(
            f"{count:,} webhooks of as many rules, {jobs} jobs, {milliseconds(seconds)} each".replace(",", " ", 1),
            poll.shortest,
            1.2 * least,
            f"1.2 × {count} × {milliseconds(seconds)} / {jobs}",
            f"{poll.shortest / least:.2f} × {milliseconds(least)}",
        )
    ]
