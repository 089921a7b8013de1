"""A small line drawing of the learning rate over a run, painted without pyqtgraph: the recipe editor needs no more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.domain.recipe import Recipe
from digitpad.domain.schedules import learning_rate_at
from digitpad.ui.common.format import epoch_count, numeral
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font
from digitpad.ui.common.widgets import named

_POINTS, _STEPS = 400, 1000
"""Points of the line, and steps of the run that it shows."""


class LearningRateCurve(QWidget):
    """The learning rate over the epochs, from 0 to its highest, with the value under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "rate_curve", self.tr("Learning rate over the run"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 88)
        self.setMouseTracking(True)
        self._recipe: Recipe | None = None
        self._rates: list[float] = []
        self._share: float | None = None

    def sizeHint(self) -> QSize:
        return QSize(240, 112)

    def show_recipe(self, recipe: Recipe) -> None:
        """Draw the learning rate of a recipe that can be used."""
        if recipe == self._recipe:
            return
        self._recipe = recipe
        self._rates = [_rate(recipe, point / _POINTS) for point in range(_POINTS + 1)]
        text = self.tr("Starts at {start}, rises to {highest} at most, ends at {end}")
        first, highest, last = (numeral(rate, digits=2) for rate in (self._rates[0], max(self._rates), self._rates[-1]))
        self.setAccessibleDescription(text.format(start=first, highest=highest, end=last))
        self.update()

    def words(self) -> str:
        """What stands above the line: the highest rate, or the one under the cursor."""
        if self._recipe is None:
            return ""
        if self._share is None:
            return self.tr("learning rate, {highest} at most").format(highest=numeral(max(self._rates), digits=4))
        text = self.tr("learning rate {rate} after {epochs} epochs")
        learning_rate, epochs = _rate(self._recipe, self._share), self._recipe.epochs * self._share
        return text.format(rate=numeral(learning_rate, digits=4), epochs=numeral(epochs, 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self._plot()
        self._share = min(1.0, max(0.0, (event.position().x() - plot.left()) / plot.width()))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._share = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._recipe is None:
            return
        plot, above = self._plot(), QRectF(self.rect()).adjusted(1, 0, -1, 0)
        width, height, highest = plot.width() / _POINTS, plot.height(), max(self._rates) or 1.0
        theme = current_theme()
        left, bottom = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignBottom
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(text_font(NOTE_PIXELS))
            painter.setPen(QColor(theme.quiet))
            painter.drawText(above, left, self.words())
            painter.drawText(above, bottom | left, "0")
            painter.drawText(above, bottom | Qt.AlignmentFlag.AlignRight, epoch_count(self._recipe.epochs))
            if self._share is not None:
                x = plot.left() + plot.width() * self._share
                painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(QColor(theme.line))
            painter.drawLine(plot.bottomLeft(), plot.bottomRight())
            painter.setPen(QPen(QColor(theme.accent), 2))
            places = ((plot.left() + width * point, 1 - rate / highest) for point, rate in enumerate(self._rates))
            painter.drawPolyline([QPointF(x, plot.top() + height * down) for x, down in places])

    def _plot(self) -> QRectF:
        """Where the line is drawn, between the words above and below."""
        words = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(1, words + 4, -1, -words - 2)


def _rate(recipe: Recipe, share: float) -> float:
    """The learning rate once a share of a run is over, 0 to 1."""
    return learning_rate_at(recipe, round(share * (_STEPS - 1)), _STEPS)
