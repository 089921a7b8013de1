import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from digitpad.errors import InputError
from digitpad.ink.inkml import Drawing, write_inkml
from digitpad.ink.render import render
from digitpad.ink.strokes import Ink
from digitpad.learning.calibration import BINS, calibration_error, reliability
from digitpad.learning.checkpoints import Checkpoint
from digitpad.learning.data import Images
from digitpad.learning.evaluation import Mistake, evaluate, read_labelled
from digitpad.messages import CheckpointInfo
from tests.hand_drawn import drawings, drawn
from tests.learning.idx_files import hand_drawn_mnist, write_part


class FirstRow(nn.Module):
    """Its ten logits are the first ten pixels of the image's first row, times ten."""

    def forward(self, images):
        return images[:, 0, 0, :10] * 10


CHECKPOINT = Checkpoint(nn.Sequential(FirstRow()), CheckpointInfo("first row", "custom", mean=0.0, std=1.0))


def saying(*answers):
    """Images for which that network answers so; None makes an empty one."""
    pixels = torch.zeros(len(answers), 1, 28, 28, dtype=torch.uint8)
    for image, answer in zip(pixels, answers, strict=True):
        if answer is not None:
            image[0, 0, answer] = 255
    return pixels


def test_counts_on_a_network_whose_answers_are_known():
    data = Images(saying(0, 1, 2, 2, None, 9), torch.tensor([0, 1, 2, 7, 5, 9]))
    result = evaluate(CHECKPOINT, data)
    sure = np.exp(10) / (np.exp(10) + 9)
    assert result.n == 6
    assert result.accuracy == pytest.approx(4 / 6)
    expected = np.zeros((10, 10), dtype=int)
    for label, read in ((0, 0), (1, 1), (2, 2), (7, 2), (5, 0), (9, 9)):
        expected[label, read] += 1
    assert result.confusion == expected.tolist()
    assert result.errors == [Mistake(3, 7, 2, pytest.approx(sure)), Mistake(4, 5, 0, pytest.approx(0.1))]
    assert result.refused == 1
    assert result.ece == pytest.approx((abs(5 * sure - 4) + 0.1) / 6)


def test_a_network_whose_answers_are_no_numbers_is_refused():
    broken = Checkpoint(CHECKPOINT.network, CheckpointInfo("broken", "custom", mean=0.0, std=float("nan")))
    with pytest.raises(InputError, match="broken answers with what is no number"):
        evaluate(broken, Images(saying(1), torch.tensor([1])))


def test_many_images_are_read_in_their_order():
    labels = torch.randint(0, 10, (1300,), generator=torch.Generator().manual_seed(0))
    result = evaluate(CHECKPOINT, Images(saying(*labels.tolist()), labels))
    assert (result.n, result.accuracy, result.refused, result.errors) == (1300, 1.0, 0, [])


CONFIDENCES = st.floats(0, 1) | st.integers(0, BINS).map(lambda edge: edge / BINS)
ANSWERS = st.lists(st.tuples(CONFIDENCES, st.booleans()), max_size=60)


@given(ANSWERS)
def test_calibration_error_is_that_of_the_definition(answers):
    slow = 0.0
    for number in range(BINS):  # a bin holds its upper edge, the first its lower one too
        low, high = np.linspace(0, 1, BINS + 1)[number : number + 2]
        held = [(c, r) for c, r in answers if low < c <= high or (number == 0 and c == 0)]
        if held:
            confidence = sum(c for c, _ in held) / len(held)
            accuracy = sum(r for _, r in held) / len(held)
            slow += len(held) / len(answers) * abs(confidence - accuracy)
    confidence, right = np.array([c for c, _ in answers]), np.array([r for _, r in answers], dtype=bool)
    bins = reliability(confidence, right)
    assert sum(held.count for held in bins) == len(answers)
    assert calibration_error(bins) == pytest.approx(slow, abs=1e-9)
    assert 0 <= calibration_error(bins) <= 1


def test_labelled_drawings_are_read_and_others_left_out(tmp_path):
    made = [*drawings(1), Drawing(drawn(3), None, None, "unlabelled"), Drawing(Ink(), 4, None, "empty")]
    write_inkml(tmp_path / "ink.inkml", made)
    data = read_labelled(tmp_path / "ink.inkml")
    assert data.labels.tolist() == [*range(10), 4]
    assert data.pixels.shape == (11, 1, 28, 28)
    assert not data.pixels[10].any()
    assert abs(data.pixels[3, 0].numpy().astype(int) - render(made[3].ink).astype(int)).max() <= 2


def test_the_test_part_of_a_folder_is_read(tmp_path):
    data = read_labelled(hand_drawn_mnist(tmp_path / "mnist", writers=2))
    assert data.labels.tolist() == [*range(10)] * 2
    assert np.array_equal(data.pixels[4, 0].numpy(), render(drawings(2, seed=2)[4].ink))


def test_nothing_labelled_is_a_sentence(tmp_path):
    write_inkml(tmp_path / "ink.inkml", [Drawing(drawn(3), None, None, "a")])
    with pytest.raises(InputError, match=r"ink\.inkml holds no labelled drawing"):
        read_labelled(tmp_path / "ink.inkml")
    write_inkml(tmp_path / "none.inkml", [])
    with pytest.raises(InputError, match=r"none\.inkml holds no labelled drawing"):
        read_labelled(tmp_path / "none.inkml")
    with pytest.raises(InputError, match="does not exist"):
        read_labelled(tmp_path / "missing.inkml")
    write_part(tmp_path / "mnist", "train", np.zeros((1, 28, 28)), [0])
    with pytest.raises(InputError, match="t10k-images"):
        read_labelled(tmp_path / "mnist")
