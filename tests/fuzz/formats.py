"""What is fuzzed: for each format files to start from, and what reads them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.hand_drawn import drawings, unipen

Seeds = Callable[[Path], list[bytes]]
"""Makes files to start from; it may use a folder."""


@dataclass(frozen=True)
class Format:
    """A format: file name, seeds, and what reads a file; a DigitpadError is what that may raise."""

    name: str
    seeds: Seeds
    read: Callable[[Path], object]


CONTEXTS = """<ink><definitions><brush xml:id="b"><brushProperty name="width" value="5"/></brush>
<inkSource xml:id="s"><traceFormat><channel name="Y"/><channel name="X"/><channel name="F" max="9"/></traceFormat>
</inkSource><context xml:id="c" inkSourceRef="#s" brushRef="#b"/><context xml:id="d" contextRef="#c"/></definitions>
<traceGroup contextRef="#d"><annotation type="truth">7</annotation><trace>1 2 3,'4'5'6,"1"1"1,* ! 2 #3</trace>
<traceGroup><trace contextRef="#d">10-20-3, 4 5 6</trace></traceGroup></traceGroup></ink>"""


def _inkml(folder: Path) -> list[bytes]:
    from digitpad.ink.formats.inkml import write_inkml

    write_inkml(folder / "seed", drawings(1)[:3])
    return [(folder / "seed").read_bytes(), CONTEXTS.encode(), CONTEXTS.encode("utf-16")]


def _unipen(_folder: Path) -> list[bytes]:
    return [unipen(drawings(1)[:3]).encode()]


def _pictures(_folder: Path) -> list[bytes]:
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (48, 40), (250, 250, 240))
    ImageDraw.Draw(page).line([(10, 5), (35, 6), (20, 36)], fill=(20, 20, 60), width=4)
    exif = Image.Exif()
    exif[0x0112] = 6
    found = []
    for kind, mode, more in (
        ("PNG", "RGB", {}),
        ("PNG", "P", {"transparency": b"\0\x80\xff"}),
        ("PNG", "RGBA", {"exif": exif}),
        ("PNG", "I;16", {}),
        ("JPEG", "RGB", {"exif": exif}),
        ("JPEG", "CMYK", {"progressive": True}),
        ("BMP", "RGB", {}),
        ("BMP", "P", {}),
        ("WEBP", "RGB", {"exif": exif}),
        ("WEBP", "RGBA", {"lossless": True}),
    ):
        file = io.BytesIO()
        image = page.convert("I").convert("I;16") if mode == "I;16" else page.convert(mode)
        image.save(file, kind, **more)
        found.append(file.getvalue())
    return found


def _open(path: Path) -> None:
    from digitpad.ink.formats.opening import open_inks
    from digitpad.ink.raster.render import render

    for ink in open_inks(path):
        render(ink)


def _clipboard(path: Path) -> None:
    """What the clipboard holds goes through Qt's readers."""
    from PySide6.QtGui import QGuiApplication, QImage

    from digitpad.ui.pad import files

    _application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage.fromData(path.read_bytes())
    if not image.isNull():
        files._from_image(image)


def _recipes(_folder: Path) -> list[bytes]:
    from digitpad.domain.recipe import Augmentation, Recipe
    from digitpad.storage.recipe_store import recipe_to_json

    return [recipe_to_json(Recipe("a", "A", "fast", epochs=2, augmentation=Augmentation(degrees=10.0))).encode()]


def _recipe(path: Path) -> None:
    from digitpad.storage.recipe_store import load_recipe

    load_recipe(path)


def _runs(folder: Path) -> list[bytes]:
    """Of a run's two files as one: run.json, a zero byte, curves.jsonl."""
    from digitpad.domain.errors import Message
    from digitpad.domain.recipe import Recipe
    from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
    from digitpad.storage.run_json import reports_to_lines
    from digitpad.storage.run_store import create

    run = create(Recipe("a", "A", "fast", epochs=2), 7, Message("MNIST"), "mnist", "cpu", folder / "runs")
    steps = StepsReport(1, (0.5,) * 9, (0.001,) * 9, 1, 2, 20, 9000.0, 1.5, 2.5)
    epoch = EpochReport(1, 2, 9, 2.0, 0.3, 0.9, 0.2, 0.95, None, None, is_best=True)
    lines = reports_to_lines([steps, InterimReport(4, 2000, 0.4, 0.9), epoch])
    return [(run.path / "run.json").read_bytes() + b"\0" + lines]


