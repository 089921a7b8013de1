import os

from digitpad.platform.cores import cores


def test_as_many_cores_as_this_process_may_use(monkeypatch):
    assert 1 <= cores() <= (os.cpu_count() or 1)
    if hasattr(os, "sched_getaffinity"):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 7})
        assert cores() == 3
        monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)  # where the system does not say
    assert cores() == 1
