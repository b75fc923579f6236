"""The place where the benchmark works, and how it times processes."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = {"interleave": "interleave", "sweep": "sweep", "loop": "loop", "larch-nothing": "nothing"}

# Looks at files younger than 2 s are not trusted, so what changed is looked at again.
SETTLED = 2.2


@dataclass
class Measured:
    """The shortest and the median time, the most memory, and the least processor time.

    In seconds and bytes."""

    shortest: float
    median: float
    memory: int
    work: float


@dataclass
class Result:
    """A row of the table: what was asked, and what came out, each as a text."""

    work: str
    limit: str
    measured: str
    passed: bool


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def at_most(work: str, measured: float, limit: float, text: str, details: str) -> Result:
    """A time against its limit, with `details` of both."""
    return Result(
        work,
        f"{text} = {milliseconds(limit)}",
        f"{milliseconds(measured)} ({details})",
        measured <= limit,
    )


class Bench:
    """Programs and a directory to work in, with a home of its own."""

    def __init__(self, work: Path, program: Path):
        self.work = work
        self.larch = str(program)
        self.bin = work / "bin"
        self.bin.mkdir()
        compiler = os.environ.get("CC", "cc")
        for name, source in PROGRAMS.items():
            source = HERE / f"{source}.c"
            subprocess.run([compiler, "-O2", "-o", self.program(name), source], check=True)
        self.true = shutil.which("true", path="/bin:/usr/bin")
        (work / "home").mkdir()
        # As small as cron's: a large environment makes every start slower.
        environment = {
            "HOME": str(work / "home"),
            "PATH": os.environ["PATH"],
            "LARCH_EXEC_PATH": str(self.bin),
            "LC_ALL": "C",
        }
        os.environ.clear()
        os.environ.update(environment)
        subprocess.run([self.larch, "my-id", "Ada Example <ada@example.org>"], check=True)

    def program(self, name: str) -> str:
        """One of our own programs."""
        return str(self.bin / name)

    def register(self, archive):
        subprocess.run(
            [self.larch, "register-archive", archive.name, archive.root],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def directory(self, name: str, rules: dict[str, str]) -> Path:
        """A notification directory with these rules files."""
        directory = self.work / name
        directory.mkdir()
        for level, text in rules.items():
            (directory / f"=rules.{level}").write_text(text)
        return directory

    def poll(self, directory: Path, *options: str):
        subprocess.run([self.larch, "notify", directory, *options], check=True)

    def settle(self, directory: Path):
        """Polls until a poll has nothing left to do."""
        time.sleep(SETTLED)
        self.poll(directory)

    def time(self, rounds: int, *commands: list) -> list[Measured]:
        """Times whole processes, each `rounds` times, in turn."""
        words = [self.program("interleave"), str(rounds)]
        for command in commands:
            words += ["--", *map(str, command)]
        lines = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
        return [
            Measured(int(shortest) / 1e9, int(median) / 1e9, int(memory) * 1024, int(work) / 1e6)
            for shortest, median, memory, work in map(str.split, lines.splitlines())
        ]

    def notify(self, directory: Path, *options: str) -> list:
        """The command of a poll."""
        return [self.larch, "notify", directory, *options]

    def sweep(self, archive) -> list:
        """The command of a bare look at each directory of an archive."""
        places = self.work / f"{archive.root.name}.list"
        places.write_text("".join(f"{place}\n" for place in archive.directories()))
        return [self.program("sweep"), archive.root, places]
