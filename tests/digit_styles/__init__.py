"""Digits in the forms that people write, and what is no digit: strokes set by hand, apart from any that train.

The pen path of each drawing was laid out by hand, point by point, for itself: no program varied one into another, and
no network was asked. Samples lie on a curve through those points, with a slight wobble and the uneven speed of a pen;
those of 'slow-device', 'staircase', 'few-points', 'cut-corners' and 'doubled-points' are the points themselves. A
drawing's id in the file is its form and a number, such as 'slashed-zero-3'.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from digitpad.ink.formats.inkml import read_inkml


def digits_by_style():
    """Drawings of digits, several a form: {'slashed-zero': [Drawing, …], …}."""
    return _by_style("digits.inkml")


def strangers_by_style():
    """More digits, in styles and from devices that networks had taken for other digits or for none."""
    return _by_style("strangers.inkml")


def more_outliers_by_style():
    """More of what is no digit; most are near one."""
    return _by_style("more_outliers.inkml")


def outliers_by_style():
    """Drawings of what is no digit: letters, symbols, scribbles, dots, dashes, pairs of digits, blobs and the like."""
    return _by_style("outliers.inkml")


def numbers_by_style():
    """Numbers of two to seven digits, several a form: touching, with late bars, joined, small, rising and the like.

    Their digits are laid out by hand as well, in some forty forms, which stand in several numbers.
    """
    return _by_style("numbers.inkml")


def _by_style(name):
    forms = defaultdict(list)
    for drawing in read_inkml(Path(__file__).parent / name):
        forms[drawing.name.rpartition("-")[0]].append(drawing)
    return dict(forms)
