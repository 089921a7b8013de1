"""Colours, fonts and the application's style, in light and dark.

Widgets that paint themselves ask for `current_theme` when they paint; those that keep what they made of it make it anew
at `QEvent.PaletteChange`. A label with the property "note" gets 12 px quiet type.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from string import Template
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyle

from digitpad.storage.io import shipped

Mode = Literal["system", "light", "dark"]

TEXT_PIXELS = 13
NOTE_PIXELS = 12


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for, each as '#RRGGBB'."""

    is_dark: bool  # light type stands on dark ground
    window: str
    surface: str  # the ground of what is written on: pad, lists, menus
    text: str
    quiet: str  # text that steps back
    line: str  # hairlines
    accent: str  # for areas and lines
    accent_text: str  # the accent for text, and for areas that carry text in `on_accent`
    on_accent: str
    amber: str  # text of a warning


LIGHT = Theme(
    is_dark=False,
    window="#F6F7F9",
    surface="#FFFFFF",
    text="#1B2430",
    quiet="#5B6675",
    line="#DDE2E9",
    accent="#2F6BFF",
    accent_text="#215DF0",  # the accent reaches 4.2 : 1 as text on the window; this shade of it 4.9 : 1
    on_accent="#FFFFFF",
    amber="#8F5600",
)

DARK = Theme(
    is_dark=True,
    window="#12161C",
    surface="#1A2029",
    text="#E8EDF4",
    quiet="#93A0B1",
    line="#2A323D",
    accent="#6C9BFF",
    accent_text="#6C9BFF",
    on_accent="#12161C",
    amber="#F2B84B",
)


LIGHT_CONTRAST = replace(
    LIGHT,
    window="#FFFFFF",
    text="#000000",
    quiet="#333D49",
    line="#7A8593",
    accent="#1247C2",
    accent_text="#1247C2",
    amber="#6B4000",
)
"""For people who sit far away: text of at least 7 : 1, disabled 4.5 : 1, lines 3 : 1."""

DARK_CONTRAST = replace(
    DARK,
    window="#000000",
    surface="#0B0E13",
    text="#FFFFFF",
    quiet="#C9D2DE",
    line="#6B7889",
    accent="#8FB4FF",
    accent_text="#8FB4FF",
    on_accent="#000000",
    amber="#FFCF70",
)

_THEMES = (LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST)


def mix(a: str, b: str, share: float) -> str:
    """The colour that lies `share` (0 to 1) of the way from `a` to `b`, all as '#RRGGBB'."""
    channels = zip(_channels(a), _channels(b), strict=True)
    return "#" + "".join(f"{round(x + (y - x) * share):02X}" for x, y in channels)


def text_font(pixels: int = TEXT_PIXELS, *, bold: bool = False, scales: bool = True) -> QFont:
    """The application's font, with figures that are all equally wide where the font has them.

    The size in pixels is multiplied by `text_scale`, unless it comes from the room that there is.
    """
    font = QFont(QApplication.font())
    font.setPixelSize(round(pixels * text_scale()) if scales else pixels)
    font.setBold(bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def text_scale() -> float:
    """How many times as large as usual type is, 1 to 3."""
    return max(1.0, QApplication.font().pixelSize() / TEXT_PIXELS)


def reduced_motion() -> bool:
    """Whether things should not move by themselves.

    True where DIGITPAD_REDUCED_MOTION is set to anything but 0, or where Qt's style runs without animations. Qt before
    6.12 cannot ask the system, so the variable is the way that works everywhere.
    """
    asked = os.environ.get("DIGITPAD_REDUCED_MOTION", "")
    if asked:
        return asked != "0"
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


def apply_theme(app: QApplication, mode: Mode, scale: float = 1.0, *, high_contrast: bool = False) -> Theme:
    """Give the whole application its colours, font and style; 'system' is what the system has set now.

    Type is `scale` times as large as usual. Returns the theme now in use.
    """
    hints = app.styleHints()
    if mode == "system":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if mode == "dark" else Qt.ColorScheme.Light)
    is_dark = is_system_dark(app) if mode == "system" else mode == "dark"
    theme = _THEMES[is_dark + 2 * high_contrast]
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    before = text_scale()
    own = {  # sizes at the usual scale, of those that do not follow the application's font by themselves
        widget: widget.property("text_pixels") or widget.font().pixelSize() / before
        for widget in app.allWidgets()
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and widget.font().pixelSize() > 0
    }
    font.setPixelSize(round(TEXT_PIXELS * scale))
    app.setFont(font)
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme, scale))
    for widget, pixels in own.items():
        resized = QFont(widget.font())
        resized.setPixelSize(round(pixels * text_scale()))
        widget.setFont(resized)
        widget.setProperty("text_pixels", pixels)
    return theme


def current_theme() -> Theme:
    """The theme that the application wears, by its palette; light where none was applied."""
    window = QApplication.palette().color(QPalette.ColorRole.Window).name().upper()
    return next((theme for theme in _THEMES if theme.window == window), LIGHT)


def is_system_dark(app: QApplication) -> bool:
    """Whether the system has set dark colours now."""
    return app.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.quiet,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent_text,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent_text,
        role.LinkVisited: theme.quiet,
        role.Light: theme.surface,
        role.Midlight: theme.line,
        role.Mid: theme.line,
        role.Dark: mix(theme.line, theme.text, 0.3),
        role.Shadow: mix(theme.window, "#000000", 0.5),
    }
    palette = QPalette()
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    faded = QColor(disabled_colour(theme))
    for name in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.ToolTipText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faded)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(_hover(theme)))
    palette.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(theme.quiet))
    return palette


def disabled_colour(theme: Theme) -> str:
    """Colour of text and icons of what cannot be used now, '#RRGGBB'."""
    return mix(theme.quiet, theme.window, 0.25)  # more than 3 : 1 on window and surface


def _style_sheet(theme: Theme, scale: float) -> str:
    """`resources/style.qss` with the theme's colours, and sizes for the text's."""
    icons = shipped("resources", "icons")
    values = {
        **asdict(theme),
        "hover": _hover(theme),
        "pressed": mix(theme.window, theme.text, 0.13),
        "checked": mix(theme.window, theme.accent, 0.16),
        "filled_hover": mix(theme.accent_text, theme.text, 0.15),
        "edge": mix(theme.window, theme.quiet, 0.75),  # 3 : 1, as what can be clicked needs
        "faded": disabled_colour(theme),
        "note": round(NOTE_PIXELS * scale),
        "box": round(14 * scale),
        "round": round(14 * scale) // 2 + 1,  # half of a box with its border
        "arrow": round(12 * scale),
        "strip": round(12 * scale) + 8,
        # Qt's own are drawn for a scale of 1 and look torn.
        **{name: (icons / f"{name}.svg").as_posix() for name in ("check", "down", "up")},
    }
    return Template(shipped("resources", "style.qss").read_text(encoding="utf-8")).substitute(values)


def _hover(theme: Theme) -> str:
    return mix(theme.window, theme.text, 0.07)
