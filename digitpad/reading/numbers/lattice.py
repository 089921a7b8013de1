"""The best way to part what is written into digits."""

from __future__ import annotations

from collections.abc import Sequence

from digitpad.ink.strokes import Floats
from digitpad.reading.numbers.groups import Group

_MOST_STATES = 4000
"""States after which a lattice is given up: nobody writes such numbers."""


def best_path(groups: Sequence[Group], costs: Floats, pair_costs: Floats) -> tuple[float, list[int]] | None:
    """The cheapest way to take every part into exactly one group, by Viterbi's algorithm.

    A state is what has been taken and the group that was taken last; the next group always holds the leftmost part that
    is left. Returns the cost and the numbers of the groups from left to right, or None where there are too many states.

    Args:
        groups: groups of parts; every part is a group of its own too.
        costs: float64 (groups,), of each group.
        pair_costs: float64 (groups, groups), of the second standing right of the first.
    """
    masks = [sum(1 << part for part in group.parts) for group in groups]
    whole = 0
    starting: dict[int, list[int]] = {}
    for number, (group, mask) in enumerate(zip(groups, masks, strict=True)):
        whole |= mask
        for part in group.parts:
            starting.setdefault(part, []).append(number)
    own, pairs = costs.tolist(), pair_costs.tolist()
    states: dict[tuple[int, int], tuple[float, int, int]] = {(0, -1): (0.0, 0, -2)}
    layers = [dict(states)]
    ends: list[tuple[float, tuple[int, int], int]] = []
    for depth in range(len(groups) + 1):
        following: dict[tuple[int, int], tuple[float, int, int]] = {}
        for (taken, last), (cost, _, _) in layers[depth].items():
            if taken == whole:
                ends.append((cost, (taken, last), depth))
                continue
            leftmost = (~taken & (taken + 1)).bit_length() - 1
            for number in starting[leftmost]:
                if masks[number] & taken:
                    continue
                total = cost + own[number] + (pairs[last][number] if last >= 0 else 0.0)
                key = taken | masks[number], number
                if key not in following or total < following[key][0]:
                    following[key] = total, taken, last
        layers.append(following)
        if not following:
            break
        if sum(map(len, layers)) > _MOST_STATES:
            return None
    if not ends:
        return None
    cost, key, depth = min(ends)
    path: list[int] = []
    while depth:
        path.append(key[1])
        _, taken, last = layers[depth][key]
        key, depth = (taken, last), depth - 1
    return cost, path[::-1]
