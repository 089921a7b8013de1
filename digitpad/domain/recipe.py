"""Recipes: a network and how to train it, as data. Needs neither torch nor Qt."""

from __future__ import annotations

import re
import reprlib
import unicodedata
from dataclasses import dataclass, field, fields

from digitpad.domain.errors import InputError, Message

OPTIMISERS = ("adamw", "adam", "sgd")
SCHEDULES = ("one-cycle", "constant", "steps")
PRECISIONS = ("full", "mixed")


@dataclass(frozen=True)
class Augmentation:
    """How far a training image may be changed; the default changes nothing.

    Attributes:
        degrees: rotation, up to this many degrees either way.
        scale: size, up to a factor of e^scale either way.
        aspect: width against height, up to a factor of e^aspect either way.
        shear: slant, up to this many pixels across for each pixel down.
        shift: place, up to this many pixels each way.
        elastic: waves of up to this many pixels.
        stroke: line width; 1 mixes up to the full dilation or erosion by one pixel each side.
        plain: share of images left as they are, 0 to 1.
    """

    degrees: float = 0.0
    scale: float = 0.0
    aspect: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    stroke: float = 0.0
    plain: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """A network and how to train it.

    Attributes:
        id: name for scripts and files: lower-case letters, digits and hyphens.
        title: name for people.
        teaches: one sentence on what it teaches, '' where nobody said.
        network: id of the network in `digitpad.learning.models.networks.NETWORKS`.
        epochs: passes over the training images.
        batch: images a step.
        optimiser: one of `OPTIMISERS`.
        learning_rate: learning rate; the highest one of a schedule.
        momentum: of SGD; the others use 0.9 and 0.999 as their moments' decays.
        weight_decay: weight decay of AdamW.
        schedule: one of `SCHEDULES`; see `digitpad.learning.schedules`.
        milestones: with 'steps', the epochs, from 0, at whose start the rate is multiplied by `factor`.
        factor: see milestones.
        label_smoothing: label smoothing.
        ema_decay: decay of the exponential moving average of the weights, per step; 0 keeps the last weights.
        precision: one of `PRECISIONS`; 'mixed' computes in bfloat16 what bears it, on devices that are quicker so, and
            keeps weights and loss in float32.
        mean, std: normalisation of the input: pixels in 0…1 become (x - mean) / std.
        stroke_variations: how many variations of each pen drawing join the training images; with 0 no pen drawings do.
            Every fifth writer's are held out.
        digit_styles: how many images of each digit, made up in the forms in which people write it, join them.
        outliers: how many images of what is no digit join them; a network that sees some learns to refuse.
        validation_images: how many training images are held out. On these, and on the pen drawings held out, the best
            epoch and the thresholds of rejection are chosen, and the confidence is calibrated, on the drawings alone
            where there are some; without any, the network trains on all and keeps the last epoch.
        test_batch: images a step while testing.
        test_every: steps between tests within an epoch; 0 tests at the end of each epoch only.
        test_images: how many of the first test images those tests use; 0 takes all.
        samples_before: how many of the first training images are shown with their labels before the first step.
        samples_after: how many of the first test images are shown with prediction and label at the end.
        outputs_after: how many of the first test images are shown with all ten outputs at the end.
        augmentation: how training images are varied.
    """

    id: str
    title: str
    network: str
    epochs: int
    teaches: str = ""
    batch: int = 128
    optimiser: str = "adamw"
    learning_rate: float = 0.003
    momentum: float = 0.9
    weight_decay: float = 0.01
    schedule: str = "one-cycle"
    milestones: tuple[int, ...] = ()
    factor: float = 0.1
    label_smoothing: float = 0.0
    ema_decay: float = 0.0
    precision: str = "full"
    mean: float = 0.1307
    std: float = 0.3081
    stroke_variations: int = 0
    digit_styles: int = 0
    outliers: int = 0
    validation_images: int = 0
    test_batch: int = 512
    test_every: int = 0
    test_images: int = 0
    samples_before: int = 0
    samples_after: int = 0
    outputs_after: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


FILE_KEYS = {
    "learning_rate": "rate",
    "weight_decay": "decay",
    "label_smoothing": "smoothing",
    "ema_decay": "average",
    "stroke_variations": "copies",
    "digit_styles": "forms",
    "outliers": "others",
    "validation_images": "hold_out",
}
"""What recipe files call the fields whose names in the program are others."""

LIMITS: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch": (1, 10_000),
    "learning_rate": (1e-7, 10),
    "momentum": (0, 0.999),
    "weight_decay": (0, 1),
    "factor": (0, 1),
    "label_smoothing": (0, 0.9),
    "ema_decay": (0, 0.9999),
    "mean": (-10, 10),
    "std": (1e-3, 100),
    "stroke_variations": (0, 20),
    "digit_styles": (0, 10_000),
    "outliers": (0, 100_000),
    "validation_images": (0, 50_000),
    "test_batch": (1, 10_000),
    "test_every": (0, 100_000),
    "test_images": (0, 10_000),
    "samples_before": (0, 100),
    "samples_after": (0, 100),
    "outputs_after": (0, 10),
}
"""Lowest and highest usable value of each number in a `Recipe`."""

AUGMENTATION_LIMITS: dict[str, tuple[float, float]] = {
    "degrees": (0, 180),
    "scale": (0, 1),
    "aspect": (0, 1),
    "shear": (0, 1),
    "shift": (0, 14),
    "elastic": (0, 6),
    "stroke": (0, 1),
    "plain": (0, 1),
}
"""Lowest and highest usable value of each number in an `Augmentation`."""

