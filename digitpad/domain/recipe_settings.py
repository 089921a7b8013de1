"""What is declared of each value of a recipe: limits, words for people, and what files call it."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import replace

from digitpad.domain.errors import Message
from digitpad.domain.settings_fields import Setting

ID_LENGTH = 64
"""Most characters of an id."""

_ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of what no line of text holds: control characters, halves of pairs, ends of lines."""


def is_id(text: str) -> bool:
    """Whether a text can be the name of a file everywhere: lower-case letters, digits and single hyphens."""
    return len(text) <= ID_LENGTH and bool(_ID.fullmatch(text))


def one_line(text: str) -> str:
    """The text on one line: ends of lines and control characters become single spaces."""
    return " ".join("".join(" " if unicodedata.category(letter) in _UNSEEN else letter for letter in text).split())


def _is_line(text: str) -> bool:
    return not any(unicodedata.category(letter) in _UNSEEN for letter in text)


ID = Setting(
    is_right=is_id,
    wanted=Message("lower-case letters, digits and single hyphens between them, {longest} at most", longest=ID_LENGTH),
)
NETWORK = replace(
    ID,
    label="Network",
    help="The network to train. One with more parameters can learn finer differences, and takes longer.",
)
TITLE = Setting(
    label="Title",
    help="What the recipe is called in lists.",
    longest=100,
    is_right=lambda text: _is_line(text) and bool(text.strip()),
    wanted=Message("one line of 1 to {longest} characters", longest=100),
)
TEACHES = Setting(
    longest=400, is_right=_is_line, wanted=Message("one line of {longest} characters at most", longest=400)
)
EPOCHS = Setting(
    1, 1000, "Epochs", "How often the network sees every training image. More learn more, and take longer.", step=1
)
BATCH = Setting(
    1,
    10_000,
    "Batch size",
    "Small batches learn more from each image and take longer; large ones step more steadily.",
    " images",
    8,
)
OPTIMISER = Setting(
    label="Optimiser",
    help="How a step is made of the slope. Plain SGD needs the right rate; Adam and AdamW adapt it.",
    choices={"adamw": "AdamW", "adam": "Adam", "sgd": "SGD"},
)
LEARNING_RATE = Setting(
    1e-7,
    10,
    "Learning rate",
    "How far a step goes, the highest of the schedule. Too small learns slowly, too large not at all.",
    key="rate",
)
MOMENTUM = Setting(
    0, 0.999, "Momentum", "How much of the last step is carried on. A one-cycle schedule sets it itself.", step=0.05
)
WEIGHT_DECAY = Setting(0, 1, "Weight decay", "Pulls weights towards 0, so that none grows without need.", key="decay")
SCHEDULE = Setting(
    label="Schedule",
    help="How the learning rate changes: up and down once, not at all, or in steps at some epochs.",
    choices={"one-cycle": "One cycle", "constant": "Constant", "steps": "Steps"},
)
MILESTONES = Setting(
    0,
    1000,
    "At epochs",
    "The epochs, counted from 0, at whose start the rate is multiplied by the factor: 5, 10, 15.",
    longest=100,
    is_right=lambda epochs: all(before < after for before, after in itertools.pairwise(epochs)),
    wanted=Message("epochs from {first} to {last} in rising order, {longest} at most", first=0, last=1000, longest=100),
)
FACTOR = Setting(0, 1, "Factor", "What the learning rate is multiplied by at each of these epochs.", step=0.1)
LABEL_SMOOTHING = Setting(
    0,
    0.9,
    "Label smoothing",
    "This share of each label is spread over all ten digits, so that the network stays humble.",
    step=0.05,
    key="smoothing",
)
EMA_DECAY = Setting(
    0,
    0.9999,
    "Weight averaging",
    "Keeps a running average of the weights, which often reads better: 0.998 averages over some 500 steps. "
    "0 keeps the last weights.",
    step=0.001,
    key="average",
)
PRECISION = Setting(
    label="Precision",
    help="Mixed computes in shorter numbers where the device is quicker with them. A run then takes about two "
    "thirds of the time.",
    choices={"full": "Full", "mixed": "Mixed"},
)
MEAN = Setting(
    -10, 10, "Mean", "Pixels, 0 to 1, have this subtracted. 0.1307 is MNIST's own mean; 0 changes nothing.", step=0.1
)
STD = Setting(
    1e-3,
    100,
    "Standard deviation",
    "Pixels are divided by this. Networks learn faster from numbers that spread around 0 by 1.",
    step=0.1,
)
VALIDATION_IMAGES = Setting(
    0,
    50_000,
    "Validation set",
    "Training images kept aside, to choose the best epoch and to learn how sure the network is and what it rejects. "
    "With 0 it trains on all of them, the last epoch counts, and it never says ‘not a digit’.",
    " images",
    1000,
    key="hold_out",
)
