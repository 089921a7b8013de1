"""Benchmark of training. Run it on a quiet machine; `--quick` leaves out what takes minutes.

    python -m tests.benchmarks.training [--quick] [--seeds 10] [--json]

It trains on MNIST, from DIGITPAD_DATA_DIR or the user's data folder. 'A plain loop' is what tutorials write:
torchvision's MNIST with ToTensor and Normalize, a DataLoader, Adam, one batch after the other; it trains the network of
`classic`, and its five epochs are what `fast` is compared with. It takes torchvision: pip install '.[benchmark]'.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch
from torch import nn

from digitpad.domain.reports import EpochReport, StepsReport
from digitpad.learning.data.datasets import cached_data
from digitpad.learning.data.images import Images
from digitpad.learning.models.networks import build
from digitpad.learning.training.loop import Training
from digitpad.learning.training.recipes import RECIPES
from digitpad.platform.cores import cores
from digitpad.reading.zoo import NETWORKS

BOUNDS = {
    "fast_accuracy": ("fast: test images read right, mean over the seeds", "≥ 0.99"),
    "fast_accuracy_spread": ("the same, standard deviation", ""),
    "fast_seconds": ("fast: seconds of training, mean over the seeds", "≤ 4"),
    "plain_images_per_second": ("classic in a plain loop, images a second", ""),
    "plain_five_epochs_s": ("five epochs of it, s", ""),
    "fast_ratio": ("five epochs of the plain loop against fast", "≥ 50"),
    "classic_images_per_second": ("classic in digitpad, images a second", ""),
    "classic_ratio": ("digitpad against the plain loop", "≥ 1.5"),
    "first_point_s": ("pressing Train to the first report, torch loaded, s", "≤ 1"),
    "growth_mb": ("memory growth over ten runs started and stopped, MB", "≤ 50"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="part of an epoch for the plain loop and classic")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    torch.set_num_threads(cores())
    train, test = cached_data("mnist", "train"), cached_data("mnist", "test")
    figures = _fast(train, test, words.seeds)
    figures |= _plain(train, steps=200 if words.quick else None)
    figures |= _classic(train, test, steps=200 if words.quick else None)
    figures["fast_ratio"] = figures["plain_five_epochs_s"] / figures["fast_seconds"]
    figures["classic_ratio"] = figures["classic_images_per_second"] / figures["plain_images_per_second"]
    figures |= _window()
    if words.json:
        print(json.dumps({key: round(figures[key], 4) for key in BOUNDS}))
        return
    print(f"{platform.machine()}, {cores()} cores, Python {platform.python_version()}, torch {torch.__version__}")
    for key, (what, bound) in BOUNDS.items():
        print(f"{what:<64}{figures[key]:>12.4g}  {bound}")


def _fast(train: Images, test: Images, seeds: int) -> dict[str, float]:
    seconds, accuracies = [], []
    for seed in range(seeds):
        for report in Training(RECIPES["fast"], train, test, seed=seed).reports():
            if isinstance(report, EpochReport):
                seconds.append(report.train_seconds)
                accuracies.append(report.test_accuracy)
    return {
        "fast_accuracy": statistics.mean(accuracies),
        "fast_accuracy_spread": statistics.stdev(accuracies) if seeds > 1 else 0.0,
        "fast_seconds": statistics.mean(seconds),
    }


def _plain(train: Images, steps: int | None) -> dict[str, float]:
    """An epoch as tutorials write it, or its first steps."""
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    change = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    with tempfile.TemporaryDirectory() as folder:
        _write_idx(Path(folder), train)
        data = datasets.MNIST(folder, train=True, transform=change)
        loader = DataLoader(data, batch_size=64, shuffle=True)
        torch.manual_seed(0)
        network = build(NETWORKS["classic"])
        optimiser = torch.optim.Adam(network.parameters(), lr=0.001)
        criterion = nn.CrossEntropyLoss()
        network.train()
        started, seen = time.perf_counter(), 0
        for step, (pixels, labels) in enumerate(loader, 1):
            optimiser.zero_grad()
            loss = criterion(network(pixels), labels)
            loss.backward()
            optimiser.step()
            loss.item()
            seen += len(labels)
            if step == steps:
                break
        speed = seen / (time.perf_counter() - started)
    return {"plain_images_per_second": speed, "plain_five_epochs_s": 5 * len(train) / speed}


def _classic(train: Images, test: Images, steps: int | None) -> dict[str, float]:
    last = None
    for report in Training(replace(RECIPES["classic"], epochs=1), train, test).reports():
        if isinstance(report, StepsReport):
            last = report
            if steps is not None and report.last >= steps:
                break
    assert last is not None
    seen = min(len(train), last.last * RECIPES["classic"].batch)
    return {"classic_images_per_second": seen / last.train_seconds}


def _window() -> dict[str, float]:
    """From a click on Train to the first report, and what ten runs leave in memory."""
    from PySide6.QtWidgets import QApplication, QComboBox, QPushButton

    from digitpad import app
    from tests.benchmarks.hand import keep_settings_apart

    folder = keep_settings_apart()
    window = app.create([])
    window.show()
    application = QApplication.instance()
    assert application is not None
    reports: list[float] = []
    window.training_progressed.connect(lambda _: reports.append(time.perf_counter()))
    train, stop = (window.findChild(QPushButton, name) for name in ("train_button", "stop_button"))
    data, recipe = (window.findChild(QComboBox, name) for name in ("data_combo", "recipe_combo"))
    turns = _turns(application)
    while not data.currentData() or data.currentText().startswith("Looking"):
        next(turns)
    recipe.setCurrentIndex(recipe.findData("classic"))
    firsts, memory = [], []
    for _ in range(11):
        reports.clear()
        pressed = time.perf_counter()
        train.click()
        while len(reports) < 5:
            next(turns)
        firsts.append(reports[0] - pressed)
        stop.click()
        while not train.isEnabled():
            next(turns)
        memory.append(_resident())
    window.close()
    folder.cleanup()
    # The first run brings what every run shares: images in memory, torch's kernels, the plots. Now and then the
    # allocator keeps up to 400 MB of one until a later one takes them or gives them back; what stays raises the floor.
    return {"first_point_s": firsts[0], "growth_mb": (min(memory[-5:]) - min(memory[:5])) / 1e6}


def _turns(application: object) -> Iterator[None]:
    deadline = time.perf_counter() + 600
    while time.perf_counter() < deadline:
        application.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.0005)
        yield
    sys.exit("the window did not train within ten minutes")


def _resident() -> int:
    """Bytes of memory that this process has in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _write_idx(folder: Path, train: Images) -> None:
    """MNIST where torchvision looks for it."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        pixels, labels = train.pixels.numpy(), train.labels.numpy().astype("uint8")
        (raw / f"{part}-images-idx3-ubyte").write_bytes(
            struct.pack(">4I", 2051, len(pixels), 28, 28) + pixels.tobytes()
        )
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 2049, len(labels)) + labels.tobytes())


if __name__ == "__main__":
    main()
