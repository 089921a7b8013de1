"""Knowing what is no digit: how much evidence for any digit there is in an image, and how little is too little.

A softmax must spread its certainty over the ten digits and so claims one of anything. Before it, the logits still tell
more: their log-sum-exp, the negative free energy of Liu et al., 'Energy-based out-of-distribution detection' (2020), is
high where some digit is seen. It only becomes dependable where a network has been shown what is no digit. Such images,
labelled `NONE`, join the training, as in Hendrycks, Mazeika and Dietterich, 'Deep anomaly detection with outlier
exposure' (2019), with a logistic loss on that energy, as in Du et al., 'VOS: Learning what you don't know by virtual
outlier synthesis' (2022), and the entropic loss of Dhamija, Günther and Boult, 'Reducing network agnostophobia' (2018).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from digitpad.domain.rejection import SHARES

NONE = -1
"""Label of an image that holds no digit."""

_ENTROPIC = 0.3
"""Weight of the entropic loss beside the others."""


def evidence(answers: Tensor) -> Tensor:
    """How much speaks for any digit: float (n, 10) logits to float (n,), around 0 where it is doubtful."""
    return torch.logsumexp(answers, dim=1)


def loss(answers: Tensor, truth: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean loss over images of which some hold no digit.

    Digits: cross entropy, and -log σ(evidence). Others: -log σ(-evidence), and the cross entropy to ten equal shares.
    The two logistic terms are those of an eleventh class, 'no digit', whose logit is always 0.

    Args:
        answers: float (n, 10) logits.
        truth: int64 (n,), 0 to 9 or `NONE`.
        smoothing: label smoothing among the ten digits.

    Returns:
        A scalar.
    """
    is_digit = truth != NONE
    sign = torch.where(is_digit, -1.0, 1.0)
    known = functional.cross_entropy(answers, truth.clamp(min=0), reduction="none", label_smoothing=smoothing)
    even = _ENTROPIC * -torch.log_softmax(answers, dim=1).mean(dim=1)
    return (functional.softplus(sign * evidence(answers)) + torch.where(is_digit, known, even)).mean()


def read(answers: Tensor) -> Tensor:
    """What a network in training reads, float (n, 10) logits to int64 (n,): 0 to 9, or `NONE` by evidence below 0."""
    return torch.where(evidence(answers) < 0, NONE, answers.argmax(dim=1))


def thresholds(of_digits: Tensor) -> list[list[float]]:
    """The lowest evidence to accept, for each share in `SHARES` of real digits lost: rows of share and evidence.

    Args:
        of_digits: float (n,), n ≥ 1: evidence in images of digits that the network never saw.
    """
    lowest = torch.quantile(of_digits.double(), torch.tensor(SHARES, dtype=torch.float64), interpolation="lower")
    return [[share, float(value)] for share, value in zip(SHARES, lowest, strict=True)]
