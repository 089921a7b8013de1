"""Words that cannot be used, and words that are answered at once."""

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["draw"], "'draw'"),
        (["--colour"], "--colour"),
        (["predict"], "FILE"),
        (["predict", "--checkpoint"], "--checkpoint"),
        (["predict", "a.png", "--device", "cpu"], "--device"),
        (["evaluate"], "DATA"),
        (["evaluate", "a", "b"], "b"),
        (["evaluate", "a", "--device", "tpu"], "tpu"),
        (["train", "--recipe"], "--recipe"),
        (["train", "--recipe", "pen", "--epochs", "0"], "is 0; it has to be a whole number from 1 to 1,000"),
        (["train", "--recipe", "pen", "--epochs", "-1"], "'-1'"),
        (["train", "--recipe", "pen", "--epochs", "1.5"], "'1.5'"),
        (["train", "--recipe", "pen", "--epochs", "²"], "'²'"),
        (["train", "--recipe", "pen", "--epochs", "9" * 5000], "whole number"),
        (["train", "--recipe", "pen", "--hold-out", "-1"], "'-1'"),
        (["train", "--recipe", "pen", "--seed", "-1"], "'-1'"),
        (["train", "--recipe", "pen", "--seed", str(2**63)], "whole number"),
        (["train", "--recipe", "pen", "--seed", "one"], "'one'"),
        (["recipes", "--checkpoint", "a.pt"], "--checkpoint"),
        (["recipes", "two\nlines"], "two lines"),
        (["--json", "recipes"], "--json"),
        ([""], "''"),
    ],
)
def test_wrong_words_end_with_one_line(fails, words, said):
    line = fails(*words)
    assert said in line
    assert "--help" in line


@pytest.mark.parametrize("words", [["--help"], ["predict", "--help"], ["train", "-h"], ["--version"]])
def test_help_and_version_are_answered(call, words):
    status, out, err = call(*words)
    assert (status, err) == (0, [])
    assert out
