"""What a view follows, without a window: drawings that a network has read."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ui.session.live_reading import Reading


class Readings(QObject):
    """Reads ink with one network when it is told to, as LiveReader does when ink changes."""

    answered = Signal(object)

    def __init__(self, reader):
        super().__init__()
        self.reader, self.latest = reader, None

    def read(self, ink):
        revision = self.latest.prediction.revision + 1 if self.latest else 1
        self.latest = Reading(
            revision, self.reader.predict(ink, revision), 0.0, 0.0, ink, self.reader, FALSE_REJECTION_RATE
        )
        self.answered.emit(self.latest)
        return self.latest
