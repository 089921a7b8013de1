"""Fuzz the readers: python -m tests.fuzz [--cases 1000] [--seed 0] [--keep FOLDER] [--log FILE] [FORMAT ...]

Each case is a mutated file that a child process reads under limits of time and memory. Whatever ends in something other
than a DigitpadError, takes more than 2 s of processor time or 300 MB more memory is reported; the status is 1 then.

`--cases 10000 --log fuzz.jsonl` reads 100,000 in some 20 minutes of processor time. The log has a line for every 500
that were read; the same command goes on behind the last of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from digitpad.domain.errors import DigitpadError
from tests.fuzz.formats import FORMATS

SECONDS, MEGABYTES = 2.0, 300.0
"""What a case may take."""

_KILLED_AFTER, _ADDRESSES = 10.0, 2 << 30
"""Seconds after which a child is ended, and bytes of addresses that it may add."""

_CHUNK = 500
"""Cases that one child reads."""

_LARGEST = 4 << 20
"""No mutated file is larger, in bytes."""

_EXTREMES = (b"0", b"-1", b"1e400", b"nan", b"99999999999999999999", b"2147483648", b"1e-320", b"'", b"*", b"\xff")


def mutated(seeds: list[bytes], rng: random.Random) -> bytes:
    """A file made from others by a few changes: bits, numbers, pieces cut, doubled, moved, or repeated many times."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        b = min(b, a + rng.choice((1, 4, 16, 64, 1 << 20)))
        kind = rng.randrange(9)
        if kind == 0 and a < len(data):
            data[a] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[a:b] = rng.randbytes(b - a)
        elif kind == 2:
            del data[a:b]
        elif kind == 3:
            del data[a:]
        elif kind == 4:
            data[a:a] = data[a:b]
        elif kind == 5:
            other = rng.choice(seeds)
            c = rng.randrange(len(other) + 1)
            data[a:] = other[c:]
        elif kind == 6:
            data[a:a] = data[a:b] * min(rng.choice((10, 1000, 100_000)), _LARGEST // max(b - a, 1))
        elif kind == 7 and (numbers := list(re.finditer(rb"[0-9][0-9.]*", data))):
            number = rng.choice(numbers)
            data[number.start() : number.end()] = rng.choice(_EXTREMES)
        elif kind == 8:
            data[a : a + 4] = rng.choice((b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\x40\0", b" " * 10_000))
        del data[_LARGEST:]
        data = data or bytearray(b"\0")
    return bytes(data)


def peak() -> float:
    """Most memory that this process has held since the last `reset`, in MB."""
    status = Path("/proc/self/status").read_text() if sys.platform == "linux" else ""
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) / 1e3 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def reset() -> None:
    """Let `peak` count anew, where the system can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a kernel without it: the peak only grows
            Path("/proc/self/clear_refs").write_text("5")


def child(kind: str, seed: int, first: int, end: int, folder: Path) -> None:
    """Read some cases and print a line of JSON before and after each."""
    form = FORMATS[kind]
    seeds = form.seeds(folder)
    path = folder / form.name
    for data in seeds:  # imports, and what is made once, are no case's
        path.write_bytes(data)
        with contextlib.suppress(DigitpadError):
            form.read(path)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + _ADDRESSES,) * 2)
    for number in range(first, end):
        path.write_bytes(mutated(seeds, random.Random(f"{kind} {seed} {number}")))
        print(json.dumps({"begun": number}), flush=True)
        signal.setitimer(signal.ITIMER_PROF, _KILLED_AFTER)
        reset()
        before, begun, problem = peak(), time.process_time(), ""
        try:
            form.read(path)
        except DigitpadError as error:
            problem = "" if str(error) and "\n" not in str(error) else f"no sentence: {error!r}"
        except BaseException:  # noqa: BLE001 - whatever it is, it is reported
            problem = traceback.format_exc()
        seconds, megabytes = time.process_time() - begun, peak() - before
        if not problem and seconds > SECONDS:
            problem = f"{seconds:.1f} s"
        if not problem and megabytes > MEGABYTES:
            problem = f"{megabytes:.0f} MB"
        print(json.dumps({"done": number, "problem": problem}), flush=True)


def fuzz(kind: str, cases: int, seed: int, keep: Path | None = None, first: int = 0) -> list[str]:
    """Read the cases of one format from `first` to before `cases`; returns what went wrong."""
    problems: list[str] = []
    number = first
    while number < cases:
        with tempfile.TemporaryDirectory() as folder:
            words = [kind, str(seed), str(number), str(min(number + _CHUNK, cases)), folder]
            command = [sys.executable, "-m", "tests.fuzz", "--child", *words]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
            done = [line for line in lines if "done" in line]
            found = [(line["done"], line["problem"]) for line in done if line["problem"]]
            begun = [line["begun"] for line in lines if "begun" in line]
            number = done[-1]["done"] + 1 if done else number
            if ended.returncode:
                if len(begun) == len(done):
                    return [*problems, f"{kind}: the child failed: {ended.stderr[-3000:]}"]
                found.append((begun[-1], f"the child ended with status {ended.returncode}: {ended.stderr[-1500:]}"))
                number = begun[-1] + 1
            for case, problem in found:
                problems.append(f"{kind} --seed {seed}, case {case}: {problem}")
                if keep is not None:
                    keep.mkdir(parents=True, exist_ok=True)
                    seeds = FORMATS[kind].seeds(Path(folder))
                    name = f"{kind}-{seed}-{case}{Path(FORMATS[kind].name).suffix}"
                    (keep / name).write_bytes(mutated(seeds, random.Random(f"{kind} {seed} {case}")))
    return problems


def logged(log: Path | None, kind: str, cases: int, seed: int, keep: Path | None) -> list[str]:
    """As `fuzz`, but what a log says was read is not read again, and the log says what is."""
    if log is None:
        return fuzz(kind, cases, seed, keep)
    lines = log.read_text().splitlines() if log.exists() else []
    known = [line for line in map(json.loads, lines) if (line["format"], line["seed"]) == (kind, seed)]
    problems = [problem for line in known for problem in line["problems"]]
    for first in range(max((line["end"] for line in known), default=0), cases, _CHUNK):
        end = min(first + _CHUNK, cases)
        found = fuzz(kind, end, seed, keep, first)
        with log.open("a") as file:
            file.write(json.dumps({"format": kind, "seed": seed, "end": end, "problems": found}) + "\n")
        problems += found
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--cases", type=int, default=1000, help="cases of each format (default 1000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for files that went wrong")
    parser.add_argument("--log", type=Path, help="file that says what was read; with it, the command goes on there")
    words = parser.parse_args()
    if unknown := set(words.formats) - set(FORMATS):
        parser.error(f"no such format: {', '.join(sorted(unknown))}")
    failed = False
    for kind in words.formats or FORMATS:
        begun = time.perf_counter()
        problems = logged(words.log, kind, words.cases, words.seed, words.keep)
        took = time.perf_counter() - begun
        print(f"{kind}: {words.cases:,} cases, {len(problems)} problems, {took:.0f} s", flush=True)
        for problem in problems:
            print(f"  {problem}", flush=True)
        failed |= bool(problems)
    return int(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        kind, seed, first, end, folder = sys.argv[2:]
        child(kind, int(seed), int(first), int(end), Path(folder))
    else:
        sys.exit(main())
