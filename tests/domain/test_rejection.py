import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES, threshold

ROWS = [[0.001, -3.0], [0.01, 1.0], [0.05, 4.0]]


@pytest.mark.parametrize(
    ("false_rejection_rate", "expected"),
    [
        (None, -math.inf),
        (0.0, -math.inf),
        (0.0009, -math.inf),
        (0.001, -3.0),
        (0.005, -3.0),
        (0.01, 1.0),
        (0.02, 1.0),
        (0.05, 4.0),
        (1.0, 4.0),
    ],
)
def test_the_largest_known_share_up_to_what_may_be_rejected_counts(false_rejection_rate, expected):
    assert threshold(ROWS, false_rejection_rate) == expected
    assert threshold(ROWS[::-1], false_rejection_rate) == expected


@given(st.none() | st.floats(0, 1))
def test_a_network_without_thresholds_refuses_nothing(false_rejection_rate):
    assert threshold([], false_rejection_rate) == -math.inf


def test_the_usual_share_is_one_of_those_that_are_known():
    assert FALSE_REJECTION_RATE in FALSE_REJECTION_RATES
    assert list(FALSE_REJECTION_RATES) == sorted(set(FALSE_REJECTION_RATES))
