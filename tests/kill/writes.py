"""What digitpad writes: how each kind of file is written again and again, and what must be there after a kill."""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EpochReport
from digitpad.domain.run import TrainingConfig
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.collection import LEARNED, hand_folder, read_collected, write_collected
from digitpad.ink.formats.opening import open_inks, save_ink
from digitpad.ink.formats.session_ink import keep_ink, kept_ink
from digitpad.ink.strokes import Ink, Stroke
from digitpad.storage.io import DEFAULT_CHECKPOINT, remove_unfinished
from digitpad.storage.recipe_store import keep_recipe, own_recipes
from digitpad.storage.run_store import RunFolder, list_runs, runs_folder

Report = Callable[[], object]


@dataclass(frozen=True)
class Kind:
    """A kind of file that is written.

    Attributes:
        name: what it is called on the command line.
        write: writes in a folder without end, and reports each write that is finished.
        check: what is wrong in the folder after so many finished writes, '' for nothing.
        expected: patterns of the files that belong there.
        load: imports what writing needs, so that not every child has to.
        start: cleans up as a start of digitpad does.
        slow: how much longer than usual the child is left alone at most.
    """

    name: str
    write: Callable[[Path, Report], None]
    check: Callable[[Path, int], str]
    expected: tuple[str, ...]
    load: Callable[[], None] = lambda: None
    start: Callable[[], None] = remove_unfinished
    slow: int = 1


def _ink(number: int) -> Ink:
    return Ink(tuple(Stroke.of([(x, number % 800 + 100) for x in range(100, 900)]) for _ in range(1 + number % 7)))


def _forever(work: Callable[[int], object], report: Report) -> None:
    for number in itertools.count():
        work(number)
        report()


def _write_settings(_folder: Path, report: Report) -> None:
    from PySide6.QtCore import QCoreApplication

    from digitpad.ui.session.settings import Settings

    application = QCoreApplication([])
    for number in itertools.count():
        settings = Settings()
        settings.pen_width = 20 + number % 40
        settings.remember(Path(f"/checkpoints/{number}.safetensors"))
        settings.stop()
        application.processEvents()
        report()


def _check_settings(_folder: Path, finished: int) -> str:
    from digitpad.ui.session.settings import Settings

    recent = Settings().recent
    return "" if recent and int(recent[0].stem) >= finished - 1 else f"{recent} after {finished} writes"


def _write_recipes(_folder: Path, report: Report) -> None:
    _forever(lambda n: keep_recipe(Recipe(f"mine-{n % 5}", "Mine", "small", 1 + n % 100, "")), report)


def _check_recipes(_folder: Path, finished: int) -> str:
    recipes, problems = own_recipes()
    return "" if len(recipes) >= min(finished, 5) and not problems else f"{len(recipes)} recipes, {problems}"


def _write_checkpoint(folder: Path, report: Report) -> None:
    from digitpad.reading.checkpoint_file import save_checkpoint
    from digitpad.reading.load import load_checkpoint

    checkpoint = load_checkpoint(DEFAULT_CHECKPOINT)
    _forever(lambda _: save_checkpoint(folder / "mine.safetensors", checkpoint), report)


def _check_checkpoint(folder: Path, _finished: int) -> str:
    from digitpad.reading.load import load_checkpoint

    load_checkpoint(folder / "mine.safetensors")
    return ""


def _write_export(folder: Path, report: Report) -> None:
    from digitpad.reading.export import export_onnx
    from digitpad.reading.load import load_checkpoint

    checkpoint = load_checkpoint(DEFAULT_CHECKPOINT)
    _forever(lambda _: export_onnx(checkpoint, folder / "mine.onnx"), report)


def _check_export(folder: Path, _finished: int) -> str:
    from digitpad.reading.load import load_checkpoint

    load_checkpoint(folder / "mine.onnx")
    return ""


def _load_reading() -> None:
    import digitpad.reading.export
    import digitpad.reading.load  # noqa: F401


_DRAWINGS = ("mine.inkml", "mine.svg", "mine.png")


def _write_drawings(folder: Path, report: Report) -> None:
    _forever(lambda n: [save_ink(folder / name, _ink(n)) for name in _DRAWINGS], report)


def _check_drawings(folder: Path, _finished: int) -> str:
    strokes = open_inks(folder / "mine.inkml")[0].strokes
    whole = (folder / "mine.svg").read_text().endswith("</svg>\n") and open_inks(folder / "mine.png")
    return "" if strokes and whole else "a drawing is not whole"


def _write_session(folder: Path, report: Report) -> None:
    _forever(lambda n: keep_ink(folder / "session", _ink(n)), report)


def _check_session(folder: Path, _finished: int) -> str:
    return "" if kept_ink(folder / "session").strokes else "the drawing is lost"


