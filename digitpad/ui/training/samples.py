"""The images that a recipe shows: some that it learns from, some that the network reads at the end."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QWidget

from digitpad.domain.reports import Samples
from digitpad.domain.run import RunInfo
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.pixels import SIDE, coloured, ink_colours, paint_images
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font
from digitpad.ui.common.widgets import named, note_label

_ENLARGED = 2
_GAP = 8
_LINE = 14
_BARS_WIDTH = 216


class SamplesView(QScrollArea):
    """The images of the run that goes on or has ended; a sentence where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        named(self, "samples_view", self.tr("Samples"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sections: list[_Section] = []
        self._more_comes = False
        self._note = note_label(self.tr("Recipes such as Five by five and Keras show images here."), "samples_note")
        inside, self._row = QWidget(), row(spacing=24)
        column(self._row, self._note, None, parent=inside).setContentsMargins(0, 8, 0, 8)
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
        heading, images = QLabel(self._heading(samples), wordWrap=True), _Images(samples)
        side, outputs = row((images, 1), spacing=16), column()
        said = [f"{heading.text()}.", images.accessibleDescription()]
        for number in range(samples.outputs):
            assert samples.probabilities is not None
            probabilities, bars = samples.probabilities[number], ProbabilityBars()
            title = note_label(self.tr("The ten outputs for test image {number}").format(number=number + 1))
            bars.setAccessibleName(title.text())
            bars.setFixedSize(_BARS_WIDTH, bars.minimumSizeHint().height())
            bars.show_probabilities(probabilities.tolist(), int(probabilities.argmax()))
            outputs.addWidget(title)
            outputs.addWidget(bars)
            said.append(f"{bars.accessibleName()}: {bars.accessibleDescription()}.")
        outputs.addStretch(1)
        if samples.outputs:
            images.setMaximumWidth(images.sizeHint().width())
            side.addLayout(outputs)
            side.addStretch()
        column(heading, (side, 1), parent=self)
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
        return QSize(self._width * min(len(self._captions), 10), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width, self._height)

    def heightForWidth(self, width: int) -> int:
        return -(-len(self._captions) // self._columns(width)) * self._height

    def paintEvent(self, _event: QPaintEvent) -> None:
        columns, scale, theme = self._columns(self.width()), self.devicePixelRatioF(), current_theme()
        picture = coloured(self._samples.pixels, ink_colours(theme))
        side = SIDE * round(_ENLARGED * scale)
        cells = [divmod(number, columns) for number in range(len(self._captions))]
        places = [(column * self._width, row * self._height) for row, column in cells]
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
