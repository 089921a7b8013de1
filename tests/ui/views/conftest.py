"""What the views find on the disk."""

import pytest


@pytest.fixture
def broken_mnist(monkeypatch, tmp_path):
    """A folder of which all but one of MNIST's files are missing, where they should be."""
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    (folder / "t10k-labels-idx1-ubyte").touch()
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(folder.parent))
    return folder
