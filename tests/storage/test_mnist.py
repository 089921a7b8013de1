import gzip
import math
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.storage.mnist import mnist_digits
from tests.learning.idx_files import NAMES, idx, write_part
from tests.memory import megabytes

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 10
IMAGES_FILE, LABELS_FILE = NAMES["test"]


def input_error(folder, part="test"):
    with pytest.raises(InputError) as fails:
        mnist_digits(folder, part)
    return str(fails.value)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("gz", [False, True])
def test_images_and_labels_come_as_they_were_written(tmp_path, part, gz):
    write_part(tmp_path, part, PIXELS, LABELS, gz)
    images, labels = mnist_digits(tmp_path, part)
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)
    assert np.array_equal(images, PIXELS)
    assert np.array_equal(labels, LABELS)


def test_names_with_a_dot_are_known_too(tmp_path):
    write_part(tmp_path, "test", PIXELS, LABELS)
    for name in NAMES["test"]:
        (tmp_path / name).rename(tmp_path / name.replace("-idx", ".idx"))
    assert len(mnist_digits(tmp_path, "test")[0]) == 12


@pytest.mark.parametrize("missing", NAMES["test"])
def test_a_missing_file_is_named(tmp_path, missing):
    write_part(tmp_path, "test", PIXELS, LABELS)
    (tmp_path / missing).unlink()
    assert missing in input_error(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    assert "nowhere" in input_error(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (IMAGES_FILE, idx(PIXELS, magic=2049), "wrong magic number"),
        (LABELS_FILE, idx(LABELS, magic=2051), "wrong magic number"),
        (IMAGES_FILE, b"", "wrong magic number"),
        (IMAGES_FILE, b"\0\0\x08", "wrong magic number"),
        (IMAGES_FILE, idx(PIXELS)[:15], "wrong magic number"),
        (IMAGES_FILE, b"<html>not found</html>", "wrong magic number"),
        (IMAGES_FILE, idx(PIXELS)[:-1], "holds 9,407"),
        (IMAGES_FILE, idx(PIXELS)[:16], "holds 0"),
        (IMAGES_FILE, idx(PIXELS) + b"\0", "holds more"),
        (IMAGES_FILE, idx(PIXELS[:0]), "12 labels"),
        (IMAGES_FILE, idx(PIXELS[:11]), "11 images and 12 labels"),
        (IMAGES_FILE, idx(PIXELS[:, :27]), "27×28"),
        (IMAGES_FILE, idx(PIXELS)[:4] + b"\xff" * 12, "can be read"),
        (LABELS_FILE, idx([*LABELS[:11], 10]), "the label 10"),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path, name, content, said):
    write_part(tmp_path, "test", PIXELS, LABELS)
    (tmp_path / name).write_bytes(content)
    sentence = input_error(tmp_path)
    assert said in sentence
    assert "fetch" in sentence.lower() or "28×28" in sentence or "0 to 9" in sentence


def test_files_without_an_image_are_refused(tmp_path):
    write_part(tmp_path, "test", PIXELS[:0], LABELS[:0])
    assert "without a single image" in input_error(tmp_path)


def test_a_truncated_gzip_file_is_refused_wherever_it_ends(tmp_path):
    write_part(tmp_path, "test", PIXELS, LABELS, gz=True)
    whole = (tmp_path / f"{IMAGES_FILE}.gz").read_bytes()
    for end in [0, 1, 9, 10, 20, *range(40, len(whole), 997), len(whole) - 9, len(whole) - 1]:
        (tmp_path / f"{IMAGES_FILE}.gz").write_bytes(whole[:end])
        sentence = input_error(tmp_path)
        assert IMAGES_FILE in sentence
        assert "cut off or damaged" in sentence or "magic" in sentence


def test_a_gzip_file_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path):
    write_part(tmp_path, "test", PIXELS, LABELS, gz=True)
    header = idx(PIXELS)[:4] + (2**30).to_bytes(4, "big") + idx(PIXELS)[8:16]
    (tmp_path / f"{IMAGES_FILE}.gz").write_bytes(gzip.compress(header))
    assert "can be read" in input_error(tmp_path)


@pytest.mark.parametrize(
    ("images", "labels", "expected"),
    [(250_000, 250_000, "-"), (400_000, 400_000, "InputError"), (1, 10**8, "InputError")],
)
def test_a_small_gzip_file_takes_little_memory_whatever_it_unpacks_to(tmp_path, images, labels, expected):
    for name, magic, shape in zip(NAMES["test"], (2051, 2049), ((images, 28, 28), (labels,)), strict=True):
        with gzip.open(tmp_path / f"{name}.gz", "wb", 1) as file:
            file.write(struct.pack(f">{1 + len(shape)}I", magic, *shape))
            for _ in range(100):
                file.write(bytes(math.prod(shape) // 100))
    reading = "from digitpad.storage.mnist import mnist_digits; from pathlib import Path"
    raised, taken = megabytes(reading, "mnist_digits(Path(sys.argv[1]), 'test')", tmp_path)
    assert raised == expected
    assert taken < 300


def test_a_huge_plain_file_is_not_read_whole(tmp_path):
    write_part(tmp_path, "test", PIXELS, LABELS)
    os.truncate(tmp_path / IMAGES_FILE, 1 << 40)
    assert "holds more" in input_error(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: idx(PIXELS)[:4] + tail), st.booleans())
def test_any_bytes_end_as_a_sentence(tmp_path, content, gz):
    write_part(tmp_path, "test", PIXELS, LABELS)
    (tmp_path / IMAGES_FILE).unlink()
    (tmp_path / f"{IMAGES_FILE}.gz").write_bytes(gzip.compress(content) if gz else content)
    assert input_error(tmp_path)
