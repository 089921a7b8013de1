"""The fuzzing command in short, and that it finds what it looks for."""

import json
import subprocess
import sys
import textwrap

import pytest
from PIL import Image

pytest.importorskip("resource")

from tests.fuzz import __main__ as main
from tests.fuzz.__main__ import fuzz
from tests.fuzz.formats import FORMATS

HEAVY = ("idx", "safetensors", "pt", "onnx")


@pytest.mark.parametrize("kind", FORMATS)
def test_broken_files_are_read_or_refused_with_a_sentence(kind):
    assert fuzz(kind, 15 if kind in HEAVY else 60, seed=3) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raise ZeroDivisionError('unheard of')", "unheard of"),
        ("raise InputError('two\\nlines')", "no sentence"),
        ("sum(range(20_000_000))", " s"),
        ("len(b'x' * 400_000_000)", " MB"),
        ("pass", ""),
    ],
)
def test_faults_of_a_reader_are_reported(tmp_path, fault, said):
    script = f"""
        from pathlib import Path
        from digitpad.domain.errors import InputError
        from tests.fuzz import __main__ as main
        from tests.fuzz.formats import Format
        reads = []
        def read(path):
            reads.append(path)
            if len(reads) > 1:
                {fault}
        main.SECONDS = 0.1 if "sum" in {fault!r} else 60
        main.FORMATS["bad"] = Format("a", lambda folder: [b"12"], read)
        main.child("bad", 0, 0, 1, Path({str(tmp_path)!r}))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    problem = json.loads(done.stdout.splitlines()[-1])["problem"]
    assert said in problem
    assert bool(problem) is bool(said)


def test_a_log_says_what_was_read_and_is_gone_on_from(tmp_path, monkeypatch):
    read = []

    def fuzz(kind, cases, seed, keep, first=0):
        read.append((first, cases))
        return [f"case {first}"] if first else []

    monkeypatch.setattr(main, "fuzz", fuzz)
    for cases, problems in ((700, 1), (1200, 2), (1200, 2)):
        assert len(main.logged(tmp_path / "log", "idx", cases, 3, None)) == problems
    assert main.logged(tmp_path / "log", "idx", 300, 4, None) == []
    assert read == [(0, 500), (500, 700), (700, 1200), (0, 300)]


def trace(folder):
    (folder / "a.inkml").write_text(f"<ink><trace>{'1 2,' * 1_999_990}</trace></ink>")


def trace_of_differences(folder):
    (folder / "a.inkml").write_text("<ink><trace>1 2,'1 '2," + "1 2," * 400_000 + "</trace></ink>")


def attributes(folder):
    words = " ".join(f'a{i}="1"' for i in range(590_000))
    (folder / "a.inkml").write_text(f"<ink><trace {words}>1 2</trace></ink>")


def sixteen_bits(folder):
    Image.new("I;16", (5000, 4999)).save(folder / "a.png")


def transparent(folder):
    Image.new("RGBA", (5000, 4999)).save(folder / "a.png")


def webp(folder):
    Image.new("RGBA", (3500, 3500)).save(folder / "a.webp")


@pytest.mark.parametrize("make", [trace, trace_of_differences, attributes, sixteen_bits, transparent, webp])
def test_the_largest_files_that_are_opened_take_no_more_than_300_mb(tmp_path, make):
    make(tmp_path)
    (path,) = tmp_path.iterdir()
    script = f"""
        from pathlib import Path
        from PIL import Image
        from digitpad.ink.formats.opening import open_inks
        from tests.fuzz.__main__ import peak, reset
        Image.new("L", (30, 30)).save({str(tmp_path / "b.png")!r})
        open_inks(Path({str(tmp_path / "b.png")!r}))
        reset()
        before = peak()
        open_inks(Path({str(path)!r}))
        print(peak() - before)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 300
