"""What layers make of a drawing, and how a pixel of a feature map comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.render import SIDE

if TYPE_CHECKING:
    from digitpad.reading.graph import SwitchedOff
    from digitpad.reading.inspect.layers import Layer
    from digitpad.reading.reader import Reader

Maps = NDArray[np.float32]
"""What a layer gives: float32 (channels, height, width) or (features,)."""

Scale = Literal["map", "layer", "all"]


@dataclass(frozen=True, eq=False)
class ReadLayers:
    """What a network makes of a drawing.

    Attributes:
        image: what it computes with, float32 (1, 28, 28): pixels in 0…1 have become (x - mean) / std.
        maps: what each layer gives, by its name.
        probabilities: ten, float64, with some maps switched off.
        whole: ten, float64, with none.
    """

    image: Maps
    maps: Mapping[str, Maps]
    probabilities: NDArray[np.float64]
    whole: NDArray[np.float64]


def read_layers(
    reader: Reader, layers: Sequence[Layer], network_input: NDArray[np.uint8], switched_off: SwitchedOff
) -> ReadLayers:
    """Read an image, and keep what every layer makes of it.

    Args:
        reader: the network.
        layers: its layers.
        network_input: uint8 (28, 28), 255 is ink.
        switched_off: maps that become 0, by the name of the layer that gives them.

    Raises:
        InputError: the network cannot be read with.
    """
    names = [*(layer.name for layer in layers), "probabilities"]
    given = {name: values[0] for name, values in reader.features(network_input[None], names, switched_off).items()}
    image = ((network_input / 255 - reader.info.mean) / reader.info.std).astype(np.float32)
    probabilities = given.pop("probabilities").astype(np.float64)
    whole = reader.read_batch(network_input[None])[0][0] if any(switched_off.values()) else probabilities
    return ReadLayers(image[None], given, probabilities, whole)


def limits(layers: Sequence[Layer], maps: Mapping[str, Maps], scale: Scale) -> dict[str, Maps]:
    """The value that has the strongest colour, for each map by its layer's name: float32 (channels,), 0 or above.

    Activations and pooling share the limit of the convolution before them, so that what they change can be seen.

    Args:
        layers: a network's layers in order.
        maps: what they give.
        scale: whether each map has a limit of its own, each layer, or all share one.
    """
    largest = {name: np.abs(values).reshape(len(values), -1).max(axis=1) for name, values in maps.items()}
    if scale == "all":
        most = max((float(each.max()) for each in largest.values()), default=0.0)
        return {name: np.full_like(each, most) for name, each in largest.items()}
    if scale == "layer":
        largest = {name: np.full_like(each, each.max()) for name, each in largest.items()}
    shared = {layer.name: largest[layer.scale] for layer in layers}
    return {
        name: shared[name] if len(shared[name]) == len(each) else np.full_like(each, shared[name].max())
        for name, each in largest.items()
    }


@dataclass(frozen=True, eq=False)
class Pixel:
    """How one number of a layer comes about: the sum of kernel times patch, and the bias.

    Attributes:
        kernel: float32 (inputs, k, k), or (inputs,) of a linear layer.
        patch: what it is multiplied with, of the same shape; padding is 0.
        bias: what is added.
        shares: what each input adds, float32 (inputs,).
    """

    kernel: Maps
    patch: Maps
    bias: float
    shares: Maps

    @property
    def value(self) -> float:
        """The number, as far as rounding allows."""
        return float(self.shares.sum()) + self.bias


def pixel(layer: Layer, inputs: Maps, channel: int, row: int = 0, column: int = 0) -> Pixel | None:
    """How a convolution or a linear layer makes one of its numbers.

    Args:
        layer: the layer.
        inputs: what it takes, see `Maps`.
        channel: which of its numbers; a linear layer has channels alone.
        row: in the map.
        column: in the map.

    Returns:
        None for a layer without weights, or one whose kernel is not the same along both sides.
    """
    if layer.weight is None or layer.bias is None:
        return None
    kernel, bias = layer.weight[channel], float(layer.bias[channel])
    if kernel.ndim == 1:
        patch = inputs.reshape(-1)
        if len(patch) != len(kernel):
            return None
        return Pixel(kernel, patch, bias, kernel * patch)
    if not layer.numbers:
        return None
    size, stride, padding = layer.numbers
    padded = np.pad(inputs, ((0, 0), (padding, padding), (padding, padding)))
    top, left = row * stride, column * stride
    patch = padded[:, top : top + size, left : left + size]
    return Pixel(kernel, patch, bias, (kernel * patch).sum(axis=(1, 2)))


def receptive_field(layers: Mapping[str, Layer], name: str, row: int, column: int) -> tuple[int, int, int, int] | None:
    """The part of the image that a pixel of a map depends on: left, top, right and bottom in pixels, within the image.

    Args:
        layers: the network's layers by name.
        name: the map's layer.
        row: of the pixel.
        column: of the pixel.

    Returns:
        None where it cannot be told: of a flat layer, or behind one of another kind.
    """
    low, high = np.array([column, row]), np.array([column + 1, row + 1])
    at: str | None = name
    while at is not None:
        layer = layers[at]
        if len(layer.shape) != 3:
            return None
        if layer.kind in ("conv", "maxpool", "avgpool"):
            if not layer.numbers:
                return None
            size, stride, *padding = layer.numbers
            shift = padding[0] if padding else 0
            low, high = low * stride - shift, (high - 1) * stride - shift + size
        at = layer.source
    (left, top), (right, bottom) = np.clip(low, 0, SIDE).tolist(), np.clip(high, 0, SIDE).tolist()
    return left, top, right, bottom
