"""What is said of a map: whose it is, what an image of it is, and where the drawing lies in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.reading.inspect.embedding import Layout, Location
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.session.run_states import RunState
from digitpad.ui.views.map.work import Method, NetworkMap, Target

translate = QCoreApplication.translate


def map_title(read: NetworkMap, method: Method) -> str:
    """Whose map it is, of how many images, and how it was made."""
    text = translate("map", "{network}: {count} images by {method}")
    if read.is_output:
        text = translate(
            "map", "{network}: {count} images by {method} of its ten outputs, since it has no hidden layer"
        )
    name = translate("map", "t-SNE") if method == "tsne" else translate("map", "PCA")
    return text.format(network=target_name(read.target), count=numeral(len(read.images.labels)), method=name)


def target_name(target: Target) -> str:
    """The name of a network, and its step where it is one in training."""
    info = target.info
    if target.step is None:
        return info.name
    text = translate("map", "{network} at step {step}")
    return text.format(network=info.recipe or info.name, step=numeral(target.step))


def moment(target: Target | None, *, is_latest: bool) -> str:
    """Which state of its run a network is."""
    if target is None:
        return ""
    network = target.network
    if not isinstance(network, RunState):
        return translate("map", "at the end")
    text = translate("map", "step {step}, latest") if is_latest else translate("map", "step {step}")
    return text.format(step=numeral(network.step))


def image_lines(read: NetworkMap, number: int) -> Sequence[str]:
    """What an image is, and what the network reads of it."""
    shares = read.probabilities[number]
    said = translate("map", "read as {digit}, {share}").format(
        digit=int(shares.argmax()), share=percent(float(shares.max()))
    )
    return translate("map", "is a {digit}").format(digit=int(read.images.labels[number])), said


def neighbour_words(read: NetworkMap, number: int) -> str:
    """An image in a few words: '7', or '7, read as 1'."""
    label, digit = int(read.images.labels[number]), int(read.probabilities[number].argmax())
    words = str(label) if label == digit else translate("map", "{label}, read as {digit}")
    return words.format(label=label, digit=digit)


def place_words(read: NetworkMap, layout: Layout, location: Location | None) -> str:
    """Among which images the drawing lies, and how its place was found."""
    if layout.variance is None:
        how = translate("map", "t-SNE cannot place a new image: yours is put between its nearest ones, as an estimate.")
    else:
        how = translate("map", "The plane shows {share} of how the network's {count} features vary.").format(
            share=percent(layout.variance, 0), count=numeral(read.size)
        )
    if location is None:
        return f"{translate('map', 'Draw a digit on the pad.')} {how}"
    labels = read.images.labels[location.neighbours]
    counts = np.bincount(labels)
    digit, most = int(counts.argmax()), int(counts.max())
    if most == len(labels):
        words = translate("map", "All {count} images nearest to your drawing are {digit}s.")
    elif most == 1:
        words = translate("map", "The {count} images nearest to your drawing are all of different digits.")
    else:
        words = translate("map", "Of the {count} images nearest to your drawing, {most} are {digit}s.")
    return f"{words.format(count=len(labels), most=most, digit=digit)} {how}"
