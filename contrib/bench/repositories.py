"""Git repositories to measure with."""

import shutil
import subprocess
import time
from pathlib import Path

AUTHOR = "Ada Example <ada@example.org>"
BRANCHES = 7
TAGS = 3


def git(*arguments, cwd=None, **options) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *map(str, arguments)], cwd=cwd, check=True, **options)


def history(commits: int, ref: str, first: int = 0, parent: str = "") -> bytes:
    """What `git fast-import` makes `commits` commits of, each of them a small change."""
    lines = []
    for number in range(first, first + commits):
        message = f"change {number}"
        lines.append(f"commit {ref}\ncommitter {AUTHOR} {1_000_000_000 + number} +0000\n")
        lines.append(f"data {len(message)}\n{message}\n")
        if parent and number == first:
            lines.append(f"from {parent}\n")
        text = str(number)
        lines.append(f"M 644 inline file\ndata {len(text)}\n{text}\n")
    return "".join(lines).encode()


def grow(repository: Path, commits: int, ref: str = "refs/heads/main", first: int = 0):
    """Adds commits to a branch."""
    known = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", ref], cwd=repository, stdout=subprocess.DEVNULL
    )
    parent = f"{ref}^0" if known.returncode == 0 else ""
    git(
        "fast-import", "--quiet", cwd=repository, input=history(commits, ref, first, parent)
    )


class Repositories:
    """Bare repositories below one directory, each with ten refs."""

    def __init__(self, root: Path, name: str, count: int):
        self.root = root
        self.name = name
        self.count = count
        self.location = f"git:{root}"

    def make(self):
        self.root.mkdir()
        template = self.root.with_name(f"{self.root.name}.template")
        git("init", "--quiet", "--bare", "--template=", "--initial-branch=main", template)
        grow(template, 20)
        for number in range(1, BRANCHES):
            git("branch", f"topic/{number}", f"main~{number}", cwd=template)
        for number in range(TAGS):
            git("tag", f"v{number}", f"main~{number}", cwd=template)
        for number in range(self.count):
            shutil.copytree(template, self.path(number))

    def path(self, number: int) -> Path:
        return self.root / f"group{number // 100}" / f"r{number}.git"

    def push(self, number: int):
        """One new commit in one repository."""
        grow(self.path(number), 1, first=time.time_ns() % 1_000_000)

    def size(self) -> str:
        return f"{self.count:,} git repositories of {BRANCHES + TAGS} refs".replace(",", " ")
