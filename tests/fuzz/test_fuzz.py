"""The fuzzing command in short, and that it finds what it looks for."""

import json
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("resource")

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