ID_LENGTH = 64
"""Most characters of an id."""

TEXT_LENGTHS = {"title": 100, "teaches": 400}
"""Most characters of the texts for people in a `Recipe`."""

MILESTONES = 100
"""Most milestones of a recipe."""

SEEDS = (0, 2**63 - 1)
"""Lowest and highest usable seed."""


_ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of what no line of text holds: control characters, halves of pairs, ends of lines."""


def check_recipe(recipe: Recipe) -> Recipe:
    """The recipe itself, where every value can be used.

    Whether its network exists is for those to say who know the networks.

    Raises:
        InputError: a value is out of range or of the wrong type; the sentence names it.
    """
    check_id(recipe.id)
    check_id(recipe.network, "network")
    for name, longest in TEXT_LENGTHS.items():
        _check_text(name, getattr(recipe, name), longest)
    if not recipe.title.strip():
        raise InputError("The recipe's title is empty. Give it one.")
    _check_numbers(recipe, LIMITS)
    _check_numbers(recipe.augmentation, AUGMENTATION_LIMITS, "augmentation.")
    for name, value, choices in (
        ("optimiser", recipe.optimiser, OPTIMISERS),
        ("schedule", recipe.schedule, SCHEDULES),
        ("precision", recipe.precision, PRECISIONS),
    ):
        if value not in choices:
            said = "The recipe's {name} is {value}. Choose one of {choices}."
            raise InputError(said, name=name, value=shown(value), choices=", ".join(choices))
    check_milestones(recipe.milestones)
    return recipe


def check_id(value: object, name: str = "id") -> None:
    """Let an id through that can be the name of a file everywhere.

    Raises:
        InputError: it holds something else than lower-case letters, digits and hyphens, or is too long.
    """
    if not isinstance(value, str) or len(value) > ID_LENGTH or not _ID.fullmatch(value):
        text = (
            "The recipe's {name} is {value}. Use lower-case letters, digits and single hyphens between them, {most} "
            "at most."
        )
        raise InputError(text, name=name, value=shown(value), most=ID_LENGTH)


def check_milestones(milestones: object) -> None:
    """Let milestones through that a recipe can have.

    Raises:
        InputError: they are not epochs in rising order; the sentence names the first that is wrong.
    """
    most = int(LIMITS["epochs"][1])
    text = "List epochs from 0 to {last} in rising order, {count} at most."
    wanted = Message(text, last=most, count=MILESTONES)
    if not isinstance(milestones, tuple):
        said = "The recipe's milestones are {value}, which is no list. {wanted}"
        raise InputError(said, value=shown(milestones), wanted=wanted)
    if len(milestones) > MILESTONES:
        said = "The recipe has {count} milestones, which are too many. {wanted}"
        raise InputError(said, count=len(milestones), wanted=wanted)
    before = -1
    for epoch in milestones:
        if type(epoch) is not int:
            said = "The recipe's milestones hold {value}, which is no whole number. {wanted}"
            raise InputError(said, value=shown(epoch), wanted=wanted)
        if not before < epoch <= most:
            said = "The recipe's milestone {value} is out of range or out of order. {wanted}"
            raise InputError(said, value=shown(epoch), wanted=wanted)
        before = epoch


def shown(value: object) -> str | Message:
    """A value as a sentence shows it, cut off where it is long."""
    if isinstance(value, int) and abs(value) >= 10**18:
        return Message("a number with more than 18 digits")  # Python refuses to write one of some thousand digits
    text = reprlib.repr(value)  # which does not go as deep as a foreign file may be nested
    return text if len(text) <= 40 else f"{text[:39]}…"


def one_line(text: str) -> str:
    """The text on one line: ends of lines and control characters become single spaces."""
    return " ".join("".join(" " if unicodedata.category(letter) in _UNSEEN else letter for letter in text).split())


def _check_text(name: str, value: object, longest: int) -> None:
    if not isinstance(value, str):
        raise InputError("The recipe's {name} is {value}. Put a text in quotes there.", name=name, value=shown(value))
    if len(value) > longest:
        text = "The recipe's {name} has {count} characters. Shorten it to {longest}."
        raise InputError(text, name=name, count=len(value), longest=longest)
    if any(unicodedata.category(letter) in _UNSEEN for letter in value):
        text = "The recipe's {name} holds a line break or a control character. Write it on one line."
        raise InputError(text, name=name)


def _check_numbers(part: Recipe | Augmentation, limits: dict[str, tuple[float, float]], prefix: str = "") -> None:
    whole = {member.name for member in fields(part) if member.type == "int"}
    for name, (low, high) in limits.items():
        value = getattr(part, name)
        if isinstance(value, bool) or not isinstance(value, int if name in whole else (int, float)):
            text = (
                "The recipe's {name} is {value}, which is no whole number. Choose one from {low} to {high}."
                if name in whole
                else "The recipe's {name} is {value}, which is no number. Choose one from {low} to {high}."
            )
        elif low <= value <= high:  # which NaN is not
            continue
        else:
            text = "The recipe's {name} is {value}, which is out of range. Choose one from {low} to {high}."
        raise InputError(text, name=prefix + FILE_KEYS.get(name, name), value=shown(value), low=low, high=high)
