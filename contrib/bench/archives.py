"""Archives of any size, laid out as tla lays them out, made without tla."""

import subprocess
from pathlib import Path

FORMATS = {
    "nested": "Hackerlab arch archive directory, format version 2.\n",
    "flat": "Bazaar archive format 1 0\n",
}
BRANCHES = 10
VERSIONS = 5
REVISIONS = 20


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", " ")


class Archive:
    """An archive of `categories` × 10 branches × 5 versions × 20 revisions."""

    def __init__(self, root: Path, name: str, layout: str, categories: int, revisions=REVISIONS):
        self.root = root
        self.name = name
        self.layout = layout
        self.revisions = revisions
        self.categories = [f"category{number:03}" for number in range(categories)]
        self.branches = [
            (category, f"{category}--branch{number}")
            for category in self.categories
            for number in range(BRANCHES)
        ]
        self.versions = [
            (category, branch, f"{branch}--{number}.0")
            for category, branch in self.branches
            for number in range(1, VERSIONS + 1)
        ]

    def size(self) -> str:
        versions = len(self.versions)
        revisions = versions * self.revisions
        return f"{thousands(versions)} versions, {thousands(revisions)} revisions"

    def make(self):
        """Makes all of it."""
        meta = self.root / "=meta-info"
        meta.mkdir(parents=True)
        (meta / "name").write_text(self.name + "\n")
        (self.root / ".archive-version").write_text(FORMATS[self.layout])
        for place in self.places(range(len(self.versions))):
            place.mkdir(parents=True)
            for number in range(self.revisions):
                self.publish(place, number)
            (place / self.level(self.revisions - 1) / "++revision-lock" / "+contents").mkdir(
                parents=True
            )

    def add(self, number: int, versions):
        """Adds the revision `number` to the versions of these numbers."""
        for place in self.places(versions):
            self.publish(place, number)

    def places(self, versions):
        """The directories of the versions of these numbers."""
        for index in versions:
            category, branch, version = self.versions[index]
            yield self.root / (
                version if self.layout == "flat" else f"{category}/{branch}/{version}"
            )

    @staticmethod
    def level(number: int) -> str:
        return f"patch-{number}" if number else "base-0"

    def publish(self, place: Path, number: int):
        """Makes a revision beside its place, and moves it there whole."""
        level = self.level(number)
        making = place / ",,making"
        making.mkdir()
        (making / "log").write_text(
            f"Revision: {place.name}--{level}\nArchive: {self.name}\n"
            "Creator: Ada Example <ada@example.org>\n"
            f"Standard-date: 2026-11-20 20:00:38 GMT\nSummary: change {number}\n\nbody\n"
        )
        (making / f"{place.name}--{level}.patches.tar.gz").write_bytes(b"x")
        making.rename(place / level)

    def directories(self) -> list[str]:
        """Every directory that a poll must look at, below the root."""
        above = [] if self.layout == "flat" else [
            *self.categories,
            *(f"{category}/{branch}" for category, branch in self.branches),
        ]
        return [
            ".",
            *above,
            *(
                str(place.relative_to(self.root))
                for place in self.places(range(len(self.versions)))
            ),
        ]

    def check_with_tla(self):
        """Fails unless tla finds the same in it."""
        def tla(*words):
            return subprocess.run(
                ["tla", *words], check=True, capture_output=True, text=True
            ).stdout.split()

        _, branch, version = self.versions[-1]
        assert tla("categories", self.name) == self.categories
        assert tla("versions", f"{self.name}/{branch}") == [
            version for _, above, version in self.versions if above == branch
        ]
        assert tla("revisions", f"{self.name}/{version}") == [
            self.level(number) for number in range(self.revisions)
        ]
