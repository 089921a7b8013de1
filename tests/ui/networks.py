"""The network that reads, without a window."""

from __future__ import annotations

from digitpad.ui.session.active_network import ActiveNetwork


def opened_network(qtbot, worker, open_network, path=None):
    """An ActiveNetwork that has opened a checkpoint in a worker's thread."""
    made = ActiveNetwork(open_network, worker)
    with qtbot.waitSignal(made.opened):
        made.open(path)
    return made
