"""What is measured with git: a function for each row, or few rows, of the table."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from bench import Bench, Result, SETTLED, at_most, milliseconds
from cases import FOLLOW_ALL, shortest
from repositories import Repositories, git, grow

RULES = "{name} noop: noop: noop: noop:\n"


def register(bench: Bench, name: str, location: str):
    subprocess.run(
        [bench.larch, "register-archive", name, location], check=True, stdout=subprocess.DEVNULL
    )


def followed(bench: Bench, repositories: Repositories):
    """A directory that follows all refs of all repositories, and has seen them."""
    register(bench, repositories.name, repositories.location)
    directory = bench.directory(
        f"follow-{repositories.name}",
        {"archives": FOLLOW_ALL.format(name=repositories.name)},
    )
    bench.poll(directory, "--baseline")
    bench.settle(directory)
    bench.settle(directory)
    return directory


def idle(bench: Bench, repositories: Repositories, directory, rounds: int) -> list[Result]:
    """An idle poll against `git ls-remote` of each repository, and against nvchecker."""
    work = f"idle poll, {repositories.size()}"
    (poll,) = bench.time(rounds, bench.notify(directory))
    places = "\n".join(str(repositories.path(number)) for number in range(repositories.count))
    loop = bench.work / "ls-remote"
    loop.write_text(f"while read -r place; do git ls-remote $place; done <<'E'\n{places}\nE\n")
    (each,) = bench.time(2, ["sh", loop])
    results = [faster(f"{work}, beside `git ls-remote` of each", poll, each)]
    if shutil.which("nvchecker"):
        (checked,) = bench.time(2, nvchecker(bench, repositories))
        results.append(faster(f"{work}, beside nvchecker", poll, checked))
    return results


def faster(work: str, poll, peer) -> Result:
    times = peer.shortest / poll.shortest
    return Result(
        work,
        f"1/100 of {milliseconds(peer.shortest)}",
        f"{milliseconds(poll.shortest)} ({times:.0f} times as fast)",
        times >= 100,
    )


def nvchecker(bench: Bench, repositories: Repositories) -> list:
    """The command of nvchecker's second run over the same repositories."""
    old, new = bench.work / "old.json", bench.work / "new.json"
    entries = [
        f'[r{number}]\nsource = "git"\ngit = "file://{repositories.path(number)}"\n'
        for number in range(repositories.count)
    ]
    config = bench.work / "nvchecker.toml"
    head = f'[__config__]\noldver = "{old}"\nnewver = "{new}"\n'
    config.write_text(head + "".join(entries))
    command = ["nvchecker", "--logger=json", "--logging=error", "-c", config]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.copy(new, old)
    return command


def opens_nothing(bench: Bench, repositories: Repositories, directory) -> list[Result]:
    """An idle poll opens no file of a repository, and starts no program."""
    if not shutil.which("strace"):
        return []
    trace = bench.work / "trace"
    calls = "open,openat,openat2,execve"
    subprocess.run(
        ["strace", "-f", "-e", f"trace={calls}", "-o", trace, *bench.notify(directory)], check=True
    )
    lines = trace.read_text().splitlines()
    opened = [line for line in lines if re.search(r"r\d+\.git", line) and "O_PATH" not in line]
    started = [line for line in lines if "execve" in line][1:]
    found = len(opened) + len(started)
    return [
        Result(
            f"idle poll, {repositories.size()}: files opened, programs started",
            "none",
            str(found) if found else "none",
            not found,
        )
    ]


def growth(bench: Bench, small, small_directory, large, large_directory, rounds) -> list[Result]:
    """How an idle poll grows with the number of repositories, and what memory it takes."""
    few, many = bench.time(rounds, bench.notify(small_directory), bench.notify(large_directory))
    times = large.count / small.count
    work = f"idle poll, {large.size()}"
    return [
        at_most(
            f"{work}, growth",
            many.shortest,
            1.1 * times * few.shortest,
            f"{times:.0f} × the small one + 10 %",
            f"{many.shortest / few.shortest:.1f} × {milliseconds(few.shortest)}",
        ),
        Result(f"{work}, peak memory", "60 MB", f"{many.memory / 1e6:.1f} MB", many.memory < 60e6),
    ]


