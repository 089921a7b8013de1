"""The networks that digitpad knows, by id, as lists of layers; see `digitpad.reading.layers`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from digitpad.reading.layers import Layers


def _layers(text: str) -> list[list[Any]]:
    """Layers in brief: kind and numbers of each, with commas between them."""
    return [[kind, *map(json.loads, numbers)] for kind, *numbers in map(str.split, text.split(","))]


def _conv_bn(*outs: int) -> str:
    """Convolutions of 3×3 that keep the size."""
    return ", ".join(f"conv-bn {out} 3 1 1, relu" for out in outs)


def _conv_pool(outs: tuple[int, int], kernel: int, padding: int) -> str:
    """Two convolutions, each of which is pooled, as tutorials have them."""
    return ", ".join(f"conv {out} {kernel} 1 {padding}, relu, maxpool 2" for out in outs)


def _strided(first: tuple[int, int, int], second: tuple[int, int, int], dropout: float) -> list[list[Any]]:
    """Two stages and a hidden layer of 128.

    Each has two convolutions without padding, and a third that halves the size where others would pool.
    """
    stages = [
        f"conv-bn {a} 3 1 0, relu, conv-bn {b} 3 1 0, relu, conv-bn {c} 5 2 2, relu, dropout {dropout}"
        for a, b, c in (first, second)
    ]
    return _layers(", ".join([*stages, f"flatten, linear 128, relu, dropout {dropout}, linear 10"]))


_LAST = "flatten, dropout 0.4, linear 10"
_MEMBERS = [
    _strided((32, 32, 32), (64, 64, 64), dropout=0.3),
    _layers(f"{_conv_bn(32, 32)}, maxpool 2, {_conv_bn(64, 64)}, maxpool 2, {_conv_bn(96, 96)}, maxpool 2, {_LAST}"),
    _layers(
        f"conv-bn 32 3 1 0, relu, conv-bn 48 4 2 1, relu, {_conv_bn(96, 96)}, maxpool 2, "
        f"{_conv_bn(128, 128)}, maxpool 2, {_LAST}"
    ),
]
"""Three networks that see differently: by strides, by pooling, and wide at half the size.

Chosen on 10,000 held-out training images: the lowest cross entropy of each over temperatures was 0.0154, 0.0136 and
0.0139, that of the mean of their logits 0.0133. Each gets 33 or 34 images wrong, and nearly the same ones, so that this
number does not tell which is better.
"""

NETWORKS: Mapping[str, Layers] = {
    # Pooling before the ReLU, which commutes with it and so has a quarter of the numbers to look at.
    "small": _layers(
        f"conv-bn 16 5 2 0, maxpool 2, relu, {_conv_bn(32)}, conv-bn 64 3 1 0, maxpool 2, relu, flatten, linear 10"
    ),
    "wide": _strided((32, 32, 48), (96, 96, 96), dropout=0.2),
    "wider": _strided((32, 32, 48), (128, 128, 128), dropout=0.2),
    "columns": [["columns", *_MEMBERS]],
    "classic": _layers(f"{_conv_pool((32, 64), 3, 1)}, flatten, linear 1024, relu, linear 10"),
    "five-by-five": _layers(f"{_conv_pool((16, 32), 5, 2)}, flatten, linear 10"),
    "sgd": _layers(f"{_conv_pool((32, 64), 3, 1)}, flatten, linear 128, relu, linear 10"),
    "mlp": _layers("flatten, linear 300, batchnorm, relu, linear 100, batchnorm, relu, linear 10"),
    "keras": _layers(f"{_conv_pool((32, 64), 3, 0)}, flatten, linear 64, relu, linear 10"),
}
"""The networks that digitpad knows, by id: its own, and five that people meet in tutorials."""

NORMALISATIONS: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("small", "wide", "wider", "columns", "mlp"), (0.1307, 0.3081)),
    **dict.fromkeys(("classic", "sgd"), (0.5, 0.5)),
    **dict.fromkeys(("five-by-five", "keras"), (0.0, 1.0)),
}
"""Mean and spread that each network's input is customarily normalised with, for weights that come without a word."""
