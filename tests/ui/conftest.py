"""What tests of widgets share."""

from __future__ import annotations

from functools import partial

import pytest

from digitpad.ui.common.theme import apply_theme


@pytest.fixture
def wear(qapp, plain_style):
    """Dresses the application in 'light' or 'dark', until the test ends."""
    return partial(apply_theme, qapp)
