"""The sign on the pad that what is dragged over the window can be dropped."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

_RIM = 4  # pixels
_TINT = 24  # of 255


class DropSign(QWidget):
    """Lights the pad up while it is shown; takes no events."""

    def __init__(self, pad: QWidget) -> None:
        super().__init__(pad)
        self._pad = pad
        self.setObjectName("drop_sign")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        pad.installEventFilter(self)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        self.setGeometry(self._pad.rect())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._pad.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        accent = self.palette().color(QPalette.ColorRole.Accent)
        with QPainter(self) as painter:
            painter.setPen(QPen(accent, _RIM))
            accent.setAlpha(_TINT)
            painter.setBrush(accent)
            inset = _RIM // 2
            painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))
            font = self.font()
            font.setPixelSize(20)
            painter.setFont(font)
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            below = self.rect().adjusted(0, self.height() * 2 // 3, 0, 0)  # the words on an empty pad
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.tr("Drop it to open it"))
