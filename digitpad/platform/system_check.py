"""Whether Qt can open a window here, checked before it tries: where it cannot, Qt aborts with an obscure message.

Qt loads next what is loaded here, so the check costs a start next to nothing.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

_PACKAGES: Mapping[str, tuple[str, str]] = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
}
"""What PySide6 6.8 to 6.11 and their xcb plugin need of the system (`readelf -d`), with the packages of Debian, Ubuntu
and Fedora that hold it."""

_ADVICE = "Start digitpad in a desktop session; 'digitpad predict FILE' needs no screen."

_NOT_FOUND = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")


def problem() -> str | None:
    """Why Qt cannot open a window here, with what to do about it; None where it can.

    Call it before the QApplication is made. It imports PySide6.
    """
    try:
        import PySide6
        import PySide6.QtWidgets
    except ImportError as error:
        return _not_loaded(error)
    if PySide6.__version__ == "6.12.0" and sys.version_info < (3, 12):
        return (
            "PySide6 6.12.0 crashes Python older than 3.12. Install another one: "
            f"{sys.executable} -m pip install 'PySide6-Essentials!=6.12.0'"
        )
    return _screen_problem(Path(PySide6.__file__).parent) if sys.platform == "linux" else None


def _screen_problem(pyside: Path) -> str | None:
    """Whether there is a screen; where it is one of X11, whether Qt's plugin for it loads and the screen is reached."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    x11, wayland = (bool(os.environ.get(name)) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if not (wanted or x11 or wayland):
        return f"There is no screen to open the window on: neither DISPLAY nor WAYLAND_DISPLAY is set. {_ADVICE}"
    if wanted == "xcb" and not x11:
        return f"There is no screen to open the window on: QT_QPA_PLATFORM is xcb and DISPLAY is not set. {_ADVICE}"
    if wanted == "xcb" or (not wanted and x11 and not wayland):
        try:
            ctypes.CDLL(str(pyside / "Qt" / "plugins" / "platforms" / "libqxcb.so"))
            xcb = ctypes.CDLL("libxcb.so.1")
        except OSError as error:
            return _not_loaded(error)
        if not _connects(xcb):
            return f"The screen that DISPLAY names, {os.environ['DISPLAY']}, cannot be reached. {_ADVICE}"
    return None


def _connects(xcb: ctypes.CDLL) -> bool:
    """Whether the X server that DISPLAY names lets this process in."""
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    if xcb.xcb_connection_has_error(connection):
        xcb.xcb_disconnect(connection)
        return False
    # It stays open: a server without other clients starts anew when the last one leaves, and Qt would wait for that.
    return True


def _not_loaded(error: ImportError | OSError) -> str:
    found = _NOT_FOUND.search(str(error))
    if found is None:
        return f"Qt could not be loaded ({error}). Install digitpad anew as README.md says."
    name = found[1]
    # The loader names one library at a time; a person had rather hear of all of them at once.
    missing = [known for known in _PACKAGES if known == name or not _loads(known)]
    if name not in _PACKAGES:
        return f"Qt needs {name}, which this system lacks. Install the package that holds it; README.md lists some."
    debian, fedora = (" ".join(dict.fromkeys(names)) for names in zip(*map(_PACKAGES.get, missing), strict=True))
    return (
        f"Qt needs {_listed(missing)}, which this system lacks. "
        f"On Debian and Ubuntu: sudo apt install {debian} – on Fedora: sudo dnf install {fedora}"
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
