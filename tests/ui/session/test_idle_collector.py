"""Garbage is collected in pauses, and only there."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QTimer

from digitpad.ui.session import idle_collector
from digitpad.ui.session.idle_collector import IdleCollector


@pytest.fixture
def collections():
    seen = []

    def note(phase, info):
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


@pytest.fixture
def collector(qapp, monkeypatch):
    monkeypatch.setattr(idle_collector, "_PAUSE", 20)
    collector = IdleCollector()
    yield collector
    collector.stop()


def garbage():
    return [[number] for number in range(50_000)]


def test_nothing_is_collected_while_someone_draws(qtbot, collector, collections):
    collector.start()
    for _ in range(20):
        kept = garbage()
        collector.put_off()

    assert not collections
    assert kept


def test_a_pause_is_used(qtbot, collector, collections):
    kept = garbage()
    collector.start()
    qtbot.waitUntil(lambda: 2 in collections)

    assert kept


def test_nothing_is_collected_before_the_start(qtbot, collector, collections):
    kept = garbage()
    collector.put_off()
    with qtbot.waitSignal(collector.findChild(QTimer).timeout, timeout=100, raising=False) as waited:
        pass

    assert not waited.signal_triggered
    assert not collections
    assert kept


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_is_left_as_it_was_found(qapp, monkeypatch, is_on):
    monkeypatch.setattr(gc, "isenabled", lambda: is_on)
    enabled = []
    monkeypatch.setattr(gc, "enable", lambda: enabled.append(True))
    collector = IdleCollector()
    assert not enabled
    collector.stop()
    assert bool(enabled) is is_on