def _run(path: Path) -> None:
    from digitpad.storage.run_store import find_run, list_runs

    folder = path.parent / "read"
    (folder / "a").mkdir(parents=True, exist_ok=True)
    known, _, curves = path.read_bytes().partition(b"\0")
    (folder / "a" / "run.json").write_bytes(known)
    (folder / "a" / "curves.jsonl").write_bytes(curves)
    list_runs(folder)
    find_run(folder, "a").reports()


def _idx(_folder: Path) -> list[bytes]:
    """Of images and labels as one file: how long the first is in four bytes, then both."""
    import numpy as np

    from tests.learning.idx_files import idx

    images, labels = idx(np.arange(3 * 784).reshape(3, 28, 28) % 251), idx([1, 2, 3])
    return [
        len(one).to_bytes(4, "big") + one + other
        for one, other in ((images, labels), (gzip.compress(images), gzip.compress(labels)))
    ]


def _mnist(path: Path) -> None:
    from digitpad.learning.data.images import read_mnist
    from tests.learning.idx_files import NAMES

    data = path.read_bytes()
    cut = 4 + int.from_bytes(data[:4], "big")
    for name, part in zip(NAMES["test"], (data[4:cut], data[cut:]), strict=True):
        packed = part.startswith(b"\x1f\x8b")
        (path.parent / (name if packed else f"{name}.gz")).unlink(missing_ok=True)
        (path.parent / (f"{name}.gz" if packed else name)).write_bytes(part)
    read_mnist(path.parent, "test")


def _safetensors(folder: Path) -> list[bytes]:
    from digitpad.storage.io import DEFAULT_CHECKPOINT
    from tests.learning.small_checkpoint import write

    data = write(folder / "seed.safetensors").read_bytes()
    head = DEFAULT_CHECKPOINT.read_bytes()
    return [data, head[: 8 + int.from_bytes(head[:8], "little")]]


def _pt(folder: Path) -> list[bytes]:
    import torch

    from tests.learning.small_checkpoint import network

    found = []
    for zipped in (True, False):
        torch.save(network().state_dict(), folder / "seed.pt", _use_new_zipfile_serialization=zipped)
        found.append((folder / "seed.pt").read_bytes())
    return found


def _onnx(folder: Path) -> list[bytes]:
    import numpy as np
    from onnx import helper

    from tests.reading.foreign.networks import onnx_file

    weights = {"kernel": np.ones((2, 1, 5, 5), np.float32), "dense": np.ones((2 * 24 * 24, 10), np.float32)}
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Flatten", ["b"], ["c"]),
        helper.make_node("MatMul", ["c", "dense"], ["y"]),
    ]
    onnx_file(folder / "seed.onnx", nodes, ["N", 1, 28, 28], weights)
    return [(folder / "seed.onnx").read_bytes()]


def _checkpoint(path: Path) -> None:
    from digitpad.reading.load import load_checkpoint

    load_checkpoint(path)


FORMATS = {
    "inkml": Format("a.inkml", _inkml, _open),
    "unipen": Format("a.tra", _unipen, _open),
    "pictures": Format("a.png", _pictures, _open),
    "clipboard": Format("a.png", _pictures, _clipboard),
    "recipes": Format("a.json", _recipes, _recipe),
    "runs": Format("a.run", _runs, _run),
    "idx": Format("a.idx", _idx, _mnist),
    "safetensors": Format("a.safetensors", _safetensors, _checkpoint),
    "pt": Format("a.pt", _pt, _checkpoint),
    "onnx": Format("a.onnx", _onnx, _checkpoint),
}
