"""Colours, fonts and the application's style, in light and dark.

Widgets that paint themselves ask for `current_theme` when they paint; those that keep what they made of it make it anew
at `QEvent.PaletteChange`. A label with the property "note" gets 12 px quiet type.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
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


def apply_theme(app: QApplication, mode: Mode, scale: float = 1.0) -> Theme:
    """Give the whole application its colours, font and style; 'system' is what the system has set now.

    Type is `scale` times as large as usual. Returns the theme now in use.
    """
    hints = app.styleHints()
    if mode == "system":
        hints.unsetColorScheme()
        theme = system_theme(app)
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if mode == "dark" else Qt.ColorScheme.Light)
        theme = DARK if mode == "dark" else LIGHT
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    before = text_scale()
    own = {  # sizes at the usual scale, of those that do not follow the application's font by themselves
        widget: widget.property("text_pixels") or widget.font().pixelSize() / before
        for widget in (app.allWidgets() if scale != before else ())
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and widget.font().pixelSize() > 0
    }
    font.setPixelSize(round(TEXT_PIXELS * scale))
    app.setFont(font)
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme, round(NOTE_PIXELS * scale)))
    for widget, pixels in own.items():
        resized = QFont(widget.font())
        resized.setPixelSize(round(pixels * text_scale()))
        widget.setFont(resized)
        widget.setProperty("text_pixels", pixels)
    return theme


def current_theme() -> Theme:
    """The theme that the application wears, by its palette; light where none was applied."""
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window) else LIGHT


def system_theme(app: QApplication) -> Theme:
    """The theme that the system has set now; light where it does not say."""
    return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


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
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    palette.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, faded)
    return palette


def disabled_colour(theme: Theme) -> str:
    """Colour of text and icons of what cannot be used now, '#RRGGBB'."""
    return mix(theme.quiet, theme.window, 0.25)  # more than 3 : 1 on window and surface


def _style_sheet(theme: Theme, note_pixels: int) -> str:
    """Hairlines, 8 px steps and a focus that keyboard users see; spin boxes stay Fusion's own."""
    hover = mix(theme.window, theme.text, 0.07)
    pressed = mix(theme.window, theme.text, 0.13)
    checked = mix(theme.window, theme.accent, 0.16)
    filled_hover = mix(theme.accent_text, theme.text, 0.15)
    faded = disabled_colour(theme)
    # Qt's own are drawn for a scale of 1 and look torn.
    check, down = ((shipped("resources", "icons") / f"{name}.svg").as_posix() for name in ("check", "down"))
    edge = mix(theme.window, theme.quiet, 0.75)  # 3 : 1, as what can be clicked needs
    t = theme
    return f"""
    QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; padding: 4px 8px; }}
    Notice {{ background: {t.surface}; border: none; border-left: 3px solid {t.amber}; border-radius: 6px; }}
    QLabel#notice_text {{ color: {t.amber}; }}
    QLabel[note="true"] {{ color: {t.quiet}; font-size: {note_pixels}px; }}

    ProblemLabel[note="true"] {{ color: {t.amber}; }}

    QMenuBar {{ background: {t.window}; padding: 2px 4px; }}
    QMenuBar::item {{ background: transparent; padding: 4px 8px; border-radius: 6px; }}
    QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {hover}; }}
    QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 8px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {checked}; color: {t.text}; }}
    QMenu::item:disabled {{ background: none; color: {faded}; }}
    QMenu::indicator {{ width: 14px; height: 14px; padding-left: 6px; }}
    QMenu::indicator:checked {{ image: url("{check}"); }}
    QMenu::icon {{ padding-left: 6px; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}

    QToolBar {{ background: {t.window}; border: none; border-bottom: 1px solid {t.line}; padding: 4px 8px;
        spacing: 4px; }}
    QToolBar::separator {{ background: none; border-left: 1px solid {t.line}; width: 1px; margin: 6px 4px; }}
    QToolBarExtension {{ padding: 0; qproperty-icon: url("{down}"); }}
    QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
    QToolButton:hover {{ background: {hover}; }}
    QToolButton:pressed {{ background: {pressed}; }}
    QToolButton:checked {{ background: {checked}; }}
    QToolButton:focus {{ border: 2px solid {t.accent}; padding: 4px; }}
    QToolButton[popupMode="2"] {{ padding-right: 20px; }}
    QToolButton[popupMode="2"]:focus {{ padding-right: 19px; }}

    QPushButton {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 6px; padding: 5px 16px; }}
    QPushButton:hover {{ background: {hover}; }}
    QPushButton:pressed, QPushButton:checked {{ background: {pressed}; }}
    QPushButton:default {{ background: {t.accent_text}; color: {t.on_accent}; border-color: {t.accent_text}; }}
    QPushButton:default:hover {{ background: {filled_hover}; }}
    QPushButton:disabled {{ background: {t.window}; color: {faded}; border-color: {t.line}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 4px 15px; }}
    QPushButton:default:focus {{ border: 2px solid {t.text}; }}

    QComboBox {{ background: {t.surface}; border: 1px solid {edge}; border-radius: 4px; padding: 3px 4px 3px 8px; }}
    QComboBox:hover {{ background: {hover}; }}
    QComboBox:focus {{ border: 2px solid {t.accent}; padding: 2px 3px 2px 7px; }}
    QComboBox:disabled {{ color: {faded}; border-color: {t.line}; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ image: url("{down}"); width: 12px; height: 12px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.line};
        selection-background-color: {checked}; selection-color: {t.text}; }}

    QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {t.quiet}; border-radius: 3px;
        background: {t.surface}; }}
    QCheckBox::indicator:checked {{ image: url("{check}"); }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
    QCheckBox::indicator:disabled {{ border-color: {t.line}; }}

    QSlider:horizontal {{ min-height: 20px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.line}; }}
    QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {t.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {t.line}; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
        background: {t.surface}; border: 1px solid {t.quiet}; }}
    QSlider::handle:horizontal:hover {{ border-color: {t.accent}; }}
    QSlider::handle:horizontal:focus {{ width: 12px; height: 12px; border: 2px solid {t.accent}; }}

    QStatusBar {{ background: {t.window}; color: {t.quiet}; border-top: 1px solid {t.line}; }}
    QStatusBar::item {{ border: none; }}
    QStatusBar QLabel {{ color: {t.quiet}; padding: 0 8px; }}
    QStatusBar QToolButton {{ padding: 2px 20px 2px 8px; }}
    QToolButton::menu-indicator {{ image: url("{down}"); subcontrol-position: right center; right: 4px;
        width: 12px; height: 12px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QProgressBar {{ background: {t.line}; border: none; border-radius: 3px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    QSplitter::handle {{ border-left: 1px solid {t.line}; margin: 8px 0; }}
    QSplitter::handle:hover {{ border-left-color: {t.accent}; }}
    QTableView {{ border: 1px solid {t.line}; background: {t.surface}; outline: 0;
        selection-background-color: {checked}; selection-color: {t.text}; }}
    QTableView:focus {{ border: 1px solid {t.accent}; }}
    QTableView::item {{ padding: 0 5px; border: none; }}
    QTableView::indicator {{ width: 14px; height: 14px; border: 1px solid {t.quiet}; border-radius: 3px;
        background: {t.surface}; }}
    QTableView::indicator:checked {{ image: url("{check}"); }}
    QHeaderView {{ background: {t.surface}; border: none; }}
    QHeaderView::section {{ background: {t.surface}; color: {t.quiet}; border: none;
        border-bottom: 1px solid {t.line}; padding: 4px 8px; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
    QTabBar {{ qproperty-drawBase: 0; }}
    QTabBar::tab {{ background: none; border: none; border-bottom: 2px solid transparent; padding: 5px 12px;
        color: {t.quiet}; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar::tab:focus {{ color: {t.accent_text}; }}
    QScrollArea {{ background: transparent; }}
    CurvePlots, EmbeddingMapView {{ border: 2px solid transparent; border-radius: 4px; }}
    CurvePlots:focus, EmbeddingMapView:focus {{ border-color: {t.accent}; }}
    QMainWindow::separator {{ background: {t.line}; width: 1px; height: 1px; }}
    """
