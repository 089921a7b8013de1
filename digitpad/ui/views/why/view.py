"""Where the answer comes from: a digit, a method, and the drawing coloured by what its pixels add."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import CLASSES
from digitpad.services import TrainingService
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import numeral, percent, sentence
from digitpad.ui.common.layouts import FlowLayout, column
from digitpad.ui.common.widgets import describe, labelled, named, note_label
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.layers.words import layer_title
from digitpad.ui.views.view import View, introduced
from digitpad.ui.views.why.explanation import Explanation, Question, explain, refine
from digitpad.ui.views.why.figure import WhyFigure

if TYPE_CHECKING:
    from digitpad.reading.inspect.attribution import Method

_SMALL = 0.1  # below which values are said with two significant digits, as on the scale of colours
_RESTS = 150  # milliseconds without another reading before integrated gradients are computed with more steps


class WhyView(View[Explanation | None]):
    """The drawing coloured for one digit by one method.

    Signals:
        selection_changed: whether a bar may be selected, and the digit that is; None for the most probable.
    """

    selection_changed = Signal(bool, object)

    def __init__(self, live: LiveReader, worker: Worker, loader: Worker, service: TrainingService) -> None:
        """A view that computes in one thread, and imports torch in another the first time it needs it."""
        super().__init__(live, worker)
        self.setObjectName("why_view")
        self._loader, self._service = loader, service
        self._has_torch = self._is_loading = False
        self._problem: DigitpadError | None = None  # why torch could not be loaded
        self._refused: object = None  # the network that it was not loaded for
        self._shown: Explanation | None = None
        self._reading: Reading | None = None  # what is shown was computed for it
        self._is_superseded = threading.Event()  # the job under way need not go on
        self._rest = QTimer(self, singleShot=True, interval=_RESTS)
        self._rest.timeout.connect(self.refresh)
        self._figure = WhyFigure()
        self._figure.pixel_changed.connect(self._describe)
        self._words, self._pixel = (
            QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText),
            note_label("", "why_pixel"),
        )
        named(self._words, "why_words")
        words = self.tr(
            "Where the answer comes from: orange pixels speak for the digit, blue ones against it. Click another bar, "
            "and see what the network finds of that digit in your drawing."
        )
        export = ExportButton(lambda: "why", self._figure.picture, self._table)
        controls = QWidget()
        controls.setLayout(FlowLayout(*self._make_controls(), spacing=12))
        head = introduced(words, export)
        column(head, controls, (self._figure, 1), self._words, self._pixel, parent=self)

    def _make_controls(self) -> list[QWidget]:
        self._digit = named(QComboBox(), "why_digit", self.tr("Digit"), self.tr("Whose probability is explained"))
        self._digit.addItem(self.tr("most probable"), None)
        for digit in range(CLASSES):
            self._digit.addItem(str(digit), digit)
        self._digit.activated.connect(self._on_selected)
        self._method = named(QComboBox(), "why_method", self.tr("Method"), self.tr("How the pixels are weighed"))
        for method, name in (
            ("integrated_gradients", self.tr("Integrated gradients")),
            ("gradient_times_input", self.tr("Gradient × input")),
            ("grad_cam", "Grad-CAM"),
            ("occlusion", self.tr("Occlusion")),
        ):
            self._method.addItem(name, method)
        self._wanted: Method = "integrated_gradients"
        self._method.activated.connect(self._on_method_selected)
        self._layer = named(QComboBox(), "why_layer", self.tr("Layer"), self.tr("Whose feature maps are weighed"))
        self._layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._layer.activated.connect(self.refresh)
        parts = [labelled(box) for box in (self._digit, self._method, self._layer)]
        self._layer_part = parts[-1]
        self._layer_part.hide()
        return parts

    @Slot(object)
    def select_digit(self, digit: int | None) -> None:
        """Explain another digit, None for the most probable."""
        self._digit.setCurrentIndex(self._digit.findData(digit))
        self._on_selected()

    def work(self, reading: Reading) -> Callable[[], Explanation | None]:
        """What explains the digit, with more steps where that has been done for the same question."""
        image, reader = reading.prediction.network_input, reading.reader
        if not image.any():
            return lambda: None
        is_foreign = reader.checkpoint.model is not None
        method: Method = "occlusion" if is_foreign else self._wanted
        question = Question(self._digit.currentData(), method, self._layer.currentData() or "")
        self._is_superseded = threading.Event()
        shown = self._shown
        if shown and shown.is_rough and reading is self._reading and shown.question == question:
            superseded = self._is_superseded
            return partial(refine, self._service, reader, shown, lambda: not superseded.is_set())
        top = int(np.argmax(reading.prediction.probabilities))
        digit = top if question.digit is None else question.digit
        if method != "occlusion" and not self._has_torch:
            self._load(reading)
            missing = Explanation(question, digit, image, "loading")
            return lambda: missing
        return partial(explain, self._service, reader, image, question, digit)

    @Slot()
    def refresh(self) -> None:
        """Compute anew; what is being computed with more steps gives way."""
        self._is_superseded.set()
        super().refresh()

    def show_result(self, reading: Reading, result: Explanation | None) -> None:
        """Paint the layer of colours, and go on with more steps where they are few and the drawing rests."""
        self._shown, self._reading = result, reading
        is_foreign = result is not None and reading.reader.checkpoint.model is not None
        self._method.setEnabled(not is_foreign)
        self._method.setCurrentIndex(self._method.findData("occlusion" if is_foreign else self._wanted))
        if result is not None:
            self._show_layers(result)
        self._figure.show_explanation(result)
        self._describe()
        if result is not None and result.is_rough:
            self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.selection_changed.emit(True, self._digit.currentData())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._rest.stop()
        self._is_superseded.set()
        self.selection_changed.emit(False, None)

    def _load(self, reading: Reading) -> None:
        if self._problem is not None and self._refused is reading.reader:
            return  # it would fail again at every line that is drawn
        if not self._is_loading:
            self._is_loading, self._problem, self._refused = True, None, reading.reader
            work = partial(self._service.prepare_gradients, reading.reader.checkpoint)
            self._loader.run(work, self._on_loaded, self._on_not_loaded)

    def _on_loaded(self, _: object) -> None:
        self._has_torch, self._is_loading = True, False
        self.refresh()

    def _on_not_loaded(self, error: DigitpadError) -> None:
        self._is_loading, self._problem = False, error
        self._describe()

    @Slot()
    def _on_selected(self) -> None:
        self.selection_changed.emit(self.isVisible(), self._digit.currentData())
        self.refresh()

    @Slot()
    def _on_method_selected(self) -> None:
        self._wanted, self._problem = self._method.currentData(), None
        self.refresh()

    def _show_layers(self, shown: Explanation) -> None:
        """Offer the network's layers where the method needs one."""
        self._layer_part.setVisible(bool(shown.layers))
        names = [layer.name for layer in shown.layers]
        if names and names != [self._layer.itemData(at) for at in range(self._layer.count())]:
            self._layer.clear()
            for number, layer in enumerate(shown.layers, 1):
                shape = " × ".join(map(str, layer.shape))
                self._layer.addItem(f"{number}: {layer_title(layer)}, {shape}", layer.name)
        if shown.layer is not None:
            self._layer.setCurrentIndex(names.index(shown.layer.name))

    @Slot()
    def _describe(self) -> None:
        """Say what is shown, and what the pixel that is looked at adds."""
        shown = self._shown
        if shown is None:
            self._words.clear()
            self._pixel.clear()
            describe(self._figure, self.tr("Draw a digit on the pad."))
            return
        words, pixel = self._words_of(shown), ""
        if shown.attribution is not None:
            at_row, at_column = self._figure.pixel
            text = self.tr("Row {row}, column {column}: {value}, ink {share}")
            pixel = text.format(
                row=at_row + 1,
                column=at_column + 1,
                value=_signed(float(shown.attribution.values[at_row, at_column])),
                share=percent(float(shown.image[at_row, at_column]) / 255, 0),
            )
        self._words.setText(words)
        self._pixel.setText(pixel)
        describe(self._figure, f"{words} {pixel}".strip())

    def _words_of(self, shown: Explanation) -> str:
        found, digit, method = shown.attribution, shown.digit, shown.question.method
        if found is None:
            if shown.problem == "no_maps":
                return self.tr("This network has no feature maps, which Grad-CAM needs. Choose another method.")
            if self._problem is not None:
                return sentence(self._problem)
            return self.tr("Loading PyTorch, which computes the gradients… Occlusion needs none.")
        name = self._method.itemText(self._method.findData(method))
        if not found.values.any():
            text = self.tr("{method} is 0 everywhere: it finds nothing that speaks for {digit}. Try another method.")
            if shown.layer is not None:
                text = self.tr("{method} is 0 everywhere: nothing in this layer speaks for {digit}. Try another one.")
            return text.format(method=name, digit=digit)
        if method == "integrated_gradients":
            text = self.tr(
                "What each pixel adds to the logit of {digit}, compared with blank paper: {sum} in all, where the "
                "logits differ by {difference}."
            )
        elif method == "gradient_times_input":
            text = self.tr(
                "What each pixel would add to the logit of {digit} if the network were linear: {sum} in all, where the "
                "logits differ by {difference} from blank paper."
            )
        elif method == "grad_cam":
            text = self.tr(
                "Where the {count} maps of this layer, {height}×{width} pixels each, speak for {digit}. What speaks "
                "against it is left out."
            )
        else:
            text = self.tr("How much the logit of {digit} falls where 4×4 pixels are covered with paper.")
        _, height, width = shape = shown.layer.shape if shown.layer else (0, 0, 0)
        words = text.format(
            digit=digit,
            sum=_signed(float(found.values.sum())),
            difference=_signed(found.difference),
            count=shape[0],
            height=height,
            width=width,
        )
        if self._reading is not None and self._reading.reader.checkpoint.model is not None:
            foreign = self.tr("PyTorch cannot compute the gradients of an ONNX network, so occlusion alone is offered.")
            words = f"{words} {foreign}"
        return words

    def _table(self) -> Table:
        """Ink and value of every pixel, a row each."""
        shown = self._shown

        def rows() -> Sequence[Sequence[object]]:
            made: list[Sequence[object]] = [("row", "column", "ink", "value")]
            if shown is not None and shown.attribution is not None:
                made += [
                    (at[0], at[1], int(shown.image[at]), float(value))
                    for at, value in np.ndenumerate(shown.attribution.values)
                ]
            return made

        return rows


def _signed(value: float) -> str:
    words = numeral(value, 2) if value == 0 or abs(value) >= _SMALL else numeral(value, digits=2)
    return f"+{words}" if value > 0 else words
