"""What is remembered, and that whatever is stored cannot do harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
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


@pytest.mark.parametrize("key", ["theme", "pen_width", "lost", "recent", "geometry", "layout"])
@pytest.mark.parametrize("value", ["", "nonsense", -5, 10**9, True, ["a", "b"], {"a": 1}, b"\x00"])
def test_whatever_is_stored_gives_a_value_that_can_be_used(key, value):
    store(key, value)
    settings = Settings()

    assert settings.theme in ("system", "light", "dark")
    assert 10 <= settings.pen_width <= 120
    assert settings.false_rejection_rate == FALSE_REJECTION_RATE
    assert all(isinstance(path, Path) for path in settings.recent)
    assert settings.geometry.size() >= 0
    assert settings.layout.size() >= 0


@pytest.mark.parametrize("false_rejection_rate", [None, *FALSE_REJECTION_RATES])
def test_every_false_rejection_rate_is_remembered(false_rejection_rate):
    Settings().false_rejection_rate = false_rejection_rate

    assert Settings().false_rejection_rate == false_rejection_rate


def test_the_list_of_recent_checkpoints_is_short_whole_and_newest_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings()
    for number in range(RECENT + 3):
        settings.remember(Path(f"{number}.safetensors"))
    settings.remember(Path("5.safetensors"))

    assert settings.recent[0] == tmp_path / "5.safetensors"
    assert len(settings.recent) == RECENT == len(set(settings.recent))
    settings.forget_recent()
    assert settings.recent == []
