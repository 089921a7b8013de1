import os
import platform
from pathlib import Path

import pytest

from digitpad.platform.memory import give_back


def held():
    """Memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_what_was_freed_between_other_things_is_given_back():
    things = [bytes(2000) for _ in range(20_000)]
    before = held()
    del things[:-1]
    give_back()
    assert before - held() > 20e6
