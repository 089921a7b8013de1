"""The networks that a person can choose from without looking for a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from digitpad.storage.io import shipped, user_folder
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.settings import Settings

translate = QCoreApplication.translate


@dataclass(frozen=True)
class KnownNetwork:
    """A checkpoint's file, its name, and words that say more, for people."""

    path: Path
    name: str
    words: str


def shipped_networks() -> list[KnownNetwork]:
    """The networks that ship, the one for the pad first."""
    named = (
        ("pen", translate("known_networks", "Pen: best for digits drawn here")),
        ("best", translate("known_networks", "Best: best for MNIST's scanned digits")),
        ("fast", translate("known_networks", "Fast: trained in seconds")),
    )
    found = [KnownNetwork(shipped("checkpoints", f"{name}.safetensors"), name, words) for name, words in named]
    return [known for known in found if known.path.exists()]


def last_run(network: ActiveNetwork) -> list[KnownNetwork]:
    """What the last run learned, where there is one."""
    path = network.last_run
    words = translate("known_networks", "What the last run learned")
    return [] if path is None else [KnownNetwork(path, translate("known_networks", "Last run"), words)]


def loaded_lately(network: ActiveNetwork, settings: Settings) -> list[KnownNetwork]:
    """The checkpoints from elsewhere that were loaded, the latest first."""
    known = [path for path in settings.recent if path != network.last_run and not is_taken_back(path)]
    return [KnownNetwork(path, path.name, path.name) for path in known]


def is_taken_back(path: Path) -> bool:
    """Whether a file held what a hand was taught, which was taken back."""
    return path.parent.parent == user_folder() / "hands" and not path.exists()
