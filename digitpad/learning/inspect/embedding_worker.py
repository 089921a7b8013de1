"""The process that computes t-SNE maps.

A process of its own, since in the window's the map would cost more than time. Importing scikit-learn takes over a
second, stops the window's thread for up to 60 ms and keeps some 100 MB; its OpenMP is another than torch's, which does
not go well on every system; and its one thread would compete with training and live reading for the interpreter's
lock, where a process can simply be given a lower priority. It imports neither torch nor Qt, and ends with its parent.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # where it runs, NumPy must not be imported before the number of its threads is set
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.float32]

PERPLEXITY = 30
COMPONENTS = 50
"""Dimensions that principal components leave of the features, as in the t-SNE paper."""

FIRST_STEPS = 500
"""Steps of a first map: on 500 images, 1,000 bring the divergence from 0.784 to 0.777, in twice the time."""

MOVED_STEPS, MOVED_EXAGGERATION = 400, 2.0
"""Steps of a map that starts from the one before, and by how much its attraction is exaggerated for the first 250.

Over six maps of a network in training, 400 steps reached or beat the divergence of fresh maps of 1,000 (0.645 to 0.77
against 0.66 to 0.81). Without exaggeration, digits stayed in fragments; with sklearn's 12, the map jumped.
"""


class MapProcess:
    """Computes maps. `compute` is for one thread; the others may be called from any, also while it is under way."""

    def __init__(self) -> None:
        """Start the process; OSError where the system does not allow it."""
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), name="map", daemon=True)
        try:
            self._process.start()
        finally:
            theirs.close()  # so that what is received ends with the process

    @property
    def pid(self) -> int | None:
        """The process's id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def compute(self, features: Table, previous: Table) -> Table:
        """See `compute_map`; OSError or EOFError where the process ended."""
        self._connection.send((features, previous))
        places: Table = self._connection.recv()
        return places

    def end(self) -> None:
        """Kill the process; `compute` raises. The connection is closed with the last reference to it."""
        self._process.kill()
        self._process.join()


def serve(tables: Connection) -> None:
    """Compute a map for every pair of features and previous map that is received, until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's, which ends this process as it ends
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        ctypes.windll.kernel32.SetPriorityClass(ctypes.windll.kernel32.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)
    try:
        while True:
            tables.send(compute_map(*tables.recv()))
    except (EOFError, OSError):  # the parent is gone
        return


def compute_map(features: Table, previous: Table) -> Table:
    """Places in the plane, near each other where the features are: t-SNE after principal components.

    L. van der Maaten and G. Hinton, Visualizing Data using t-SNE, JMLR 9 (2008); the start from principal components
    after D. Kobak and P. Berens, The art of using t-SNE for single-cell transcriptomics, Nat. Commun. 10, 2019.

    Args:
        features: float32 (n, d), finite, n and d at least 1.
        previous: float32 (n, 2), the map to move on from, or (0, 2) for a first one.

    Returns:
        float32 (n, 2), in t-SNE's own scale (some -40…40). All zero where the features do not differ.
    """
    import numpy as np
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count = len(features)
    if count < 2 or not np.ptp(features, axis=0).any():
        return np.zeros((count, 2), np.float32)
    kept = min(COMPONENTS, *features.shape)
    reduced = PCA(kept, svd_solver="full").fit_transform(features).astype(np.float32)
    moves_on = len(previous) == count and bool(np.ptp(previous, axis=0).any())
    start = previous
    if not moves_on:
        start = np.zeros((count, 2), np.float32)
        start[:, : min(kept, 2)] = reduced[:, :2] / reduced[:, 0].std() * 1e-4  # t-SNE starts from a small cloud
    tsne = TSNE(
        perplexity=min(PERPLEXITY, (count - 1) / 3),
        init=start,
        early_exaggeration=MOVED_EXAGGERATION if moves_on else 12.0,
        max_iter=MOVED_STEPS if moves_on else FIRST_STEPS,
        random_state=0,
        n_jobs=1,
    )
    places: Table = tsne.fit_transform(reduced).astype(np.float32)
    return places
