"""What is remembered, and that whatever is stored cannot do harm."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QLockFile, QSettings

from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
from digitpad.domain.teaching import check_hand_name
from digitpad.storage.io import write_atomically
from digitpad.ui.session.settings import RECENT, Settings


def store(key, value):
    stored = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "digitpad", "digitpad")
    stored.setValue(key, value)
    stored.sync()
    return stored


def test_settings_lie_in_the_tests_own_folder(tmp_path):
    assert Path(store("theme", "dark").fileName()).is_relative_to(tmp_path.parent)
    assert Settings().theme == "dark"


def test_nothing_is_left_of_another_tests_settings():
    assert Settings().theme == "system"


@pytest.fixture
def settings(qapp):
    made = Settings()
    yield made
    made.stop()


def stored_in_json(key, value):
    path = Path(store("theme", "dark").fileName()).with_suffix(".json")
    path.write_text(json.dumps({key: value}, default=bytes.hex))


@pytest.mark.parametrize(
    "key", ["theme", "pen_width", "lost", "pages", "left_share", "recent", "geometry", "layout", "hand", "taught"]
)
@pytest.mark.parametrize("value", ["", "nonsense", "../../up", -5, 10**9, True, ["a", "b"], [1], {"a": 1}, b"\x00"])
@pytest.mark.parametrize("store", [store, stored_in_json])
def test_whatever_is_stored_gives_a_value_that_can_be_used(key, value, store):
    store(key, value)
    settings = Settings()

    assert settings.theme in ("system", "light", "dark")
    assert 10 <= settings.pen_width <= 120
    assert settings.false_rejection_rate == FALSE_REJECTION_RATE
    assert all(isinstance(path, Path) for path in settings.recent)
    assert all(isinstance(page_id, str) for page_id in settings.pages)
    assert 0 <= settings.left_share <= 1
    assert settings.geometry.size() >= 0
    assert settings.layout.size() >= 0
    check_hand_name(settings.hand)
    assert settings.taught is None or isinstance(settings.taught, Path)


@pytest.mark.parametrize("false_rejection_rate", [None, *FALSE_REJECTION_RATES])
def test_every_false_rejection_rate_is_remembered(settings, false_rejection_rate):
    settings.false_rejection_rate = false_rejection_rate
    settings.stop()

    assert Settings().false_rejection_rate == false_rejection_rate


def test_the_list_of_recent_checkpoints_is_short_whole_and_newest_first(settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(RECENT + 3):
        settings.remember(Path(f"{number}.safetensors"))
    settings.remember(Path("5.safetensors"))

    assert settings.recent[0] == tmp_path / "5.safetensors"
    assert len(settings.recent) == RECENT == len(set(settings.recent))
    settings.forget_recent()
    assert settings.recent == []


def test_a_lock_that_somebody_holds_is_not_waited_for(qapp):
    stored = store("pen_width", 20)
    lock = QLockFile(f"{stored.fileName()}.lock")
    assert lock.tryLock(0)
    settings, started = Settings(), time.monotonic()
    settings.theme = "dark"
    qapp.processEvents()
    settings.stop()
    after = Settings()
    lock.unlock()
    assert time.monotonic() - started < 10
    assert (after.theme, after.pen_width) == ("dark", 20)


def test_settings_that_cannot_be_written_are_no_fault_of_digitpad(settings, caplog):
    folder = Path(store("pen_width", 20).fileName()).parent
    shutil.rmtree(folder)
    folder.write_text("a file where the folder should be")
    with caplog.at_level("INFO"):
        settings.theme = "dark"
        settings.stop()
    assert folder.name in caplog.text


def test_what_changes_while_settings_are_written_is_written_at_once(settings, monkeypatch):
    written, gate = [], threading.Event()

    def write(path, data):
        written.append(json.loads(data))
        assert gate.wait(20)
        write_atomically(path, data)

    monkeypatch.setattr("digitpad.ui.session.settings.write_atomically", write)
    settings.theme = "dark"
    settings.pen_width, settings.recipe = 33, "mine"
    settings.remember_window(QByteArray(b"where"), QByteArray(b"what"))
    gate.set()
    settings.stop()
    assert len(written) <= 2
    assert (Settings().theme, Settings().recipe, Settings().geometry) == ("dark", "mine", b"where")


def test_two_windows_keep_each_other_s_settings(settings):
    other = Settings()
    other.theme = "dark"
    other.stop()
    settings.pen_width = 33
    settings.stop()
    assert (Settings().theme, Settings().pen_width) == ("dark", 33)


def test_what_was_taught_is_remembered_and_can_be_forgotten(settings, tmp_path):
    settings.hand = "Ada"
    settings.remember_taught(tmp_path / "Ada 1.safetensors", None)
    settings.stop()
    again = Settings()
    assert (again.hand, again.taught, again.taught_from) == ("Ada", tmp_path / "Ada 1.safetensors", None)
    again.remember_taught(None, None)
    again.stop()
    assert Settings().taught is None


def test_the_window_s_size_and_place_are_remembered(settings):
    settings.remember_window(QByteArray(b"\0\xff where"), QByteArray(b"what"))
    settings.stop()
    assert (Settings().geometry, Settings().layout) == (b"\0\xff where", b"what")
