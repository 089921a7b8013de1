"""Each in an interpreter of its own, because torch is imported once only."""

import subprocess
import sys
from pathlib import Path

CHECK = """
import gc, sys
from digitpad.learning import gentle_import
{before}
assert "torch" not in sys.modules
gentle_import.import_torch()
assert gc.isenabled() is {collecting}
frozen = gc.get_freeze_count()
assert frozen > 10_000
gentle_import.import_torch()
assert gc.get_freeze_count() == frozen
import torch
assert torch.ones(3).sum() == 3
print("fine")
"""


def run(program):
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])


def passes(before, collecting=True):
    done = run(CHECK.format(before=before, collecting=collecting))
    assert (done.stdout, done.stderr, done.returncode) == ("fine\n", "", 0)


def test_torch_is_imported_once_and_garbage_is_collected_afterwards():
    passes("")


def test_a_collector_that_was_off_stays_off_and_missing_libraries_do_not_matter():
    passes("gc.disable(); gentle_import._LIBRARIES = {sys.platform: ('libnothing.so',)}", collecting=False)


def test_an_import_that_fails_leaves_the_collector_on():
    done = run("""
import gc, sys
from digitpad.learning import gentle_import
gentle_import.importlib.util.find_spec = lambda name: None
sys.modules["torch._C"] = None
sys.path_importer_cache.clear()
try:
    gentle_import.import_torch()
except ImportError:
    print("no torch", gc.isenabled(), "torch" in sys.modules)
""")
    assert done.stdout == "no torch True False\n", done.stderr
