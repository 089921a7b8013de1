"""What a layer is called, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.ui.common.format import numeral

if TYPE_CHECKING:
    from digitpad.reading.inspect.layers import Layer

translate = QCoreApplication.translate


def layer_title(layer: Layer | None) -> str:
    """A layer's kind in words, such as 'Convolution 3×3'; None is the image."""
    if layer is None:
        return translate("layers", "Input")
    words = {
        "conv": translate("layers", "Convolution"),
        "linear": translate("layers", "Linear"),
        "batchnorm": translate("layers", "Normalisation"),
        "maxpool": translate("layers", "Max pooling"),
        "avgpool": translate("layers", "Mean pooling"),
        "relu": "ReLU",
        "tanh": "tanh",
        "sigmoid": translate("layers", "Sigmoid"),
        "gelu": "GELU",
    }.get(layer.kind, layer.kind)
    return f"{words} {layer.numbers[0]}×{layer.numbers[0]}" if layer.numbers else words


def layer_lines(layer: Layer | None, *, is_filters: bool = False) -> list[str]:
    """The lines above a column: what it is, its shape, and how many parameters it has."""
    if layer is None:
        return [layer_title(None), "28 × 28"]
    if is_filters:
        assert layer.weight is not None
        sides = layer.weight.shape[2:] or (28, 28)
        return [translate("layers", "Filters"), " × ".join(map(str, (layer.shape[0], *sides)))]
    lines = [layer_title(layer), " × ".join(map(str, layer.shape))]
    if layer.parameters:
        count = numeral(layer.parameters)
        lines.append(translate("layers", "{count} parameters").format(count=count))
    return lines
