"""Augmentation of batches as tensors: slant, size, place, elastic waves and stroke width.

MNIST was written by some 500 people with one kind of pen; what is drawn on a screen is wider, narrower, more slanted
and thicker or thinner than that. The waves are Simard, Steinkraus and Platt, 'Best practices for convolutional neural
networks applied to visual document analysis' (2003), with a coarse grid of random shifts, interpolated smoothly, in
place of a filtered dense one.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from digitpad.domain.recipe import Augmentation


def augmented(images: Tensor, strength: Augmentation, generator: torch.Generator) -> Tensor:
    """A batch, float32 (n, 1, 28, 28) in 0…1 where 1 is ink, with each image changed on its own up to a strength.

    The generator must be on the images' device.
    """
    if strength == Augmentation():
        return images
    count, device = len(images), images.device

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=device) * 2 - 1

    angle = uniform(count) * (strength.degrees * torch.pi / 180)
    size = torch.exp(uniform(count) * strength.scale)
    aspect = torch.exp(uniform(count) * strength.aspect)
    shear = uniform(count) * strength.shear
    shift = uniform(count, 2) * (strength.shift * 2 / images.shape[-1])
    cosine, sine = torch.cos(angle), torch.sin(angle)
    # The sampling grid runs from the result back to the source: rotation after shear after scaling.
    theta = torch.stack(
        [
            torch.stack([cosine * size * aspect, (shear * cosine - sine) * size / aspect, shift[:, 0]], dim=1),
            torch.stack([sine * size * aspect, (shear * sine + cosine) * size / aspect, shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    if strength.elastic:
        coarse = uniform(count, 2, 5, 5) * (strength.elastic * 2 / images.shape[-1])
        waves = functional.interpolate(coarse, size=images.shape[-2:], mode="bicubic", align_corners=True)
        grid = grid + waves.permute(0, 2, 3, 1)
    moved = functional.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    changed = _width_changed(moved, uniform(count, 1, 1, 1) * strength.stroke).clamp(0, 1)
    # Sampling between pixels blurs; images as sharp as those that are read later must be seen too.
    plain = (uniform(count, 1, 1, 1) + 1) / 2 < strength.plain
    return torch.where(plain, images, changed)


def _width_changed(images: Tensor, amount: Tensor) -> Tensor:
    """Strokes thicker (amount above 0) or thinner (below) by up to two pixels.

    The image is mixed with its grey dilation or erosion.
    """
    thick = functional.max_pool2d(images, 3, stride=1, padding=1)
    thin = -functional.max_pool2d(-images, 3, stride=1, padding=1)
    return torch.where(amount > 0, images + amount * (thick - images), images - amount * (thin - images))
