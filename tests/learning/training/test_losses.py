import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from digitpad.learning.data.images import OUTLIER
from digitpad.learning.training.losses import energy_score, outlier_exposure_loss, read


def with_none(logits):
    """The eleven logits in which the last is that of no digit."""
    return torch.cat([logits, torch.zeros(len(logits), 1)], dim=1)


@given(st.integers(0, 2**32), st.floats(0, 0.5))
def test_the_loss_of_digits_is_that_of_an_eleventh_class(seed, label_smoothing):
    generator = torch.Generator().manual_seed(seed)
    logits, targets = torch.randn(6, 10, generator=generator) * 5, torch.arange(6)
    plain = functional.cross_entropy(with_none(logits), targets)
    assert outlier_exposure_loss(logits, targets) == pytest.approx(float(plain), rel=1e-4)
    smooth = functional.cross_entropy(logits, targets, label_smoothing=label_smoothing)
    expected = plain + smooth - functional.cross_entropy(logits, targets)
    assert outlier_exposure_loss(logits, targets, label_smoothing) == pytest.approx(float(expected), rel=1e-3, abs=1e-5)


def test_what_is_no_digit_costs_less_the_lower_its_energy_score_and_the_more_even_its_answer():
    none = torch.tensor([OUTLIER])
    low, high = torch.full((1, 10), -9.0), torch.full((1, 10), 3.0)
    assert outlier_exposure_loss(low, none) < outlier_exposure_loss(high, none)
    uneven = low.clone()
    uneven[0, 3] = -5
    assert outlier_exposure_loss(low, none) < outlier_exposure_loss(uneven, none)


def test_a_step_downhill_lowers_the_energy_score_of_outliers_and_raises_that_of_digits():
    logits = torch.zeros(2, 10, requires_grad=True)
    torch.autograd.backward(outlier_exposure_loss(logits, torch.tensor([4, OUTLIER])))
    stepped = logits.detach() - logits.grad
    before, after = energy_score(logits.detach()), energy_score(stepped)
    assert after[0] > before[0]
    assert after[1] < before[1]
    assert int(stepped[0].argmax()) == 4


def test_what_is_read_is_none_where_the_energy_score_is_below_zero():
    logits = torch.full((2, 10), -5.0)
    logits[1, 7] = 1.0
    assert read(logits).tolist() == [OUTLIER, 7]
