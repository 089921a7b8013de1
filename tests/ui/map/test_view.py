import itertools

import numpy as np
import pyqtgraph
import pytest
from PySide6.QtCore import QAbstractAnimation, QEvent, QPointF, Qt, QVariantAnimation
from PySide6.QtGui import QAction, QColor, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QSlider, QTabWidget, QWidget

from digitpad.domain.data_info import Embedding
from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.exports import to_image
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
    widget.resize(624, 400)
    widget.show()
    return widget


@pytest.fixture
def still(monkeypatch):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "1")


def area(view):
    """The widget that the map is painted in, and the box in it."""
    widget = view.findChild(pyqtgraph.GraphicsView)
    return widget, widget.centralWidget


def place(view, x, y):
    """Where a place of the map lies in the widget that it is painted in."""
    widget, box = area(view)
    return widget.mapFromScene(box.mapViewToScene(QPointF(x, y)))


def hover(view, x, y):
    widget, at = area(view)[0], place(view, x, y)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(widget.viewport().mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget.viewport(), move)


def painted(view, colour, x, y, reach=20):
    """Whether a colour is seen near a place of the map."""
    image = area(view)[0].grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1]
    near = place(view, x, y)
    part = pixels[max(near.y() - reach, 0) : near.y() + reach, max(near.x() - reach, 0) : near.x() + reach]
    return bool((part == QColor(colour).getRgb()[:3]).all(axis=2).any())


def said(view):
    return view.accessibleDescription()


@THEMES
def test_dots_lie_at_their_places_in_their_digits_colours(view, still, theme, wear):
    wear("dark" if theme.is_dark else "light")
    view.show_embedding(embedding())
    for digit in range(CLASSES):
        angle = digit * 2 * np.pi / CLASSES
        assert painted(view, digit_colour(digit, theme), 0.9 * np.cos(angle), 0.9 * np.sin(angle)), digit


def test_a_theme_that_changes_changes_the_map(view, still, wear):
    view.show_embedding(embedding())
    assert painted(view, digit_colour(2, LIGHT), 0.9 * np.cos(0.4 * np.pi), 0.9 * np.sin(0.4 * np.pi))
    wear("dark")
    assert painted(view, digit_colour(2, DARK), 0.9 * np.cos(0.4 * np.pi), 0.9 * np.sin(0.4 * np.pi))
    assert painted(view, DARK.surface, 0, 0)


def test_the_drawing_is_marked_and_its_cluster_named(view, still):
    view.show_embedding(embedding(drawing=(0.7, 0.1)))
    assert painted(view, LIGHT.accent, 0.7, 0.1, 9)
    assert "nearest to the 0s" in said(view)
    view.move_drawing((-0.7, 0.1))
    assert not painted(view, LIGHT.accent, 0.7, 0.1, 9)
    assert painted(view, LIGHT.accent, -0.7, 0.1, 9)
    assert "nearest to the 5s" in said(view)
    view.move_drawing(None)
    assert not painted(view, LIGHT.accent, -0.7, 0.1, 9)
    assert "nearest" not in said(view)


def test_the_description_says_step_and_number_of_images(view, still):
    view.show_embedding(embedding(step=1250))
    assert "After 1,250 steps: 50 test images" in said(view)
    view.show_busy(True)
    assert "Working out another map" in said(view)
    view.clear()
    assert "the first map" in said(view)
    view.show_busy(False)
    assert "appears here" in said(view)


def test_a_dot_under_the_cursor_shows_its_image_and_says_its_digit(view, still, qtbot):
    images = np.zeros((50, 28, 28), np.uint8)
    images[2] = 255
    view.set_images(images)
    view.show_embedding(embedding())
    hover(view, 0.9, 0)
    assert "test image 3: a 0" in said(view)
    previews = [label.pixmap().toImage() for label in view.findChildren(QLabel) if not label.pixmap().isNull()]
    assert [image.pixelColor(20, 20).name().upper() for image in previews] == [LIGHT.text]
    # pyqtgraph takes a hundred moves a second at most.
    qtbot.waitUntil(lambda: hover(view, 0, 0) or "image 3" not in said(view))
    assert not [label for label in view.findChildren(QLabel) if not label.pixmap().isNull()]


def test_the_keyboard_goes_through_the_images(view, still):
    view.show_embedding(embedding())
    heard = []
    for key in ("Key_Right", "Key_Right", "Key_End", "Key_Right", "Key_Left", "Key_Home", "Key_Left", "Key_Escape"):
        QTest.keyClick(view, Qt.Key[key])
        heard.append(said(view).partition("test image ")[2].partition(":")[0])
    assert heard == ["1", "2", "50", "50", "49", "1", "1", ""]


