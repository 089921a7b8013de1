"""What digitpad remembers between two starts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
from digitpad.ink.strokes import DEFAULT_WIDTH, PEN_WIDTHS

RECENT = 8
"""How many checkpoints the list of recent ones keeps."""

THEMES = ("system", "light", "dark")

_NEVER = "never"


class Settings:
    """Typed access to the stored settings; whatever is stored, each value read is one that can be used."""

    def __init__(self) -> None:
        # A file on every system: one that can be read, copied and thrown away.
        self._store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "digitpad", "digitpad")

    @property
    def theme(self) -> str:
        """One of `THEMES`."""
        stored = str(self._store.value("theme", "system", type=str))
        return stored if stored in THEMES else "system"

    @theme.setter
    def theme(self, mode: str) -> None:
        self._store.setValue("theme", mode)

    @property
    def pen_width(self) -> int:
        """Pen width in canvas units, within `PEN_WIDTHS`."""
        stored = self._store.value("pen_width", int(DEFAULT_WIDTH), type=int)
        return min(max(int(str(stored)), PEN_WIDTHS[0]), PEN_WIDTHS[1])

    @pen_width.setter
    def pen_width(self, units: int) -> None:
        self._store.setValue("pen_width", units)

    @property
    def false_rejection_rate(self) -> float | None:
        """One of `digitpad.domain.rejection.FALSE_REJECTION_RATES`, or None to reject nothing."""
        stored = str(self._store.value("lost", "", type=str))
        return (
            None
            if stored == _NEVER
            else next((share for share in FALSE_REJECTION_RATES if str(share) == stored), FALSE_REJECTION_RATE)
        )

    @false_rejection_rate.setter
    def false_rejection_rate(self, share: float | None) -> None:
        self._store.setValue("lost", _NEVER if share is None else str(share))

    @property
    def training_open(self) -> bool:
        """Whether the training panel shows more than its line."""
        return bool(self._store.value("training_open", False, type=bool))

    @training_open.setter
    def training_open(self, is_open: bool) -> None:
        self._store.setValue("training_open", is_open)

    @property
    def recent(self) -> list[Path]:
        """Checkpoints that were loaded lately, the last one first."""
        stored = self._store.value("recent", [])
        names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [Path(str(name)) for name in names][:RECENT]

    def remember(self, checkpoint: Path) -> None:
        """Put a checkpoint at the head of the list of recent ones."""
        checkpoint = checkpoint.absolute()
        others = [path for path in self.recent if path != checkpoint]
        self._store.setValue("recent", [str(path) for path in [checkpoint, *others]][:RECENT])

    def forget_recent(self) -> None:
        """Empty the list of recent checkpoints."""
        self._store.remove("recent")

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
        self._store.setValue("geometry", geometry)
        self._store.setValue("layout", layout)

    def _bytes(self, key: str) -> QByteArray:
        stored = self._store.value(key)
        return stored if isinstance(stored, QByteArray) else QByteArray()
