"""What tests of widgets share."""

from __future__ import annotations

from functools import partial

import pytest

from digitpad.ui.common.theme import apply_theme


@pytest.fixture
def plain_style(qapp):
    """Give the application back its style, colours and font, which all later tests would have otherwise."""
    font, palette, style = qapp.font(), qapp.palette(), qapp.style().name()
    yield
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setPalette(palette)
    qapp.setFont(font)
    qapp.styleHints().unsetColorScheme()


@pytest.fixture
def wear(qapp, plain_style):
    """Dresses the application in 'light' or 'dark', until the test ends."""
    return partial(apply_theme, qapp)
