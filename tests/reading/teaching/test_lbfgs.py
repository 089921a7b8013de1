import numpy as np
from numpy.testing import assert_allclose

from digitpad.reading.teaching.lbfgs import minimise


def test_it_finds_the_bottom_of_a_narrow_valley():
    scales = np.geomspace(1, 1000, 30)
    target = np.linspace(-2, 2, 30)

    def bowl(at):
        off = at - target
        return float(off @ (scales * off)) / 2, scales * off

    assert_allclose(minimise(bowl, np.zeros(30), 200, tolerance=0), target, atol=1e-5)


def test_it_finds_the_bottom_of_rosenbrocks_banana():
    def banana(at):
        x, y = at
        value = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        return float(value), np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])

    assert_allclose(minimise(banana, np.array([-1.2, 1.0]), 200, tolerance=0), [1, 1], atol=1e-5)


def test_it_stays_at_the_bottom():
    assert_allclose(minimise(lambda at: (float(at @ at), 2 * at), np.zeros(3), 10), np.zeros(3))
