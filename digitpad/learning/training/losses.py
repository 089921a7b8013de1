"""Outlier exposure: how a network learns to tell digits from outliers.

A softmax spreads its probabilities over the ten digits, whatever the image shows. The logits tell more: their
log-sum-exp, the negative free energy of Liu et al., 'Energy-based out-of-distribution detection' (2020), is high where
some digit is seen. It only becomes dependable where a network has been trained on outliers. Such images, labelled
`OUTLIER`, join the training, as in Hendrycks, Mazeika and Dietterich, 'Deep anomaly detection with outlier
exposure' (2019), with a logistic loss on that energy, as in Du et al., 'VOS: Learning what you don't know by virtual
outlier synthesis' (2022), and the entropic loss of Dhamija, Günther and Boult, 'Reducing network agnostophobia' (2018).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from digitpad.learning.data.images import OUTLIER

_ENTROPIC = 0.3
"""Weight of the entropic loss beside the others."""


def energy_score(logits: Tensor) -> Tensor:
    """Log-sum-exp of logits, float (n, 10) to float (n,): high where the network sees some digit, around 0 in doubt."""
    return torch.logsumexp(logits, dim=1)


def outlier_exposure_loss(logits: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean loss over digits and outliers, a scalar.

    Digits: cross entropy, and -log σ(energy score). Outliers: -log σ(-energy score), and the cross entropy to
    ten equal shares. The two logistic terms are those of an eleventh class, 'no digit', whose logit is always 0.

    Args:
        logits: float (n, 10).
        targets: int64 (n,), 0 to 9 or `OUTLIER`.
        label_smoothing: among the ten digits.
    """
    is_digit = targets != OUTLIER
    sign = torch.where(is_digit, -1.0, 1.0)
    digit = functional.cross_entropy(logits, targets.clamp(min=0), reduction="none", label_smoothing=label_smoothing)
    even = _ENTROPIC * -torch.log_softmax(logits, dim=1).mean(dim=1)
    return (functional.softplus(sign * energy_score(logits)) + torch.where(is_digit, digit, even)).mean()


def read(logits: Tensor) -> Tensor:
    """Float (n, 10) logits to int64 (n,): 0 to 9, or `OUTLIER` where the energy score is below 0."""
    return torch.where(energy_score(logits) < 0, OUTLIER, logits.argmax(dim=1))
