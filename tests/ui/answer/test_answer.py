import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QFontMetrics, QImage, QRegion
from PySide6.QtWidgets import QWidget

from digitpad.domain.prediction import Prediction
from digitpad.ui.answer.answer import HEIGHT, AnswerPanel
from digitpad.ui.answer.network_input import NetworkInput
from digitpad.ui.common.theme import DARK, LIGHT, text_font

EMPTY = np.zeros((28, 28), dtype=np.uint8)
BLOCK = EMPTY.copy()
BLOCK[6:16, 10:15] = 255
SURE = (0.0, 0.009, 0.002, 0.0, 0.0, 0.003, 0.0, 0.986, 0.0, 0.0)
UNSURE = (0.1, 0.1, 0.05, 0.05, 0.1, 0.05, 0.05, 0.41, 0.04, 0.05)


@pytest.fixture
def panel(qtbot):
    widget = AnswerPanel()
    qtbot.addWidget(widget)
    widget.resize(320, HEIGHT)
    return widget


@pytest.fixture
def preview(qtbot):
    widget = NetworkInput()
    qtbot.addWidget(widget)
    widget.resize(170, 170)
    return widget


def pixels(widget: QWidget) -> np.ndarray:
    """The painted widget as (h, w, 3), on the light theme's window."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.window))
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., 2::-1].copy()


def rgb(colour: str) -> tuple[int, ...]:
    return QColor(colour).getRgb()[:3]


def shows(widget: QWidget, colour: str) -> bool:
    return bool((pixels(widget) == rgb(colour)).all(axis=2).any())


def prediction(digit: int | None, probabilities=SURE, network_input=BLOCK) -> Prediction:
    return Prediction(1, digit, probabilities, network_input)


def test_an_answer_is_heard_and_seen(panel):
    panel.show_prediction(prediction(7), 4.2)
    assert panel.accessibleName() == "Answer"
    assert panel.accessibleDescription() == "7, seven, 98.6 %"
    tall = (pixels(panel) == rgb(LIGHT.text)).all(axis=2).any(axis=1)
    rows = np.flatnonzero(tall)
    assert 55 <= rows[-1] - rows[0] <= 96


@pytest.mark.parametrize(("confidence", "is_sure"), [(0.59, False), (0.61, True)])
def test_an_unsure_answer_is_quiet_and_has_its_rival_beside_it(panel, confidence, is_sure):
    shares = [0.0] * 10
    shares[7], shares[1] = confidence, 1 - confidence
    panel.show_prediction(prediction(7, tuple(shares)), 4)
    assert ("or one" in panel.accessibleDescription()) is not is_sure
    digit = pixels(panel)[:, : panel.width() // 8]
    assert bool((digit == rgb(LIGHT.text)).all(axis=2).any()) is is_sure
    assert bool((digit == rgb(LIGHT.quiet)).all(axis=2).any()) is not is_sure


def test_what_is_no_digit_yet_waits_while_the_pen_is_down(panel):
    panel.show_prediction(prediction(None, UNSURE), 4, waits=True)
    assert panel.accessibleDescription() == "…"
    assert not shows(panel, LIGHT.amber)
    panel.show_prediction(prediction(7), 4, waits=True)
    assert panel.accessibleDescription() == "7, seven, 98.6 %"


def test_a_network_that_cannot_reject_says_so_below_its_answer(panel):
    painted = []
    panel.show_prediction(prediction(7), 4)
    pixels(panel)  # the first large text of a process is painted a little differently
    for can_reject in (True, False):
        panel.show_prediction(prediction(7), 4, can_reject=can_reject)
        painted.append(pixels(panel))
    changed = np.flatnonzero((painted[0] != painted[1]).any(axis=(1, 2)))
    assert 0.6 * panel.height() < changed[0] <= changed[-1]


def test_the_panel_explains_itself_while_it_is_empty(panel):
    assert panel.accessibleDescription() == "Draw a digit and the answer appears here."
    panel.show_prediction(prediction(7), 4)
    panel.show_prediction(prediction(None, (0.1,) * 10, EMPTY), 4)
    assert panel.accessibleDescription() == "Draw a digit and the answer appears here."
    assert not shows(panel, LIGHT.text)


def test_the_panel_says_that_the_network_is_loading(panel):
    panel.show_loading()
    assert panel.accessibleDescription() == "Loading the network…"


def test_no_digit_is_amber_and_has_words(panel):
    panel.show_prediction(prediction(None, UNSURE), 4)
    assert panel.accessibleDescription() == "not a digit, nearest: seven"
    assert shows(panel, LIGHT.amber)
    panel.show_prediction(prediction(7), 4)
    assert not shows(panel, LIGHT.amber)


def test_a_speck_is_called_too_small(panel):
    panel.show_prediction(Prediction(1, None, UNSURE, BLOCK, "too small"), 4)
    assert panel.accessibleDescription() == "too small, draw it larger"
    assert shows(panel, LIGHT.amber)


def test_an_error_is_amber_and_its_whole_sentence_is_within_reach(panel):
    sentence = "best.safetensors was not read, because it ends too early. " * 3
    panel.show_error(sentence)
    assert panel.accessibleDescription() == panel.toolTip() == sentence
    assert shows(panel, LIGHT.amber)
    panel.show_prediction(prediction(7), 4)
    assert panel.toolTip() == ""


@pytest.mark.parametrize("width", [240, 320, 500])
def test_a_long_sentence_is_not_cut_off(panel, width):
    panel.resize(width, HEIGHT)
    panel.show_error(
        "best.safetensors was not read, because it ends too early. Choose another one, or download it again."
    )
    amber = (pixels(panel) != rgb(LIGHT.window)).any(axis=2)
    assert not amber[0].any()
    assert not amber[-1].any()
    assert not amber[:, -1].any()


def test_the_narrowest_panel_holds_every_line(panel):
    for size in (panel.minimumSizeHint(), QSize(123, 91), QSize(400, 78)):
        panel.resize(size)
        for digit in range(10):
            panel.show_prediction(prediction(digit), 1234)
            ground = pixels(panel) == rgb(LIGHT.window)
            assert ground[:, -1].all(), "a line goes on beyond the panel"
            assert ground[0].all()
            assert ground[-1].all()


def test_nothing_jumps_when_the_answer_changes(panel):
    size = panel.sizeHint()
    panel.show_prediction(prediction(1), 4)
    one = pixels(panel)
    panel.show_prediction(prediction(0), 4)
    zero = pixels(panel)
    assert panel.sizeHint() == size == QSize(size.width(), HEIGHT)
    figures = max(map(QFontMetrics(text_font(88)).horizontalAdvance, "0123456789")) + 8
    assert (one[:50, figures:] == zero[:50, figures:]).all(), "the confidence has moved"
    assert (one[80:, figures:] == zero[80:, figures:]).all(), "the time has moved"


def test_the_answers_theme_can_change(panel, wear):
    panel.show_prediction(prediction(7), 4)
    wear("dark")
    assert shows(panel, DARK.text)


def test_the_network_input_says_what_it_shows(preview):
    assert preview.accessibleName() == "Network input"
    assert preview.accessibleDescription() == "Empty"
    preview.show_input(BLOCK)
    assert preview.accessibleDescription().startswith("28×28 image, ink in 50 of 784 pixels. Dashed: the 20×20 box")
    assert "centre of mass" in preview.accessibleDescription()
    assert "20×20 box" in preview.toolTip()
    preview.show_input(None)
    assert preview.accessibleDescription() == "Empty"


@pytest.mark.parametrize(("side", "pixel"), [(86, 3), (170, 6), (197, 6), (300, 10)])
def test_each_pixel_of_the_input_becomes_a_square_of_its_own(preview, side, pixel):
    checks = (np.indices((28, 28)).sum(axis=0) % 2 * 255).astype(np.uint8)
    preview.resize(side, side + 40)
    preview.show_input(checks)
    painted = pixels(preview)[1:-41, 1:]
    middles = np.arange(28) * pixel
    for offset in (0, pixel - 1):
        seen = painted[np.ix_(middles + offset, middles + offset)]
        wanted = np.where((checks == 255)[..., None], rgb(LIGHT.surface), rgb(LIGHT.text))
        overlaid = (seen == rgb(LIGHT.accent)).all(axis=2)
        assert (seen[~overlaid] == wanted[~overlaid]).all()
        assert overlaid.mean() < 0.1


def test_the_network_input_keeps_no_view_of_the_callers_memory(preview):
    image = BLOCK.copy()
    preview.show_input(image)
    before = pixels(preview)
    image[:] = 77
    assert (pixels(preview) == before).all()


def test_box_and_centre_of_mass_lie_on_the_ink(preview):
    preview.show_input(BLOCK)  # columns 10 to 14, rows 6 to 15
    painted = pixels(preview)
    accent = (painted == rgb(LIGHT.accent)).all(axis=2)
    rows, columns = np.nonzero(accent)
    assert (columns.min(), rows.min()) == (1 + 2 * 6, 1 + 1 * 6)
    assert (columns.max(), rows.max()) == (1 + 22 * 6 - 1, 1 + 21 * 6 - 1)
    assert accent[1 + 66, 1 + 75]


def test_the_box_stays_inside_the_image(preview):
    corner = EMPTY.copy()
    corner[0, 0] = 1
    preview.show_input(corner)
    rows, columns = np.nonzero((pixels(preview) == rgb(LIGHT.accent)).all(axis=2))
    assert columns.max() == rows.max() == 1 + 20 * 6 - 1


def test_an_empty_input_has_no_overlay(preview):
    preview.show_input(EMPTY)
    assert not shows(preview, LIGHT.accent)


def test_the_network_inputs_theme_can_change(preview, wear):
    preview.show_input(BLOCK)
    wear("dark")
    assert shows(preview, DARK.text)
    assert shows(preview, DARK.surface)


def test_an_image_of_another_shape_is_refused(preview):
    with pytest.raises(ValueError, match="28×28"):
        preview.show_input(np.zeros((20, 20), dtype=np.uint8))
