"""Numbers, dates, durations and errors in the language of the window."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import PySide6
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from digitpad.domain.errors import InputError, Message
from digitpad.ui.common.format import (
    duration,
    epoch_count,
    megabytes,
    moment,
    numeral,
    percent,
    response_time,
    sentence,
)


@pytest.fixture
def german():
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


def test_without_a_language_numbers_are_english():
    assert (numeral(1234567), numeral(1234.5, 2), numeral(1e-5), numeral(0.5)) == (
        "1,234,567",
        "1,234.50",
        "1e-05",
        "0.5",
    )
    assert (percent(0.98765), percent(0.98765, 2), megabytes(11_594_722)) == ("98.8 %", "98.77 %", "11.6")


def test_another_language_writes_numbers_in_its_own_way(german):
    assert (numeral(1234567), numeral(1234.5, 2), percent(0.98765)) == ("1.234.567", "1.234,50", "98,8 %")
    assert (duration(1.25, 1), duration(185)) == ("1,3 s", "3:05 min")
    assert moment("2026-11-24T20:34:00+00:00").startswith("24.11.2026")


@pytest.mark.parametrize(
    ("seconds", "decimals", "said"),
    [(0, 0, "0 s"), (59.4, 0, "59 s"), (59.94, 1, "59.9 s"), (59.96, 1, "1:00 min"), (3600, 0, "1:00:00 h")],
)
def test_a_duration_grows_from_seconds_to_hours(seconds, decimals, said):
    assert duration(seconds, decimals) == said


@given(st.one_of(st.integers(), st.floats(), st.booleans()))
def test_every_number_can_be_written(value):
    assert numeral(value)
    assert sentence(Message("{value}", value=value)) == numeral(value)


def test_an_error_is_said_in_the_language_of_the_window(qapp, tmp_path, german):
    words = {
        "{file} was not read, since {reason}.": "{reason}, darum wurde {file} nicht gelesen.",
        "it has {count} bytes": "sie hat {count} Bytes",
    }
    messages = "".join(
        f"<message><source>{en}</source><translation>{de}</translation></message>" for en, de in words.items()
    )
    source, compiled = tmp_path / "digitpad_de.ts", tmp_path / "digitpad_de.qm"
    source.write_text(f'<TS version="2.1"><context><name>errors</name>{messages}</context></TS>', encoding="utf-8")
    lrelease = Path(PySide6.__file__).with_name("lrelease.exe" if os.name == "nt" else "lrelease")
    if not lrelease.is_file():
        pytest.skip("this PySide6 has no lrelease")
    subprocess.run([lrelease, source, "-qm", compiled], check=True, capture_output=True)
    error = InputError(
        "{file} was not read, since {reason}.", file="a.ink", reason=Message("it has {count} bytes", count=1234)
    )
    translator = QTranslator()
    assert translator.load(str(compiled))
    QCoreApplication.installTranslator(translator)
    try:
        assert sentence(error) == "sie hat 1.234 Bytes, darum wurde a.ink nicht gelesen."
    finally:
        QCoreApplication.removeTranslator(translator)
    assert str(error) == "a.ink was not read, since it has 1,234 bytes."


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.4, "under 1 ms"), (1, "1 ms"), (4.2, "4 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (1234, "1.2 s")],
)
def test_a_short_time_has_a_unit_that_fits(milliseconds, text):
    assert response_time(milliseconds) == text


def test_one_epoch_is_one():
    assert [epoch_count(count) for count in (1, 2, 1234)] == ["1 epoch", "2 epochs", "1,234 epochs"]
