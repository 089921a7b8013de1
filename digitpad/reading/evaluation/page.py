"""An evaluation as one page that a browser shows: figures, reliability diagram, and pictures of what went wrong.

The page stands alone: it has no script and asks nothing of the network, which its content security policy makes sure
of. It follows the system's light or dark. Its template is resources/templates/evaluation.html.
"""

from __future__ import annotations

import base64
import io
import math

import numpy as np
from jinja2 import Environment
from PIL import Image

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.reading.calibration import BINS
from digitpad.reading.evaluation.evaluate import Evaluation
from digitpad.reading.evaluation.labelled import Labelled
from digitpad.reading.evaluation.metrics import rejection_axes, taken_for, wilson_interval
from digitpad.storage.io import shipped

SHOWN = 500
"""The most pictures of a kind, and the most writers, that a page shows: with them it has less than 1 MB."""


def evaluation_page(
    result: Evaluation, data: Labelled, checkpoint: CheckpointInfo, source: str, false_rejection_rate: float | None
) -> bytes:
    """An evaluation as a page: UTF-8, HTML that stands alone.

    Args:
        result: what `evaluate` made of the data.
        data: the digits that were evaluated, for their pictures.
        checkpoint: the network that was judged.
        source: name of the data, for people.
        false_rejection_rate: share of real digits that may be rejected, None where nothing was to be rejected.
    """
    place = {index: i for i, index in enumerate(data.indices)}

    def picture(index: int) -> str:
        file = io.BytesIO()
        Image.fromarray(data.images[place[index]]).save(file, "PNG", optimize=True)
        return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()

    mistakes = taken_for(np.array(result.confusion))
    most_rejected, least_accurate = rejection_axes(result.rejection, result.rejection_by_confidence)
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(shipped("resources", "templates", "evaluation.html").read_text(encoding="utf-8"))
    page = template.render(
        result=result,
        checkpoint=checkpoint,
        source=source,
        false_rejection_rate=false_rejection_rate,
        most=SHOWN,
        picture=picture,
        rejected={drawing.index for drawing in result.refusals},
        taken_for=[row[:3] for row in mistakes],
        worst=max([1, *(number for row in mistakes for _, number in row)]),
        points=_points(result),
        left_out=data.left_out,
        most_rejected=most_rejected,
        least_accurate=least_accurate,
    )
    return page.encode(errors="replace")  # the name of a file may hold what UTF-8 cannot


def _points(result: Evaluation) -> list[dict[str, object]]:
    """The diagram's points: each bin that holds predictions, its interval, and a radius that grows with them."""
    points: list[dict[str, object]] = []
    for number, held in enumerate(result.reliability):
        if held.count:
            low, high = wilson_interval(held.accuracy, held.count)
            radius = 2 + 8 * math.sqrt(held.count / result.n)
            bounds = f"{100 * number / BINS:.0f} to {100 * (number + 1) / BINS:.0f}"
            points.append({"bin": held, "low": low, "high": high, "radius": radius, "range": bounds})
    return points
