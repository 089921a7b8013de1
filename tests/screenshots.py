"""README's pictures, taken from the real window: python -m tests.screenshots [FOLDER]

They show the starter set, so that they look the same everywhere. FOLDER is `resources/screenshots` where none is named.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("DIGITPAD_DATA_DIR", None)

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction

from digitpad import app
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.strokes import PAD_SIDE, Ink, Stroke
from digitpad.storage.io import shipped
from digitpad.synthesis.paths import ink_of, paths_of, rotation
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.session.hand import HandSession
from tests.app.pad import Pad
from tests.app.training import Training
from tests.benchmarks.hand import keep_settings_apart, rest
from tests.digit_styles import digits_by_style, outliers_by_style
from tests.hand_drawn import drawn

_ASLANT = 42
"""By how many degrees the digits of the hand are turned."""

PAD, WIDE = QSize(1180, 760), QSize(1366, 768)


def _wait(condition):
    until = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < until, "what a picture is to show does not come"
        rest(10)


def on_the_pad(ink: Ink) -> Ink:
    """Ink as large as a person draws it, in the middle of the pad."""
    left, top, right, bottom = ink.bounds
    scale = 0.62 * PAD_SIDE / max(right - left, bottom - top)
    middle = np.array([left + right, top + bottom]) / 2
    return Ink(
        tuple(
            Stroke.of([tuple((point - middle) * scale + PAD_SIDE / 2) for point in stroke.points[:, :2]])
            for stroke in ink.strokes
        )
    )


class Album:
    """Takes pictures of a window for a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._settings = keep_settings_apart()
        self.window = app.create([])
        self.pad = Pad(SimpleNamespace(waitUntil=_wait), self.window)
        self.window.resize(PAD)
        self.window.show()
        self.training = Training(self.pad)

    def show(self, ink: Ink) -> None:
        """Put ink on the pad, and wait for the answer."""
        self.pad.canvas.set_ink(on_the_pad(ink))
        self.pad.answer()

    def take(self, name: str) -> None:
        """Save a picture, once nothing moves any more."""
        rest(400)
        self.window.grab().save(str(self.folder / f"{name}.png"))
        print(name, flush=True)

    def view(self, name: str, words: str = "") -> None:
        """Take a picture of a view of the drawing on the pad, once it says some words."""
        shown: list[str] = []
        self.window.view_shown.connect(lambda view, _: shown.append(view))
        self.pad.widget(f"show_{name}", QAction).trigger()
        _wait(lambda: name in shown and words in self.pad.widget(f"{name}_figure").accessibleDescription())
        self.take(name)

    def evaluation(self) -> None:
        """Take a picture of the evaluation of a quickly trained network, and of the mistake on the pad."""
        self.pad.widget("show_evaluation", QAction).trigger()
        data, network = self.pad.widget("evaluation_data"), self.pad.widget("evaluation_network")
        _wait(lambda: data.count() > 2)
        network.take_file(shipped("checkpoints", "fast.safetensors"))
        self.pad.widget("evaluate_button").click()
        _wait(lambda: self.pad.widget("evaluate_button").isEnabled())
        grid = self.pad.widget("evaluation_view").findChild(DigitGrid)
        grid.select(0)
        grid.pick.trigger()
        self.pad.answer()
        self.take("evaluation")

    def samples(self) -> None:
        """Take a picture of test images with what is read of them."""
        self.pad.widget("show_samples", QAction).trigger()
        _wait(lambda: self.pad.widget("samples_words").text() != "")
        self.take("samples")

    def hand(self) -> None:
        """Take a picture of a hand that is taught: three digits of each kind by somebody who writes aslant."""
        turn = rotation(np.deg2rad(_ASLANT))
        digits = [each for form in digits_by_style().values() for each in form]
        kept = [each for digit in range(10) for each in [it for it in digits if it.label == digit][:3]]
        aslant = [replace(each, ink=ink_of([path @ turn.T for path in paths_of(each.ink)])) for each in kept]
        write_inkml(Path(self._settings.name) / "aslant.inkml", aslant)
        self.window.findChild(HandSession).import_file(Path(self._settings.name) / "aslant.inkml")
        self.pad.widget("show_hand", QAction).trigger()
        _wait(lambda: self.pad.widget("learn_button") is not None and self.pad.widget("learn_button").isEnabled())
        self.pad.widget("learn_button").click()
        _wait(lambda: self.pad.widget("learn_button").isEnabled())
        self.take("hand")

    def press(self, text: str) -> None:
        """Trigger the action with a text."""
        next(action for action in self.window.findChildren(QAction) if action.text() == text).trigger()

    def close(self) -> None:
        """Close the window and forget its settings."""
        self.window.close()
        self._settings.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=shipped("resources", "screenshots"))
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    album = Album(words.folder)
    training = album.training
    album.press("Light")
    _wait(lambda: training.network.state.info is not None)
    album.show(drawn(4))
    album.take("pad-light")
    album.show(outliers_by_style()["symbol-heart"][0].ink)
    album.take("refused-light")
    album.show(drawn(4))
    album.press("Dark")
    album.take("pad-dark")
    album.press("Light")
    album.window.resize(WIDE)
    for view in ("steps", "layers", "replay"):
        album.view(view)
    album.view("why", "adds to the logit")
    album.view("map", " by t-SNE. ")
    album.show(outliers_by_style()["letter-e"][0].ink)
    album.view("compare", "They disagree")
    album.show(drawn(7))
    album.view("stress")
    album.evaluation()
    album.samples()
    album.show(drawn(7))
    album.hand()
    album.pad.widget("show_training", QAction).trigger()
    training.start(epochs=60)
    _wait(lambda: training.session.state.epoch and training.session.state.epoch.epoch >= 12)
    album.take("training-light")
    training.end()
    training.wait_for_end()
    album.close()


if __name__ == "__main__":
    main()
