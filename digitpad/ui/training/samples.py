"""The images that a recipe shows: some that it learns from, some that the network reads at the end."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from digitpad.domain.reports import Samples
from digitpad.domain.run import RunInfo
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.common.pixels import SIDE, coloured, ink_colours, paint_images
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font

_ENLARGED = 2
_GAP = 8
_LINE = 14
_BARS_WIDTH = 216


class SamplesView(QScrollArea):
    """The images of the run that goes on or has ended; a sentence where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samples_view")
        self.setAccessibleName(self.tr("Samples"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sections: list[_Section] = []
        self._more_comes = False
        self._note = QLabel(self.tr("Recipes such as Five by five and Keras show images here."))
        self._note.setObjectName("samples_note")
        self._note.setProperty("note", True)
        self._note.setWordWrap(True)
        inside = QWidget()
        self._row = QHBoxLayout()
        self._row.setSpacing(24)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        column.addLayout(self._row)
        column.addWidget(self._note)
        column.addStretch(1)
        self.setWidget(inside)
        self._describe()

    @Slot(object)
    def begin(self, info: RunInfo) -> None:
        """Show nothing of the run before, and say whether images of this one will come."""
        for section in self._sections:
            self._row.removeWidget(section)
            section.deleteLater()
        self._sections = []
        self._more_comes = bool(info.recipe.samples_after or info.recipe.outputs_after)
        if self._more_comes:
            self._note.setText(self.tr("This recipe shows test images here at the end of a run."))
        else:
            self._note.setText(self.tr("Recipes such as Five by five and Keras show images here."))
        self._note.show()
        self._describe()

    @Slot(object)
    def show_samples(self, samples: Samples) -> None:
        """Show images, beside those that are there already."""
        section = _Section(samples)
        self._sections.append(section)
        self._row.addWidget(section, 0 if samples.outputs else 1)
        self._note.setVisible(self._more_comes and samples.probabilities is None)
        self._describe()

    def _describe(self) -> None:
        said = [section.accessibleDescription() for section in self._sections]
        if not self._note.isHidden():
            said.append(self._note.text())
        self.setAccessibleDescription(" ".join(said))


class _Section(QWidget):
    """Images with a line above that says which they are, and the ten outputs for the first of them."""

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        heading = QLabel(self._heading(samples))
        heading.setWordWrap(True)
        self._images = _Images(samples)
        self._bars = [ProbabilityBars() for _ in range(samples.outputs)]
        outputs = QVBoxLayout()
        outputs.setSpacing(8)
        for number, bars in enumerate(self._bars):
            assert samples.probabilities is not None
            title = QLabel(self.tr("The ten outputs for test image {number}").format(number=number + 1))
            title.setProperty("note", True)
            bars.setAccessibleName(title.text())
            bars.setFixedHeight(bars.minimumSizeHint().height())
            bars.setFixedWidth(_BARS_WIDTH)
            probabilities = samples.probabilities[number]
            bars.show_probabilities(probabilities.tolist(), int(probabilities.argmax()))
            outputs.addWidget(title)
            outputs.addWidget(bars)
        outputs.addStretch()
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._images, 1)
        if self._bars:
            self._images.setMaximumWidth(self._images.sizeHint().width())
            row.addLayout(outputs)
            row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addLayout(row, 1)
        said = [f"{heading.text()}.", self._images.accessibleDescription()]
        said += [f"{bars.accessibleName()}: {bars.accessibleDescription()}." for bars in self._bars]
        self.setAccessibleDescription(" ".join(said))

    def _heading(self, samples: Samples) -> str:
        if samples.predictions is None:
            return self.tr("First training images with their labels")
        right = int((samples.predictions == samples.labels).sum())
        words = self.tr("First test images at the end: {right} of {count} read right")
        return words.format(right=right, count=len(samples.labels))


class _Images(QWidget):
    """Images in rows, as many to a row as fit; below each its label, what the network reads, and whether it errs."""

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        self.setObjectName("sample_images")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._samples = samples
        labels = samples.labels.tolist()
        read = labels if samples.predictions is None else samples.predictions.tolist()
        self._wrong = [digit != label for digit, label in zip(read, labels, strict=True)]
        if samples.predictions is None:
            self._captions = [[str(label)] for label in labels]
            said = self.tr("Labels {labels}.")
        else:
            self._captions = [
                [self.tr("read as {digit}").format(digit=digit), self.tr("label {digit}").format(digit=label)]
                + [self.tr("wrong")] * (digit != label)
                for digit, label in zip(read, labels, strict=True)
            ]
            said = self.tr("Read as {read}; labels {labels}.")
        self.setAccessibleDescription(said.format(read=", ".join(map(str, read)), labels=", ".join(map(str, labels))))
        self._font, self._bold = text_font(NOTE_PIXELS), text_font(NOTE_PIXELS, bold=True)
        widest = max(QFontMetricsF(self._bold).horizontalAdvance(line) for lines in self._captions for line in lines)
        self._width = max(_ENLARGED * SIDE, round(widest + 0.5)) + _GAP
        self._height = _ENLARGED * SIDE + _LINE * max(map(len, self._captions)) + _GAP

    def sizeHint(self) -> QSize:
        """All images in one row, ten at most."""
        return QSize(self._width * min(len(self._captions), 10), self._height)

    def minimumSizeHint(self) -> QSize:
        """One image."""
        return QSize(self._width, self._height)

    def heightForWidth(self, width: int) -> int:
        """Height in pixels of as many rows as the images take."""
        return -(-len(self._captions) // self._columns(width)) * self._height

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint images and captions."""
        columns, scale, theme = self._columns(self.width()), self.devicePixelRatioF(), current_theme()
        picture = coloured(self._samples.pixels, ink_colours(theme))
        side = SIDE * round(_ENLARGED * scale)
        places = [
            (number % columns * self._width, number // columns * self._height) for number in range(len(self._captions))
        ]
        with QPainter(self) as painter:
            painter.scale(1 / scale, 1 / scale)
            paint_images(painter, picture, [(round(x * scale), round(y * scale)) for x, y in places], side)
            painter.scale(scale, scale)
            for (x, y), lines, wrong in zip(places, self._captions, self._wrong, strict=True):
                for line, text in enumerate(lines):
                    is_marked = wrong and line != 1  # all but the label
                    painter.setFont(self._bold if is_marked else self._font)
                    painter.setPen(QColor(theme.amber if is_marked else theme.text if line == 0 else theme.quiet))
                    box = QRectF(x, y + _ENLARGED * SIDE + 2 + line * _LINE, self._width, _LINE)
                    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _columns(self, width: int) -> int:
        return max(1, width // self._width)
