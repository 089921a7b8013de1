"""Changes of a drawing and their amounts in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from digitpad.ink.raster.changes import SPANS, Kind
from digitpad.reading.inspect.stress import Flip
from digitpad.ui.common.format import numeral, percent

translate = QCoreApplication.translate

_TOLD = 3  # changes that are named, the smallest first


def change_name(kind: Kind) -> str:
    """What is changed, such as 'Turned'."""
    return {
        "turn": translate("stress", "Turned"),
        "slant": translate("stress", "Slanted"),
        "shift_across": translate("stress", "Shifted across"),
        "shift_down": translate("stress", "Shifted up or down"),
        "scale": translate("stress", "Scaled"),
        "width": translate("stress", "Thickened or thinned"),
        "noise": translate("stress", "With noise"),
    }[kind]


def axis_title(kind: Kind) -> str:
    """What the amounts are, with their unit."""
    return {
        "turn": translate("stress", "turned clockwise, degrees"),
        "slant": translate("stress", "slanted to the right, degrees"),
        "shift_across": translate("stress", "shifted to the right, pixels of the 28"),
        "shift_down": translate("stress", "shifted down, pixels of the 28"),
        "scale": translate("stress", "times the size"),
        "width": translate("stress", "width of the strokes, pixels of the 28"),
        "noise": translate("stress", "standard deviation of the noise, of the step from paper to ink"),
    }[kind]


def amount_words(kind: Kind, amount: float) -> str:
    """An amount with its unit, such as '-12.0°'."""
    if kind in ("turn", "slant"):
        return f"{numeral(amount, 1)}°"
    if kind == "noise":
        return percent(amount, 0)
    words = translate("stress", "× {factor}") if kind == "scale" else translate("stress", "{count} px")
    return words.format(factor=numeral(amount, 2), count=numeral(amount, 1))


def change_words(kind: Kind, amount: float) -> str:
    """A change in words, such as 'turned clockwise by 12.0°'."""
    span = SPANS[kind]
    if amount == span.none:
        return translate("stress", "unchanged")
    words = {
        "turn": (
            translate("stress", "turned clockwise by {amount}"),
            translate("stress", "turned anticlockwise by {amount}"),
        ),
        "slant": (
            translate("stress", "slanted to the right by {amount}"),
            translate("stress", "slanted to the left by {amount}"),
        ),
        "shift_across": (
            translate("stress", "shifted to the right by {amount}"),
            translate("stress", "shifted to the left by {amount}"),
        ),
        "shift_down": (translate("stress", "shifted down by {amount}"), translate("stress", "shifted up by {amount}")),
        "scale": (translate("stress", "scaled {amount}"),) * 2,
        "width": (translate("stress", "strokes {amount} wide"),) * 2,
        "noise": (translate("stress", "noise of {amount}"),) * 2,
    }[kind][amount < span.none]
    return words.format(amount=amount_words(kind, amount if span.none else abs(amount)))


def found_words(own: int, flips: Sequence[Flip]) -> str:
    """The smallest changes that alter an answer, or that there are none; `own` is the digit before."""
    if not flips:
        text = translate("stress", "No such change makes the network read anything but {digit}, as far as each goes.")
        return text.format(digit=own)
    first, *others = map(_flip_words, flips[:_TOLD])
    text = translate("stress", "Smallest change that alters the answer: {first}.")
    if others:
        text = translate("stress", "Smallest change that alters the answer: {first}. Next: {others}.")
    return text.format(first=first, others="; ".join(others))


def _flip_words(flip: Flip) -> str:
    text = translate("stress", "{change} ({share} of the way), read as {digit} ({probability})")
    if flip.digit is None:
        text = translate("stress", "{change} ({share} of the way), rejected as no digit")
    return text.format(
        change=change_words(flip.kind, flip.amount),
        share=percent(flip.share, 0),
        digit=flip.digit,
        probability=percent(flip.probability),
    )
