"""Calls the command in this process, in a folder of the test's own."""

import pytest
import torch

from digitpad.__main__ import main
from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.export import to_png
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.strokes import Ink
from digitpad.learning.models.checkpoints import as_checkpoint
from digitpad.learning.models.networks import build
from digitpad.reading.checkpoint_file import save_checkpoint
from tests.hand_drawn import drawn


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in the test's own folder, without anybody's data sets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)


@pytest.fixture
def call(capsys):
    """Runs a command line; returns its status, its lines on stdout, and its lines on stderr."""

    def called(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:
            status = ended.code
        out, err = capsys.readouterr()
        return status, out.splitlines(), err.splitlines()

    return called


@pytest.fixture
def fails(call):
    """Runs a command line that must end with status 2 and one line on stderr; returns that line."""

    def called(*words, status=2):
        ended, out, err = call(*words)
        assert (ended, out, len(err)) == (status, [], 1), err
        assert err[0].startswith("digitpad: ")
        assert "Traceback" not in err[0]
        return err[0]

    return called


@pytest.fixture
def seven(tmp_path):
    (tmp_path / "seven.png").write_bytes(to_png(drawn(7)))
    return tmp_path / "seven.png"


@pytest.fixture
def ink(tmp_path):
    write_inkml(tmp_path / "ink.inkml", [Drawing(drawn(3), 3, None, "a"), Drawing(Ink(), None, None, "b")])
    return tmp_path / "ink.inkml"


@pytest.fixture
def blind(tmp_path):
    """A checkpoint that sees nothing and always says 4."""
    network = build([["flatten"], ["linear", 10]]).eval()
    with torch.no_grad():
        network[1].weight.zero_()
        network[1].bias.copy_(5.0 * (torch.arange(10) == 4))
    info = CheckpointInfo("blind", "custom", [["flatten"], ["linear", 10]])
    save_checkpoint(tmp_path / "blind.safetensors", as_checkpoint(network, info))
    return tmp_path / "blind.safetensors"
