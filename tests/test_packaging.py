"""What is installed from the wheel works by itself, from any folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from digitpad.learning.training.recipes import RECIPES
from digitpad.reading.layers import network_of
from digitpad.reading.zoo import NETWORKS

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.timeout(300)  # building and installing take long on a busy machine


def run(*words, **options):
    """Run this Python in a process of its own; its words must not end in a failure."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=250, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with source distribution and wheel; the wheel is built from the former."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The folder that the wheel was installed into."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    run("-m", "pip", "install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


@pytest.fixture
def elsewhere(installed, tmp_path):
    """How to run in another folder than the project's, where only the installed digitpad can be found."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    return {"cwd": tmp_path, "env": {**env, "PYTHONPATH": str(installed)}}


def test_the_wheel_carries_icons_and_checkpoints(installed):
    package = installed / "digitpad"
    for folder in ("resources", "checkpoints"):
        shipped = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        shipped -= {path for path in shipped if "screenshots" in path.parts}  # which README.md shows
        carried = {path.relative_to(package) for path in (package / folder).rglob("*") if path.is_file()}
        assert carried == shipped != set()
    assert not (installed / "tests").exists()


def test_the_wheel_is_licensed_and_has_its_command(installed):
    (facts,) = installed.glob("digitpad-*.dist-info")
    assert "MIT License" in (facts / "licenses" / "LICENSE").read_text()
    assert "CC BY-SA 3.0" in (facts / "licenses" / "resources" / "starter" / "LICENSE.txt").read_text()
    assert "digitpad = digitpad.__main__:main" in (facts / "entry_points.txt").read_text()


def test_an_installed_digitpad_predicts_from_any_folder(elsewhere, installed, tmp_path):
    image = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(image).line([(80, 60), (220, 60), (130, 250)], fill=0, width=22)
    image.save(tmp_path / "seven.png")
    assert str(installed) in run("-c", "import digitpad; print(digitpad.__file__)", **elsewhere)
    said = json.loads(run("-m", "digitpad", "predict", "--json", "seven.png", **elsewhere))
    assert (said["file"], said["index"], said["digit"]) == ("seven.png", 0, 7)
    assert said["confidence"] == max(said["probabilities"]) > 0.5
    assert sum(said["probabilities"]) == pytest.approx(1)


def test_help_answers_without_the_heavy_libraries(elsewhere):
    script = """
import sys
from digitpad.__main__ import main
try:
    main(["--help"])
finally:
    print("heavy:", sorted({"torch", "PySide6", "numpy", "PIL"} & set(sys.modules)))
"""
    said = run("-c", script, **elsewhere)
    assert "predict" in said
    assert said.endswith("heavy: []\n")


def test_the_source_distribution_holds_what_it_takes_to_test(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".ci/run", "tests/conftest.py"} <= names


def test_ci_runs_the_test_command_of_the_readme():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines.count("python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest") == 1
    assert sum(line.startswith("python3 -m venv .venv && ") and line.endswith("/pytest") for line in lines) == 1
    assert "grep -E '^python3 -m venv .venv && .*/pytest$' README.md" in (ROOT / ".ci" / "run").read_text()


def test_the_readme_lists_every_recipe_with_its_parameters():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([0-9,]+) \|", text, re.MULTILINE))
    counts = {name: network_of(NETWORKS[recipe.network]).parameters for name, recipe in RECIPES.items()}
    assert rows == {name: f"{count:,}" for name, count in counts.items()}
