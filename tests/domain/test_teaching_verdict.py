"""What is said of teaching names the figures that decide."""

import pytest

from digitpad.domain.teaching import Comparison, Figures, TeachingReport
from digitpad.domain.teaching_verdict import verdict

SAME = Comparison(Figures(1000, 0.998), Figures(1000, 0.998))


def compared(count, before, after):
    return Comparison(Figures(count, *before), Figures(count, *after))


def said(own, others=SAME, styled=SAME, outliers=SAME, **more):
    report = TeachingReport(30, 1.0, own, others, styled, outliers, **more)
    return [str(each) for each in verdict(report)]


BETTER = compared(100, (0.9, 0.4123), (0.95, 0.1234))


def test_it_says_what_the_person_gains_and_that_nobody_loses():
    assert said(BETTER) == [
        "Of 100 drawings of yours, left out, it reads 95 right instead of 90.",
        "It is surer of what they are: log loss 0.12 instead of 0.41.",
        "It reads nothing else worse.",
    ]


def test_a_digit_that_is_rejected_is_not_read_right():
    own = Comparison(Figures(100, 0.95, 0.2, 0.05), Figures(100, 0.95, 0.1))
    assert said(own)[0] == "Of 100 drawings of yours, left out, it reads 95 right instead of 90."


def test_a_log_loss_is_never_said_to_be_nothing():
    own = compared(100, (0.99, 0.00012), (1.0, 0.00003))
    assert said(own)[1] == "It is surer of what they are: log loss below 0.0001 instead of 0.00012."


def test_as_many_right_and_surer_is_an_improvement_where_few_are_wrong():
    own = compared(30, (29 / 30, 0.2), (29 / 30, 0.01))
    assert said(own) == [
        "Of 30 drawings of yours, left out, it reads 29 right, as before.",
        "It is surer of what they are: log loss 0.01 instead of 0.2.",
        "It reads nothing else worse.",
        "30 drawings prove little: each of them counts 3.3 points.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (
            (0.9, 0.2),
            (0.8, 0.3),
            ["it reads only 80 right instead of 90", "no surer of what they are: log loss 0.3"],
        ),
        (
            (0.9, 0.2),
            (0.9, 0.3),
            ["it reads 90 right, as before", "no surer of what they are: log loss 0.3"],
        ),
        ((0.5, 0.2), (0.5, 0.1), ["it reads 50 right, as before", "surer of what they are"]),
        ((0.9, 0.2), (0.95, 0.3), ["it reads 95 right instead of 90", "no surer of what they are"]),
    ],
)
def test_what_is_no_improvement_says_so(before, after, sentences):
    *own, last, others = said(compared(100, before, after))
    assert all(part in sentence for part, sentence in zip(sentences, own, strict=True))
    assert (others, last) == ("It reads nothing else worse.", "That does not count as better.")


def test_what_others_lose_is_named_and_the_bound_where_it_is_too_much():
    little, much = compared(1000, (0.998, 0.01), (0.997, 0.01)), compared(200, (0.97, 0.0), (0.95, 0.0))
    assert said(BETTER, little)[2:] == ["Of 1,000 digits of other people, it reads 1 fewer right."]
    assert said(BETTER, little, compared(100, (1.0, 0.1), (0.98, 0.1)), much)[2:] == [
        "Of 1,000 digits of other people, it reads 1 fewer right.",
        "Of 100 synthesised digits, it reads 2 fewer right.",
        "Of 200 drawings of no digit, it rejects 4 fewer.",
        "For others that is worse by more than 0.1 points.",
    ]


@pytest.mark.parametrize(("right", "words"), [(8, "8"), (7, "only 7")])
def test_what_was_taught_last_time_is_compared_with(right, words):
    unlearned = Comparison(Figures(10, 0.5), Figures(10, right / 10), Figures(10, 0.8))
    assert said(BETTER, unlearned=unlearned)[2:] == [
        f"Of 10 drawings new to both, it reads {words} right; what was taught last time reads 8.",
        "It reads nothing else worse.",
    ]


def test_labels_that_may_be_wrong_are_counted():
    one, two = (said(BETTER, doubtful=count)[2] for count in (1, 2))
    assert one == "One of your drawings may be labelled wrong, for no network finds its label probable."
    assert two == "2 of your drawings may be labelled wrong, for no network finds their labels probable."


def test_of_one_drawing_none_is_left_out():
    own = compared(1, (1.0, 0.2), (1.0, 0.2))
    assert said(own)[0] == "One drawing alone proves nothing: none is left out to judge by."
    assert not any("prove little" in each for each in said(own))
