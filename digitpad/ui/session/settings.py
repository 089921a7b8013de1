"""What digitpad remembers between two starts."""

from __future__ import annotations

import json
import logging
from collections import deque
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from digitpad.domain.errors import InputError
from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
from digitpad.domain.teaching import HAND, check_hand_name
from digitpad.ink.strokes import DEFAULT_WIDTH, PEN_WIDTHS
from digitpad.storage.io import explained, read_file, write_atomically
from digitpad.storage.json_object import json_object
from digitpad.ui.session.worker import Worker

T = TypeVar("T")

RECENT = 8
"""How many checkpoints the list of recent ones keeps."""

THEMES = ("system", "light", "dark")

TEXT_SIZES, TEXT_STEP = (100, 200), 25
"""Size of type in percent of the usual one, from smallest to largest, and by how much it changes at once."""

_NEVER = "never"
_LARGEST = 1 << 20

_log = logging.getLogger(__name__)


class Settings:
    """Typed access to the stored settings; whatever is stored, each value read is one that can be used.

    They are written whole in a thread of their own. QSettings would write them in the window's, and wait there for half
    a minute for a lock that a crash has left behind; it reads what digitpad 0.1.0 wrote.
    """

    def __init__(self) -> None:
        ini = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "digitpad", "digitpad")
        self._path = Path(ini.fileName()).with_suffix(".json")
        self._values = _read(self._path) or _from_ini(ini)
        self._unwritten: deque[str] = deque()  # keys, in the order of their changes
        self._worker = Worker("settings")

    def stop(self) -> None:
        """End the thread after everything was written; what is set afterwards is not."""
        self._worker.stop()

    @property
    def theme(self) -> str:
        """One of `THEMES`."""
        stored = self._get("theme", "system")
        return stored if stored in THEMES else "system"

    @theme.setter
    def theme(self, mode: str) -> None:
        self._set("theme", mode)

    @property
    def pen_width(self) -> int:
        """Pen width in canvas units, within `PEN_WIDTHS`."""
        return min(max(self._get("pen_width", int(DEFAULT_WIDTH)), PEN_WIDTHS[0]), PEN_WIDTHS[1])

    @pen_width.setter
    def pen_width(self, units: int) -> None:
        self._set("pen_width", units)

    @property
    def false_rejection_rate(self) -> float | None:
        """One of `digitpad.domain.rejection.FALSE_REJECTION_RATES`, or None to reject nothing."""
        stored = self._get("lost", "")
        return (
            None
            if stored == _NEVER
            else next((share for share in FALSE_REJECTION_RATES if str(share) == stored), FALSE_REJECTION_RATE)
        )

    @false_rejection_rate.setter
    def false_rejection_rate(self, share: float | None) -> None:
        self._set("lost", _NEVER if share is None else str(share))

    @property
    def single_digits(self) -> bool:
        """Whether everything on the pad is read as one digit."""
        return self._get("single_digits", False)

    @single_digits.setter
    def single_digits(self, is_on: bool) -> None:
        self._set("single_digits", is_on)

    @property
    def digit_boxes(self) -> bool:
        """Whether the pad shows where a number's digits are."""
        return self._get("digit_boxes", True)

    @digit_boxes.setter
    def digit_boxes(self, is_on: bool) -> None:
        self._set("digit_boxes", is_on)

    @property
    def text_size(self) -> int:
        """Size of type in percent, within `TEXT_SIZES`."""
        return min(max(self._get("text_size", TEXT_SIZES[0]), TEXT_SIZES[0]), TEXT_SIZES[1])

    @text_size.setter
    def text_size(self, percent: int) -> None:
        self._set("text_size", percent)

    @property
    def pages(self) -> list[str]:
        """Ids of the pages beside pad and answer, the one that was opened last at the end."""
        was_open = ["training"] if self._get("training_open", False) else []  # the key of 0.1.0
        return [page_id for page_id in self._get("pages", list[Any](was_open)) if isinstance(page_id, str)]

    @pages.setter
    def pages(self, page_ids: list[str]) -> None:
        self._set("pages", page_ids)

    @property
    def recipe(self) -> str:
        """Id of the recipe that was selected, '' for none."""
        return self._get("recipe", "")

    @recipe.setter
    def recipe(self, recipe_id: str) -> None:
        self._set("recipe", recipe_id)

    @property
    def curves(self) -> list[str]:
        """Ids of the runs whose curves were shown: the selected run's, or '', and those that were laid over it."""
        return [run_id for run_id in self._get("curves", list[Any]()) if isinstance(run_id, str)]

    @curves.setter
    def curves(self, run_ids: list[str]) -> None:
        self._set("curves", run_ids)

    @property
    def compared(self) -> list[str] | None:
        """Ids of the networks that are compared, see `digitpad.ui.views.compare.networks`; None before any were."""
        if "compared" not in self._values:
            return None
        return [network_id for network_id in self._get("compared", list[Any]()) if isinstance(network_id, str)]

    @compared.setter
    def compared(self, network_ids: list[str]) -> None:
        self._set("compared", network_ids)

    @property
    def left_share(self) -> float:
        """Share of the width that a person gave to pad and answer, 0 to 1; 0 for what the window finds best."""
        share = self._get("left_share", 0.0)
        return share if 0 <= share <= 1 else 0.0

    @left_share.setter
    def left_share(self, share: float) -> None:
        self._set("left_share", share)

    @property
    def recent(self) -> list[Path]:
        """Checkpoints that were loaded lately, the last one first."""
        return [Path(name) for name in self._get("recent", list[Any]()) if isinstance(name, str)][:RECENT]

    def remember(self, checkpoint: Path) -> None:
        """Put a checkpoint at the head of the list of recent ones."""
        checkpoint = checkpoint.absolute()
        rest = [path for path in self.recent if path != checkpoint]
        self._set("recent", [str(path) for path in [checkpoint, *rest]][:RECENT])

    def forget_recent(self) -> None:
        """Empty the list of recent checkpoints."""
        self._set("recent", [])

    @property
    def hand(self) -> str:
        """Name of the hand that was open."""
        stored = self._get("hand", HAND)
        try:
            check_hand_name(stored)
        except InputError:
            return HAND
        return stored

    @hand.setter
    def hand(self, name: str) -> None:
        self._set("hand", name)

    @property
    def taught(self) -> Path | None:
        """The checkpoint that was taught the hand, where it was the one that read."""
        stored = self._get("taught", "")
        return Path(stored) if stored else None

    @property
    def taught_from(self) -> Path | None:
        """The checkpoint that `taught` was taught from; None for the one that ships."""
        stored = self._get("taught_from", "")
        return Path(stored) if stored else None

    def remember_taught(self, taught: Path | None, taught_from: Path | None) -> None:
        """Keep what was taught the hand and reads, None where something else reads."""
        for key, path in (("taught", taught), ("taught_from", taught_from)):
            self._set(key, str(path or ""))

    @property
    def geometry(self) -> QByteArray:
        """What `QMainWindow.saveGeometry` gave; empty at the first start."""
        return self._bytes("geometry")

    @property
    def layout(self) -> QByteArray:
        """What `QMainWindow.saveState` gave; empty at the first start."""
        return self._bytes("layout")

    def remember_window(self, geometry: QByteArray, layout: QByteArray) -> None:
        """Keep size, place and tool bars for the next start."""
        self._set("geometry", _text(geometry))
        self._set("layout", _text(layout))

    def _bytes(self, key: str) -> QByteArray:
        return QByteArray.fromBase64(self._get(key, "").encode())

    def _get(self, key: str, default: T) -> T:
        value = self._values.get(key)
        return value if type(value) is type(default) else default

    def _set(self, key: str, value: object) -> None:
        self._values[key] = value
        self._unwritten.append(key)
        self._worker.run(self._write, lambda _: None, lambda _: None)

    def _write(self) -> None:
        """Write what has changed since the last time, in one; another window may have changed other settings."""
        changed = [self._unwritten.popleft() for _ in range(len(self._unwritten))]
        if not changed:
            return
        with explained(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        values = dict(self._values)
        stored = _read(self._path) or values
        write_atomically(self._path, json.dumps({**stored, **{key: values[key] for key in changed}}, indent=2).encode())


def _read(path: Path) -> dict[str, Any]:
    try:
        return json_object(read_file(path, _LARGEST))
    except InputError as error:
        if path.exists():
            _log.warning("the settings cannot be read: %s", error)
        return {}


def _from_ini(ini: QSettings) -> dict[str, Any]:
    kinds = {"theme": str, "pen_width": int, "lost": str, "training_open": bool, "recent": list}
    values: dict[str, Any] = {key: ini.value(key, type=kind) for key, kind in kinds.items() if ini.contains(key)}
    for key in ("geometry", "layout"):
        if isinstance(stored := ini.value(key), QByteArray):
            values[key] = _text(stored)
    return values


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode()
