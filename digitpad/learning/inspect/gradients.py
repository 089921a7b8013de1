"""Where an answer comes from, by the network's gradients: what each pixel adds to a digit's logit.

Each function takes a `PixelNetwork` and an image, float32 (1, 1, 28, 28) with 1 for ink and 0 for paper, and gives
float32 (28, 28). The page that an image is compared with is blank, so that paper, being the same there, gets 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from digitpad.ink.raster.render import SIDE
from digitpad.learning.models.checkpoints import as_network
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.inspect.attribution import Attribution, Method

_AT_ONCE = 16
"""Images in one pass: more are no faster on a CPU."""


class PixelNetwork(nn.Module):
    """A checkpoint's network in evaluation mode, which takes pixels as they are drawn and normalises them itself."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Build the network; raises InputError where it is an ONNX network, which torch cannot read."""
        super().__init__()
        network = as_network(checkpoint).requires_grad_(False)
        self.network = network.to(memory_format=torch.channels_last)  # a tenth faster on a CPU
        self._mean, self._std = checkpoint.info.mean, checkpoint.info.std

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Logits, float32 (n, 10), of pixels in 0…1, float32 (n, 1, 28, 28)."""
        logits: torch.Tensor = self.network((pixels - self._mean) / self._std)
        return logits


pixel_network = lru_cache(maxsize=2)(PixelNetwork)


def attribute(
    checkpoint: Checkpoint,
    network_input: NDArray[np.uint8],
    digit: int,
    method: Method,
    *,
    layer: str = "",
    steps: int = _AT_ONCE,
    go_on: Callable[[], bool] = lambda: True,
) -> Attribution | None:
    """What each pixel adds to a digit's logit, computed in this thread alone.

    Args:
        checkpoint: the network.
        network_input: uint8 (28, 28), 255 is ink.
        digit: whose logit.
        method: all but 'occlusion', which needs no gradient.
        layer: for 'grad_cam', the name of a module whose maps have height and width.
        steps: for 'integrated_gradients'.
        go_on: see `integrated_gradients`.

    Returns:
        None where `go_on` said no.

    Raises:
        InputError: it is an ONNX network, which torch cannot read.
    """
    torch.set_num_threads(1)  # two threads wait for each other where other work has one of the cores
    network = pixel_network(checkpoint)
    image = torch.from_numpy(network_input)[None, None].float() / 255
    with torch.no_grad():
        drawn, blank = network(torch.cat([image, torch.zeros_like(image)]))[:, digit].tolist()
    if method == "integrated_gradients":
        values = integrated_gradients(network, image, digit, steps, go_on)
        if values is None:
            return None
    elif method == "gradient_times_input":
        values = gradient_times_input(network, image, digit)
    else:
        values = grad_cam(network, image, digit, layer)
    return Attribution(values.numpy(), drawn - blank)


def integrated_gradients(
    network: nn.Module, image: torch.Tensor, digit: int, steps: int, go_on: Callable[[], bool] = lambda: True
) -> torch.Tensor | None:
    """The image times the mean gradient on the straight way from a blank page to it.

    M. Sundararajan, A. Taly and Q. Yan, 'Axiomatic attribution for deep networks' (2017). The values sum to the logit
    for the image less that for a blank page, as far as the steps suffice: the mean is a Gauss-Legendre quadrature.

    Args:
        network: see above.
        image: see above.
        digit: whose logit.
        steps: gradients taken on the way.
        go_on: asked before every 16 of them; where it says no, None is returned.
    """
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    shares, parts = (torch.from_numpy(each / 2).float()[:, None, None, None] for each in (nodes + 1, weights))
    mean = torch.zeros_like(image)
    for start in range(0, steps, _AT_ONCE):
        if not go_on():
            return None
        some = slice(start, start + _AT_ONCE)
        mean += (parts[some] * _gradient(network, shares[some] * image, digit)).sum(dim=0)
    return (mean * image)[0, 0]


def gradient_times_input(network: nn.Module, image: torch.Tensor, digit: int) -> torch.Tensor:
    """The gradient at the image times the image: what each pixel would add if the network were linear.

    A. Shrikumar and others, 'Not just a black box' (2016).
    """
    return (_gradient(network, image, digit) * image)[0, 0]


def grad_cam(network: PixelNetwork, image: torch.Tensor, digit: int, layer: str) -> torch.Tensor:
    """A layer's maps added up, each as much as raising it raises the logit, and what is below 0 left out.

    R. Selvaraju and others, 'Grad-CAM: visual explanations from deep networks' (2017). The sum is as coarse as the maps
    are, and stretched over the image (bilinear).

    Args:
        network: see above.
        image: see above.
        digit: whose logit.
        layer: the name of the module that gives the maps.
    """
    given: list[torch.Tensor] = []
    hook = network.network.get_submodule(layer).register_forward_hook(lambda _module, _inputs, maps: given.append(maps))
    try:
        logit = network(image.clone().requires_grad_())[0, digit]
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(logit, given)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    positive = functional.relu((weights * given[0].detach()).sum(dim=1, keepdim=True))
    return functional.interpolate(positive, (SIDE, SIDE), mode="bilinear")[0, 0]


def _gradient(network: nn.Module, images: torch.Tensor, digit: int) -> torch.Tensor:
    """The gradient of a digit's logit at each of some images, of their shape."""
    images = images.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(images)[:, digit].sum(), images)
    return gradient
