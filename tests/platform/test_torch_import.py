"""Each in an interpreter of its own, because torch is imported once only."""

import importlib
import subprocess
import sys
import threading
from pathlib import Path

from digitpad.platform.torch_import import import_in_steps

CHECK = """
import gc, sys
from digitpad.platform import torch_import as gentle_import
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
from digitpad.platform import torch_import as gentle_import
gentle_import.importlib.util.find_spec = lambda name: None
sys.modules["torch._C"] = None
sys.path_importer_cache.clear()
try:
    gentle_import.import_torch()
except ImportError:
    print("no torch", gc.isenabled(), "torch" in sys.modules)
""")
    assert done.stdout == "no torch True False\n", done.stderr


def test_of_several_threads_one_loads_the_libraries_and_the_others_wait():
    done = run("""
import sys, threading
from digitpad.platform import torch_import
loads, sums, preload = [], [], torch_import._preload
torch_import._preload = lambda: (loads.append(1), preload())
def work():
    torch_import.import_torch()
    sums.append(float(sys.modules["torch"].ones(3).sum()))
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(loads), sums)
""")
    assert done.stdout == "1 [3.0, 3.0, 3.0]\n", done.stderr


def test_another_thread_can_import_while_a_long_import_waits(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("first_step", "second_step", "wanted_by_the_window"):
        (tmp_path / f"{name}.py").touch()
    nobody_draws, waiting = threading.Event(), threading.Semaphore(0)

    def wait():
        waiting.release()
        return nobody_draws.wait(60)

    steps = threading.Thread(target=import_in_steps, args=(["first_step", "second_step"], wait))
    window = threading.Thread(target=importlib.import_module, args=["wanted_by_the_window"])
    steps.start()
    assert waiting.acquire(timeout=60)
    window.start()
    window.join(30)
    imported = not window.is_alive()
    nobody_draws.set()
    steps.join()
    window.join()
    assert imported
    assert {"first_step", "second_step"} <= sys.modules.keys()
    for name in ("first_step", "second_step", "wanted_by_the_window"):
        monkeypatch.delitem(sys.modules, name)


def test_a_long_import_ends_between_two_modules_where_it_is_to(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("step_done", "step_left_out"):
        (tmp_path / f"{name}.py").touch()
    answers = iter([True, False])
    import_in_steps(["step_done", "step_left_out"], lambda: next(answers))
    assert "step_left_out" not in sys.modules
    assert "step_done" in sys.modules
