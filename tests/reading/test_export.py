import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from digitpad.domain.errors import DigitpadError
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.ink.formats.export import to_png
from digitpad.reading import export as export_module
from digitpad.reading.export import export_onnx
from digitpad.reading.load import load_checkpoint, open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.io import shipped
from tests.hand_drawn import drawn
from tests.reading.networks import checkpoint_for, random_network

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(shipped("checkpoints").glob("*.safetensors"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_file_answers_in_plain_onnxruntime_as_the_reader_does(tmp_path, path, images):
    out = tmp_path / "a.onnx"
    assert export_onnx(load_checkpoint(path), out) <= 1e-5
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    probabilities, score, digit = session.run(["probabilities", "score", "digit"], {"image": images})
    reader = open_reader(path)
    expected, scores = reader.read_batch(images)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(score, scores, atol=1e-4)
    refused = (scores < threshold(reader.info.thresholds, FALSE_REJECTION_RATE)) | ~images.any(axis=(1, 2))
    assert (digit == np.where(refused, -1, expected.argmax(axis=1))).all()
    assert refused.sum() >= 1
    assert [(value.name, value.shape, value.type) for value in session.get_inputs()] == [
        ("image", ["N", 28, 28], "tensor(uint8)")
    ]
    assert (probabilities.dtype, score.dtype, digit.dtype) == (np.float32, np.float32, np.int64)


@pytest.mark.parametrize("known", NETWORKS)
def test_every_known_network_is_exported(tmp_path, known):
    checkpoint = checkpoint_for(random_network(NETWORKS[known]), NETWORKS[known])
    assert export_onnx(checkpoint, tmp_path / "a.onnx") <= 1e-5


def test_the_metadata_says_what_is_known(tmp_path):
    path = SHIPPED[-1].parent / ".." / SHIPPED[-1].parent.name / SHIPPED[-1].name
    export_onnx(load_checkpoint(path), tmp_path / "a.onnx", false_rejection_rate=0.01)
    said = {entry.key: entry.value for entry in onnx.load(tmp_path / "a.onnx").metadata_props}
    info = open_reader(SHIPPED[-1]).info
    assert (said["data"], said["recipe"]) == (str(info.data), info.recipe)
    assert json.loads(said["thresholds"]) == info.thresholds
    assert said["licence"].startswith("MIT")
    assert said["false_rejection_rate"] == "0.01"


def test_a_file_whose_outputs_differ_is_not_kept(tmp_path, monkeypatch):
    class Other(Reader):
        def read_batch(self, images):
            probabilities, scores = super().read_batch(images)
            return probabilities[:, ::-1], scores

    monkeypatch.setattr(export_module, "Reader", Other)
    (tmp_path / "a.onnx").write_text("old")
    with pytest.raises(DigitpadError, match="differ from digitpad's"):
        export_onnx(load_checkpoint(SHIPPED[-1]), tmp_path / "a.onnx")
    assert (tmp_path / "a.onnx").read_text() == "old"


@pytest.mark.parametrize("digit", range(10))
def test_the_lines_in_the_readme_read_a_picture_with_the_file(tmp_path, digit):
    (lines,) = re.findall("```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    export_onnx(load_checkpoint(SHIPPED[-1]), tmp_path / "digitpad.onnx")
    (tmp_path / "seven.png").write_bytes(to_png(drawn(digit)))
    code = f"{lines}\nimport sys\nprint(sorted({{'digitpad', 'torch', 'onnx'}} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    read, known = done.stdout.splitlines()
    assert (read.split()[0], known) == (str(digit), "[]")
    assert float(read.split()[1].rstrip("%")) > 90
