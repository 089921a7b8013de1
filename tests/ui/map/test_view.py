import itertools

import numpy as np
import pytest
from PySide6.QtCore import QAbstractAnimation, QPoint, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabWidget, QWidget

from digitpad.domain.data_info import Embedding
from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.map.view import MOVE_MILLISECONDS, EmbeddingMapView
from tests.ui.contrast import contrast

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])

# G. M. Machado and others, A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE TVCG 2009
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of a colour as it is seen."""
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    seen = np.clip(vision @ np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    x, y, z = np.cbrt(np.maximum(xyz / (0.9505, 1, 1.089), 1e-6))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@THEMES
@pytest.mark.parametrize(("vision", "least"), [(np.eye(3), 22), (DEUTERANOPIA, 17)], ids=["usual", "deuteranopia"])
def test_any_two_digits_can_be_distinguished(theme, vision, least):
    seen = [lab(digit_colour(digit, theme), vision) for digit in range(CLASSES)]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= least


def test_dark_colours_stand_out_from_a_dark_ground():
    assert min(contrast(digit_colour(digit, DARK), DARK.surface) for digit in range(CLASSES)) >= 2.5


def test_there_are_ten_digits():
    with pytest.raises(ValueError, match="0 to 9"):
        digit_colour(10, LIGHT)


def embedding(step: int = 100, shift: float = 0.0, drawing: tuple[float, float] | None = None) -> Embedding:
    """Ten clusters of five dots on a circle, digit 0 at the right."""
    labels = np.repeat(np.arange(CLASSES), 5)
    angle = labels * 2 * np.pi / CLASSES + shift
    nudge = np.tile([-0.1, -0.05, 0, 0.05, 0.1], CLASSES)
    points = np.stack([0.9 * np.cos(angle) + nudge, 0.9 * np.sin(angle)], axis=1)
    return Embedding(step, points.astype(np.float32), labels, drawing)


@pytest.fixture
def view(qtbot):
    widget = EmbeddingMapView()
    qtbot.addWidget(widget)
    widget.resize(624, 320)
    widget.show()
    return widget


@pytest.fixture
def still(monkeypatch):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "1")


def picture(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].copy()


def place(x: float, y: float) -> QPoint:
    """Pixel of a place in the map of a view that is 320 pixels high."""
    return QPoint(round(160 + 146 * x), round(160 - 146 * y))


def painted(view: QWidget, colour: str, near: QPoint, reach: int = 20) -> bool:
    area = picture(view)[near.y() - reach : near.y() + reach, max(near.x() - reach, 0) : near.x() + reach]
    return bool((area == QColor(colour).getRgb()[:3]).all(axis=2).any())


@THEMES
def test_dots_lie_at_their_places_in_their_digits_colours(view, still, theme, wear):
    wear("dark" if theme.is_dark else "light")
    view.show_embedding(embedding())
    for digit in range(CLASSES):
        angle = digit * 2 * np.pi / CLASSES
        assert painted(view, digit_colour(digit, theme), place(0.9 * np.cos(angle), 0.9 * np.sin(angle))), digit


def test_the_drawing_is_marked_and_its_cluster_named(view, still):
    view.show_embedding(embedding(drawing=(0.8, 0.05)))
    assert painted(view, LIGHT.accent, place(0.8, 0.05), 9)
    assert "nearest to the 0s" in view.accessibleDescription()
    view.move_drawing((-0.8, 0.05))
    assert not painted(view, LIGHT.accent, place(0.8, 0.05), 9)
    assert painted(view, LIGHT.accent, place(-0.8, 0.05), 9)
    assert "nearest to the 5s" in view.accessibleDescription()
    view.move_drawing(None)
    assert not painted(view, LIGHT.accent, place(-0.8, 0.05), 9)
    assert "nearest" not in view.accessibleDescription()


def test_the_description_says_step_and_number_of_images(view, still):
    view.show_embedding(embedding(step=1250))
    assert "After 1,250 steps: 50 test images" in view.accessibleDescription()
    view.show_busy(True)
    assert "Working out the next map" in view.accessibleDescription()
    view.clear()
    assert "the first map" in view.accessibleDescription()
    view.show_busy(False)
    assert "appears here" in view.accessibleDescription()


def test_a_dot_under_the_cursor_shows_its_image_and_says_its_digit(view, still):
    images = np.zeros((50, 28, 28), np.uint8)
    images[2] = 201
    view.set_images(images)
    view.show_embedding(embedding())
    grey = QColor(201, 201, 201).getRgb()[:3]
    assert not (picture(view)[:, 320:] == grey).all(axis=2).any()
    QTest.mouseMove(view, place(0.9, 0))
    assert view.toolTip() == "test image 3: a 0"
    assert "test image 3: a 0" in view.accessibleDescription()
    assert (picture(view)[:, 320:] == grey).all(axis=2).sum() > 50 * 50
    QTest.mouseMove(view, place(0, 0))
    assert view.toolTip() == ""


def test_the_keyboard_goes_through_the_images(view, still):
    view.show_embedding(embedding())
    said = []
    for key in ("Key_Right", "Key_Right", "Key_End", "Key_Right", "Key_Left", "Key_Home", "Key_Left", "Key_Escape"):
        QTest.keyClick(view, Qt.Key[key])
        said.append(view.toolTip().removeprefix("test image ").partition(":")[0])
    assert said == ["1", "2", "50", "50", "49", "1", "1", ""]


def test_keys_and_cursor_do_nothing_where_no_map_is(view):
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.mouseMove(view, QPoint(50, 50))
    view.move_drawing((0, 0))
    assert view.toolTip() == ""
    picture(view)


def test_dots_glide_to_their_new_places(view, qtbot):
    assert MOVE_MILLISECONDS <= 300
    view.show_embedding(embedding())
    move = view.findChild(QVariantAnimation)
    assert move.state() == QAbstractAnimation.State.Stopped  # the first map has nothing to move from
    view.show_embedding(embedding(shift=np.pi / 10))
    assert move.state() == QAbstractAnimation.State.Running
    assert painted(view, digit_colour(0, LIGHT), place(0.8, 0), 6)
    with qtbot.waitSignal(move.finished):
        pass
    assert not painted(view, digit_colour(0, LIGHT), place(0.8, 0), 6)


def test_reduced_motion_moves_at_once(view, still):
    view.show_embedding(embedding())
    view.show_embedding(embedding(shift=np.pi / 10))
    assert view.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped
    assert not painted(view, digit_colour(0, LIGHT), place(0.8, 0), 6)


def test_a_map_of_other_images_does_not_glide(view):
    view.show_embedding(embedding())
    QTest.keyClick(view, Qt.Key.Key_End)
    few = embedding()
    view.show_embedding(Embedding(1, few.points[:7], few.labels[:7], None))
    assert view.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped
    assert view.toolTip() == ""
    picture(view)


def test_it_says_whether_it_can_be_seen_also_behind_another_tab(qtbot):
    tabs, view = QTabWidget(), EmbeddingMapView()
    qtbot.addWidget(tabs)
    said = []
    view.shown_changed.connect(said.append)
    tabs.addTab(view, "map")
    tabs.addTab(QWidget(), "other")
    tabs.show()
    assert said == [True]
    for index in (1, 0):
        tabs.setCurrentIndex(index)
    tabs.hide()
    assert said == [True, False, True, False]
