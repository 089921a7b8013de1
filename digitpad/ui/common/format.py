"""Numbers, dates, durations and errors as the language of the window writes them."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from digitpad.domain.errors import Message

translate = QCoreApplication.translate


def _locale() -> QLocale:
    """The window's; English where the system names none, since the locale 'C' groups no digits."""
    locale = QLocale()
    return QLocale("en_US") if locale.language() == QLocale.Language.C else locale


def numeral(value: float, decimals: int | None = None, digits: int = 6) -> str:
    """A number with its thousands grouped: '1,234', with two decimals '1,234.50'.

    Without `decimals`, a float is as short as it can be with that many significant `digits`: '0.5', '1e-05'.
    """
    if decimals is not None:
        return _locale().toString(float(value), "f", decimals)
    if isinstance(value, int):
        return _locale().toString(int(value)) if abs(value) < 2**63 else f"{value:,}"  # Qt's integers end there
    return _locale().toString(value, "g", digits)


def percent(share: float, decimals: int | None = 1) -> str:
    """A share, 0 to 1, in words: '98.6 %'; see `numeral`."""
    return f"{numeral(100 * share, decimals)} {_locale().percent()}"


def duration(seconds: float, decimals: int = 0) -> str:
    """Seconds, 0 or more, in a width that changes seldom: '12 s' with `decimals`, '3:05 min', '1:02:03 h'."""
    if round(seconds, decimals) < 60:
        return translate("format", "{seconds} s").format(seconds=numeral(seconds, decimals))
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return translate("format", "{time} h").format(time=f"{hours}:{minutes:02}:{left:02}")
    return translate("format", "{time} min").format(time=f"{minutes}:{left:02}")


def epoch_count(count: int) -> str:
    """Epochs in words: '1 epoch', '16 epochs'."""
    words = translate("format", "1 epoch") if count == 1 else translate("format", "{count} epochs")
    return words.format(count=numeral(count))


def response_time(milliseconds: float) -> str:
    """A short time in a unit that fits: 'under 1 ms', '4 ms', '1.2 s'."""
    if milliseconds < 1:
        return translate("format", "under 1 ms")
    if round(milliseconds) < 1000:
        return translate("format", "{count} ms").format(count=numeral(round(milliseconds)))
    return duration(milliseconds / 1000, 1)


def moment(iso: str) -> str:
    """An ISO date, or a time with its zone as the machine's own: '11/24/2026 8:34 PM'. Another text stays."""
    locale, kind = _locale(), QLocale.FormatType.ShortFormat
    form = locale.dateTimeFormat(kind) if "T" in iso else locale.dateFormat(kind)
    time = QDateTime.fromString(iso, Qt.DateFormat.ISODate).toLocalTime()
    return locale.toString(time, re.sub(r"\byy\b", "yyyy", form)) if time.isValid() else iso


def megabytes(count: float) -> str:
    """Bytes as millions of them, without the unit: '11.6'."""
    return numeral(count / 1e6, 1)


def sentence(message: Message) -> str:
    """An error, or another message, in the language of the window; may be called in any thread."""
    return message.said(lambda template: QCoreApplication.translate("errors", template), numeral)


def saved_words(path: Path) -> str:
    """What is said of a file that was written."""
    return translate("format", "Saved {path}").format(path=path)


def setting_words(text: str) -> str:
    """A word or a sentence that was declared with a setting, in the language of the window."""
    return QCoreApplication.translate("settings", text) if text else ""