def test_keys_and_cursor_do_nothing_where_no_map_is(view):
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_0):
        QTest.keyClick(view, key)
    before = said(view)
    view.move_drawing((0, 0))
    assert said(view) == before
    view.grab()


def test_the_map_can_be_zoomed_and_comes_back_whole(view, still):
    view.show_embedding(embedding())
    whole = place(view, 0.5, 0).x() - place(view, 0, 0).x()
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert place(view, 0.5, 0).x() - place(view, 0, 0).x() == pytest.approx(1.5 * whole, abs=2)
    QTest.keyClick(view, Qt.Key.Key_0)
    assert place(view, 0.5, 0).x() - place(view, 0, 0).x() == pytest.approx(whole, abs=1)


def test_dots_glide_to_their_new_places(view, qtbot):
    assert MOVE_MILLISECONDS <= 300
    view.show_embedding(embedding())
    move = view.findChild(QVariantAnimation)
    assert move.state() == QAbstractAnimation.State.Stopped  # the first map has nothing to move from
    view.show_embedding(embedding(200, shift=np.pi / 10))
    assert move.state() == QAbstractAnimation.State.Running
    assert painted(view, digit_colour(0, LIGHT), 0.8, 0, 6)
    with qtbot.waitSignal(move.finished):
        pass
    assert not painted(view, digit_colour(0, LIGHT), 0.8, 0, 6)


def test_reduced_motion_moves_at_once(view, still):
    view.show_embedding(embedding())
    view.show_embedding(embedding(200, shift=np.pi / 10))
    assert view.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped
    assert not painted(view, digit_colour(0, LIGHT), 0.8, 0, 6)


def test_a_map_of_other_images_does_not_glide(view):
    view.show_embedding(embedding())
    QTest.keyClick(view, Qt.Key.Key_End)
    few = embedding()
    view.show_embedding(Embedding(101, few.points[:7], few.labels[:7], None))
    assert view.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped
    assert "test image 50" not in said(view)
    view.grab()


# Back through the run.


def slider(view):
    return view.findChild(QSlider, "map_slider")


def test_the_latest_map_is_shown_until_somebody_looks_back(view, still):
    view.show_embedding(embedding(100))
    assert not slider(view).isVisible()
    for step in (300, 200):  # one that was skipped comes later
        view.show_embedding(embedding(step, drawing=(0.5, 0)))
        assert said(view).startswith("After 300 steps: 50")
    assert slider(view).isVisible()
    assert (slider(view).value(), slider(view).maximum()) == (2, 2)


def test_an_earlier_map_says_so_and_stays_while_others_come(view, still):
    for step in (100, 300):
        view.show_embedding(embedding(step, shift=step / 1000, drawing=(0.5, 0)))
    QTest.keyClick(slider(view), Qt.Key.Key_Left)
    earlier = "After 100 steps: An earlier map; the latest is after {} steps"
    assert said(view) == earlier.format(300)
    assert not painted(view, LIGHT.accent, 0.5, 0, 9)  # it is placed on the latest map alone
    for step in (400, 50):
        view.show_embedding(embedding(step, drawing=(0.5, 0)))
        assert said(view) == earlier.format(400)
    QTest.keyClick(slider(view), Qt.Key.Key_End)
    assert said(view).startswith("After 400 steps: 50 test images")
    assert painted(view, LIGHT.accent, 0.5, 0, 9)


def test_another_run_has_no_earlier_maps(view, still):
    for step in (100, 300):
        view.show_embedding(embedding(step))
    slider(view).setValue(0)
    view.clear()
    view.show_embedding(embedding(10))
    assert said(view).startswith("After 10 steps: 50")
    assert not slider(view).isVisible()


def test_the_map_goes_to_a_picture_and_a_table(view, still, qtbot):
    view.show_embedding(embedding(100))
    view.show_embedding(embedding(200, drawing=(0.5, 0.25)))
    image, near = to_image(view.picture()), place(view, 0.9, 0)
    colours = {
        image.pixelColor(2 * (near.x() + 10) + x, 2 * (near.y() + 10) + y).name().upper()
        for x in range(-60, 60)
        for y in range(-60, 60)
    }
    assert digit_colour(0, LIGHT) in colours
    with qtbot.waitSignal(view.export.requested) as asked:
        view.export.findChild(QAction, "save_table").trigger()
    assert asked.args[0].name == "map.csv"


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
