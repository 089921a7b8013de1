"""How much memory a piece of code takes, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_CODE = """
import re, sys
def held():
    return int(re.search("VmHWM:[^0-9]*([0-9]+) kB", open("/proc/self/status").read())[1]) / 1e3
{imports}
before = held()
try:
    {code}
except Exception as error:
    print(type(error).__name__)
else:
    print("-")
print(held() - before)
"""


def megabytes(imports: str, code: str, *words: object) -> tuple[str, float]:
    """Run one line of code, which finds the words in `sys.argv`.

    Returns:
        The name of the exception that it raised, '-' where it raised none; and how many MB it took at most.
    """
    if sys.platform != "linux":
        pytest.skip("needs /proc")
    script = _CODE.format(imports=imports, code=code)
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)], capture_output=True, text=True, check=True, timeout=120
    )
    raised, taken = done.stdout.split()
    return raised, float(taken)
