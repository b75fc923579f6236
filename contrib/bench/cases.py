"""What is measured: a function for each row, or few rows, of the table."""

import re
import shutil
import subprocess
import time

from bench import Bench, Measured, Result, SETTLED, at_most, milliseconds

ACTION = "nothing:"
FOLLOW_ALL = f"{{name}} {ACTION} {ACTION} {ACTION} {ACTION}\n"


def shortest(runs: list[list[Measured]]) -> list[Measured]:
    """For each command the best of several runs."""
    return [
        Measured(
            min(run.shortest for run in of_command),
            sorted(run.median for run in of_command)[len(of_command) // 2],
            max(run.memory for run in of_command),
            min(run.work for run in of_command),
        )
        for of_command in zip(*runs)
    ]


def empty(bench: Bench, rounds: int) -> list[Result]:
    """An idle poll of a directory without rules."""
    directory = bench.directory("empty", {})
    bench.poll(directory)
    poll, true = bench.time(rounds, bench.notify(directory), [bench.true])
    limit = 3 * true.shortest + 0.003
    return [
        at_most(
            "idle poll, empty directory",
            poll.shortest,
            limit,
            "3 × true + 3 ms",
            f"true {milliseconds(true.shortest)}",
        )
    ]


def followed(bench: Bench, archive):
    """A directory that follows all of an archive and has seen it."""
    bench.register(archive)
    directory = bench.directory(
        f"follow-{archive.root.name}", {"archives": FOLLOW_ALL.format(name=archive.name)}
    )
    bench.poll(directory, "--baseline")
    bench.settle(directory)
    return directory


def idle(bench: Bench, archive, directory, rounds: int) -> list[Result]:
    """An idle poll against a bare look at the same directories, and against tla."""
    work = f"idle poll, {archive.size()}, {archive.layout}"
    commands = [bench.notify(directory), bench.sweep(archive)]
    if shutil.which("tla"):
        commands.append(["tla", "abrowse", archive.name])
    poll, sweep, *tla = bench.time(rounds, *commands)
    ratio = poll.shortest / sweep.shortest
    results = [
        at_most(
            work,
            poll.shortest,
            3 * sweep.shortest,
            "3 × stat sweep",
            f"{ratio:.2f} × {milliseconds(sweep.shortest)}",
        )
    ]
    for browse in tla:
        results.append(
            at_most(
                f"{work}, beside tla",
                poll.shortest,
                browse.shortest / 3,
                "tla abrowse / 3",
                f"{browse.shortest / poll.shortest:.1f} times as fast as "
                f"{milliseconds(browse.shortest)}",
            )
        )
    return results


def growth(bench: Bench, small, small_directory, large, large_directory, rounds) -> list[Result]:
    """How an idle poll grows with the archive, and what memory it takes."""
    few, few_looks, many, many_looks = bench.time(
        rounds,
        bench.notify(small_directory),
        bench.sweep(small),
        bench.notify(large_directory),
        bench.sweep(large),
    )
    times = len(large.versions) / len(small.versions)
    work = f"idle poll, {large.size()}, {large.layout}"
    return [
        at_most(
            f"{work}, growth",
            many.shortest,
            1.1 * times * few.shortest,
            f"{times:.0f} × the small one + 10 %",
            f"{many.shortest / few.shortest:.1f} × {milliseconds(few.shortest)}; the stat sweep: "
            f"{many_looks.shortest / few_looks.shortest:.1f} × "
            f"{milliseconds(few_looks.shortest)}",
        ),
        Result(
            f"{work}, peak memory",
            "40 MB",
            f"{many.memory / 1e6:.1f} MB",
            many.memory < 40e6,
        ),
    ]


def baseline(bench: Bench, archive, rounds: int) -> list[Result]:
    """The first poll of a large archive, against find."""
    depth = "1" if archive.layout == "flat" else "4"
    find = ["find", archive.root, "-mindepth", depth, "-maxdepth", depth, "-type", "d"]
    runs = []
    for number in range(rounds):
        directory = bench.directory(
            f"baseline-{number}", {"archives": FOLLOW_ALL.format(name=archive.name)}
        )
        runs.append(bench.time(1, bench.notify(directory, "--baseline"), find))
        shutil.rmtree(directory)
    poll, found = shortest(runs)
    ratio = poll.shortest / found.shortest
    return [
        at_most(
            f"first poll --baseline, {archive.size()}, {archive.layout}",
            poll.shortest,
            3 * found.shortest,
            "3 × find",
            f"{ratio:.2f} × {milliseconds(found.shortest)}; {poll.memory / 1e6:.1f} MB",
        )
    ]


def one_new(bench: Bench, archive, directory, rounds: int) -> list[Result]:
    """A poll that finds one new revision, against one that finds none."""
    runs = []
    for number in range(rounds):
        idle_poll, action = bench.time(5, bench.notify(directory), [bench.program("larch-nothing")])
        archive.add(archive.revisions, [number * 7])
        (poll,) = bench.time(1, bench.notify(directory))
        bench.settle(directory)
        runs.append([idle_poll, action, poll])
    idle_poll, action, poll = shortest(runs)
    limit = 2 * idle_poll.shortest + action.shortest
    return [
        at_most(
            f"one new revision, {archive.size()}, {archive.layout}",
            poll.shortest,
            limit,
            "2 × idle + the action",
            f"idle {milliseconds(idle_poll.shortest)}, action {milliseconds(action.shortest)}",
        )
    ]


def deliveries(bench: Bench, archive, rounds: int) -> list[Result]:
    """A new revision in each of many versions, told one after the other."""
    bench.register(archive)
    lines = [f"{archive.name}/{version} {ACTION}\n" for _, _, version in archive.versions]
    directory = bench.directory("deliveries", {"versions": "".join(lines)})
    bench.poll(directory, "--baseline")
    bench.settle(directory)
    count = len(lines)
    runs = []
    for number in range(rounds):
        archive.add(archive.revisions + number, range(count))
        time.sleep(SETTLED)
        runs.append(
            bench.time(
                1,
                bench.notify(directory, "--jobs", "1"),
                [bench.program("loop"), count, bench.program("larch-nothing"), archive.name],
            )
        )
    poll, loop = shortest(runs)
    return [
        at_most(
            f"{count} deliveries of a program that does nothing, jobs = 1",
            poll.shortest,
            1.5 * loop.shortest,
            "1.5 × a bare loop",
            f"{poll.shortest / loop.shortest:.2f} × {milliseconds(loop.shortest)}; processor time "
            f"{poll.work / loop.work:.2f} × {milliseconds(loop.work)}",
        )
    ]


def no_commit(bench: Bench, directory) -> list[Result]:
    """An idle poll neither syncs nor writes to the database."""
    if not shutil.which("strace"):
        return []
    trace = bench.work / "trace"
    calls = "fsync,fdatasync,sync_file_range,sync,syncfs,write,pwrite64,writev,pwritev"
    subprocess.run(
        ["strace", "-f", "-yy", "-e", f"trace={calls}", "-o", trace, *bench.notify(directory)],
        check=True,
    )
    # The index of the write-ahead log, larch.db-shm, is memory that processes share.
    unwanted = re.compile(r"sync|/larch\.db(-wal)?>")
    found = [line for line in trace.read_text().splitlines() if unwanted.search(line)]
    return [
        Result(
            "idle poll: what it syncs, or writes to the database",
            "nothing",
            f"{len(found)} calls" if found else "nothing",
            not found,
        )
    ]