def one_push(bench: Bench, repositories: Repositories, directory, rounds: int) -> list[Result]:
    """A poll that finds one push, against one that finds none."""
    runs = []
    for number in range(rounds):
        (nothing,) = bench.time(5, bench.notify(directory))
        repositories.push(number * 7)
        (poll,) = bench.time(1, bench.notify(directory))
        bench.settle(directory)
        runs.append([nothing, poll])
    nothing, poll = shortest(runs)
    return [
        at_most(
            f"one push among {repositories.size()}",
            poll.shortest,
            2 * nothing.shortest + 0.020,
            "2 × idle + 20 ms",
            f"idle {milliseconds(nothing.shortest)}",
        )
    ]


def first_sight(bench: Bench, commits: int, rounds: int) -> list[Result]:
    """The first poll of a big repository of which nothing is to be told."""
    repository = bench.work / "big" / "big.git"
    git("init", "--quiet", "--bare", "--initial-branch=main", repository)
    grow(repository, commits)
    register(bench, "big", f"git:{repository.parent}")
    runs = []
    for number in range(rounds):
        directory = bench.directory(f"first-{number}", {"archives": RULES.format(name="big")})
        (directory / "=config.toml").write_text('[rules]\nfirst = "none"\n')
        runs.append(bench.time(1, bench.notify(directory)))
    (poll,) = shortest(runs)
    told = f"{commits:,} commits".replace(",", " ")
    return [
        Result(
            f'first sight of a repository of {told}, first = "none"',
            "50.0 ms",
            milliseconds(poll.shortest),
            poll.shortest < 0.050,
        )
    ]


def many_commits(bench: Bench, commits: int, rounds: int) -> list[Result]:
    """Many new commits between two polls, against `git rev-list` of the same."""
    repository = bench.work / "many" / "many.git"
    git("init", "--quiet", "--bare", "--initial-branch=main", repository)
    grow(repository, 10)
    register(bench, "many", f"git:{repository.parent}")
    directory = bench.directory("many-n", {"archives": RULES.format(name="many")})
    bench.poll(directory, "--baseline")
    bench.settle(directory)
    runs = []
    for number in range(rounds):
        before = git(
            "rev-parse", "main", cwd=repository, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        grow(repository, commits, first=10 + number * commits)
        listed = ["git", "-C", repository, "rev-list", f"{before}..main"]
        runs.append(bench.time(1, bench.notify(directory), listed))
        time.sleep(SETTLED)
        bench.poll(directory)
    poll, listed = shortest(runs)
    new = f"{commits:,} new commits".replace(",", " ")
    return [
        at_most(
            f"{new}, action `noop`",
            poll.shortest,
            3 * listed.shortest,
            "3 × git rev-list",
            f"{poll.shortest / listed.shortest:.2f} × {milliseconds(listed.shortest)}",
        )
    ]


def remote(bench: Bench, repositories: Repositories, count: int, connections: int) -> list[Result]:
    """An idle poll of remote repositories behind a slow line."""
    line = subprocess.Popen(
        [Path(__file__).with_name("slow-line"), repositories.root, "0.020"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = line.stdout.readline().strip()
        rules, settings = [], []
        for number in range(count):
            place = repositories.path(number).relative_to(repositories.root)
            register(bench, f"far{number}", f"git:git://127.0.0.1:{port}/{place}")
            rules.append(RULES.format(name=f"far{number}"))
            settings.append(f'[archive."far{number}"]\nevery = "0s"\n')
        directory = bench.directory("far", {"archives": "".join(rules)})
        (directory / "=config.toml").write_text("".join(settings))
        bench.poll(directory, "--baseline")
        bench.settle(directory)
        url = f"git://127.0.0.1:{port}/{repositories.path(0).relative_to(repositories.root)}"
        one, poll = bench.time(5, ["git", "ls-remote", url], bench.notify(directory))
    finally:
        line.terminate()
        line.wait()
    least = one.shortest * count / connections
    return [
        at_most(
            f"idle poll, {count} remote repositories, 20 ms away",
            poll.shortest,
            1.5 * least,
            f"1.5 × {count} / {connections} × git ls-remote",
            f"{poll.shortest / least:.2f} × {milliseconds(least)}",
        )
    ]