def _write_collection(_folder: Path, report: Report) -> None:
    path = hand_folder("mine") / LEARNED
    _forever(lambda n: write_collected(path, [Drawing(_ink(n), n % 10, None, "a")] * (1 + n % 5)), report)


def _check_collection(_folder: Path, _finished: int) -> str:
    found = read_collected(hand_folder("mine") / LEARNED)
    return str(found.problem or "") if found.drawings else "the collection is lost"


_FILES = {f"part-{number}.gz": os.urandom(1 << 18) for number in range(3)}


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = _FILES[self.path.strip("/")]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for start in range(0, len(data), 1 << 14):
            self.wfile.write(data[start : start + (1 << 14)])

    def log_message(self, *_words: object) -> None:
        pass


def _download(folder: Path, port: int) -> None:
    from digitpad.learning.data.download import Download, RemoteFile, download_mnist

    sums = {name: hashlib.md5(data, usedforsecurity=False).hexdigest() for name, data in _FILES.items()}
    files = [RemoteFile(name, sums[name], len(data)) for name, data in _FILES.items()]
    download_mnist(folder / "mnist", lambda *_: None, lambda: False, Download([f"http://127.0.0.1:{port}/"], files))


def _write_downloads(folder: Path, report: Report) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def again(_number: int) -> None:
        for name in _FILES:
            (folder / "mnist" / name).unlink(missing_ok=True)
        _download(folder, server.server_port)

    os.environ["no_proxy"] = "*"
    _forever(again, report)


def _check_downloads(folder: Path, _finished: int) -> str:
    broken = [
        name
        for name, data in _FILES.items()
        if (folder / "mnist" / name).exists() and (folder / "mnist" / name).read_bytes() != data
    ]
    return f"{broken} are not whole" if broken else ""


def _load_torch() -> None:
    import digitpad.learning.training.runs  # noqa: F401


def _write_run(_folder: Path, report: Report) -> None:
    from digitpad.learning.training.recipes import RECIPES
    from digitpad.learning.training.runs import run

    def on_progress(what: object) -> None:
        if isinstance(what, EpochReport):
            report()

    recipe = replace(RECIPES["mlp"], epochs=1000)
    run(TrainingConfig(recipe, 0, "starter", "cpu"), runs_folder(), on_progress=on_progress, threads=1)


def _check_run(_folder: Path, finished: int, *, goes_on: bool = True) -> str:
    from digitpad.learning.training.runs import resume
    from digitpad.reading.load import load_checkpoint

    (info,) = list_runs(runs_folder())
    run = RunFolder(runs_folder() / info.id)
    if info.state == "damaged" or info.epochs_done < finished:
        return f"{info.state}, {info.epochs_done} epochs of {finished}"
    for path in (run.best, run.last):
        load_checkpoint(path)
    if goes_on:
        resumed = resume(run, epochs=info.epochs_done + 2, threads=1)  # it may have saved one more epoch than it knows
        return "" if resumed.state == "finished" else f"the resumed run is {resumed.state}"
    return ""


def _write_in_window(_folder: Path, report: Report) -> None:
    os.environ.pop("DIGITPAD_DATA_DIR", None)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from digitpad import app

    window = app.create([])

    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QSpinBox

    def on_progress(what: object) -> None:
        if isinstance(what, EpochReport):
            report()

    def press() -> None:
        recipe = window.findChild(QComboBox, "recipe_combo")
        if recipe is None:
            QTimer.singleShot(50, press)
            return
        recipe.setCurrentIndex(recipe.findData("mlp"))
        window.findChild(QSpinBox, "epochs_spin").setValue(1000)
        window.findChild(QPushButton, "train_button").click()

    window.training_progressed.connect(on_progress)
    window.show()
    press()
    QApplication.exec()


_RUN_FILES = tuple(f"**/runs/*/{name}" for name in ("run.json", "curves.jsonl", "lock", "*.safetensors"))

KINDS = {
    kind.name: kind
    for kind in (
        Kind("settings", _write_settings, _check_settings, ("**/digitpad.json",)),
        Kind("recipes", _write_recipes, _check_recipes, ("**/recipes/*.json",)),
        Kind("checkpoint", _write_checkpoint, _check_checkpoint, ("mine.safetensors",), _load_reading),
        Kind("export", _write_export, _check_export, ("mine.onnx",), _load_reading),
        Kind("drawings", _write_drawings, _check_drawings, _DRAWINGS),
        Kind("session", _write_session, _check_session, ("session/drawing.inkml",)),
        Kind("collection", _write_collection, _check_collection, ("**/hands/mine/drawings.inkml",)),
        Kind("downloads", _write_downloads, _check_downloads, ("mnist/*.gz",), _load_torch),
        Kind("run", _write_run, _check_run, _RUN_FILES, _load_torch, slow=6),
        Kind("window", _write_in_window, partial(_check_run, goes_on=False), (*_RUN_FILES, "**/digitpad.json"), slow=6),
    )
}
