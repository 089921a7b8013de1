"""What a training gets from pen strokes."""

from dataclasses import replace
from itertools import combinations

import pytest
import torch

from digitpad.domain.errors import InputError
from digitpad.domain.recipe import Recipe
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.strokes import Ink, Stroke
from digitpad.learning.data.images import OUTLIER, Images, concatenated
from digitpad.learning.data.pen_dataset import outliers, pen_images, read_pen, rendered, styled, varied
from digitpad.learning.training.loop import Training, batched_logits
from digitpad.learning.training.losses import energy_score
from tests.hand_drawn import drawings, unipen

RECIPE = Recipe(
    id="strokes", title="Strokes", network="small", epochs=1, batch=32, stroke_variations=2, digit_styles=3, outliers=7
)


def test_every_fifth_writer_is_left_out(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(10))
    training, left_out = read_pen(tmp_path / "pen.inkml")
    assert {d.writer for d in left_out} == {"writer 4", "writer 9"}
    assert {d.writer for d in training} == {f"writer {n}" for n in (0, 1, 2, 3, 5, 6, 7, 8)}
    assert (len(training), len(left_out)) == (80, 20)


def test_each_writer_is_left_out_of_one_fold(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(7))
    folds = [{drawing.writer for drawing in read_pen(tmp_path / "pen.inkml", fold)[1]} for fold in range(5)]
    assert sorted(writer for fold in folds for writer in fold) == [f"writer {n}" for n in range(7)]


def test_what_has_no_ink_no_label_or_no_writer_is_left_out(tmp_path):
    good = drawings(5)
    bad = [
        Drawing(Ink(), 3, "writer 0", "a"),
        replace(good[0], label=None, name="b"),
        replace(good[0], writer=None, name="c"),
    ]
    write_inkml(tmp_path / "pen.inkml", [*good, *bad])
    assert sum(map(len, read_pen(tmp_path / "pen.inkml"))) == len(good)


def test_too_few_writers_are_refused(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(4))
    with pytest.raises(InputError, match=r"pen\.inkml holds labelled drawings of 4 writers"):
        read_pen(tmp_path / "pen.inkml")


def test_variations_keep_labels_and_follow_their_seed():
    some = drawings(2)
    one, again, other = varied(some, 3, seed=1), varied(some, 3, seed=1), varied(some, 3, seed=2)
    assert one.labels.tolist() == [d.label for d in some] * 3
    assert one.pixels.shape == (60, 1, 28, 28)
    assert torch.equal(one.pixels, again.pixels)
    assert not torch.equal(one.pixels, other.pixels)
    assert not torch.equal(one.pixels[:20], one.pixels[20:40])
    assert len(concatenated(one, rendered(some))) == 80


def test_styled_digits_are_as_many_of_each_and_follow_their_seed():
    one, again, other = styled(4, seed=1), styled(4, seed=1), styled(4, seed=2)
    assert torch.bincount(one.labels).tolist() == [4] * 10
    assert torch.equal(one.pixels, again.pixels)
    assert not torch.equal(one.pixels, other.pixels)
    assert one.pixels.flatten(1).any(dim=1).all()


def test_outliers_are_labelled_so_and_never_blank():
    images = outliers(drawings(2), 60, seed=3)
    assert images.labels.tolist() == [OUTLIER] * 60
    assert images.pixels.flatten(1).any(dim=1).all()
    assert torch.equal(images.pixels, outliers(drawings(2), 60, seed=3).pixels)


def test_a_recipe_gets_what_it_asks_for_and_unseen_writers_stay_apart(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(5))
    (data,), unseen, words = pen_images(RECIPE, tmp_path / "pen.inkml", seed=0)
    assert torch.bincount(data.labels + 1).tolist() == [7, *[4 * 2 + 3] * 10]
    assert torch.equal(unseen.pixels, rendered([d for d in drawings(5) if d.writer == "writer 4"]).pixels)
    assert str(words) == "40 pen digits of 4 writers, 2 variations each; 30 made-up digits; 7 drawings of no digit"


def test_a_recipe_that_names_no_edition_gets_the_drawings_of_the_first(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(5))
    some, _ = read_pen(tmp_path / "pen.inkml")
    for recipe, edition in ((RECIPE, 1), (replace(RECIPE, synthesis=2), 2)):
        (data,), _, _ = pen_images(recipe, tmp_path / "pen.inkml", seed=0)
        parts = (
            varied(some, 2, seed=0, edition=edition),
            styled(3, seed=0, edition=edition),
            outliers(some, 7, seed=0, edition=edition),
        )
        assert torch.equal(data.pixels, concatenated(*parts).pixels)
    assert not torch.equal(styled(3, seed=0, edition=1).pixels, styled(3, seed=0, edition=2).pixels)


def test_sets_of_drawings_differ_and_the_first_is_as_one_alone(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(5))
    reported = []
    (alone,), _, _ = pen_images(RECIPE, tmp_path / "pen.inkml", seed=0)
    sets, unseen, words = pen_images(
        replace(RECIPE, drawing_sets=3), tmp_path / "pen.inkml", seed=0, on_progress=lambda *now: reported.append(now)
    )
    assert torch.equal(sets[0].pixels, alone.pixels)
    assert all(torch.equal(images.labels, alone.labels) for images in sets)
    assert not any(torch.equal(one.pixels, other.pixels) for one, other in combinations(sets, 2))
    assert (len(unseen), reported[-1]) == (10, (3 * 117 + 10,) * 2)
    assert str(words).endswith("; all of these in 3 sets, with which the epochs take turns")


@pytest.mark.parametrize("left_out", ["stroke_variations", "digit_styles", "outliers"])
def test_none_of_a_kind_is_none(tmp_path, left_out):
    write_inkml(tmp_path / "pen.inkml", drawings(5))
    (data,), _, _ = pen_images(replace(RECIPE, **{left_out: 0}), tmp_path / "pen.inkml", seed=0)
    assert len(data) == 117 - {"stroke_variations": 80, "digit_styles": 30, "outliers": 7}[left_out]


def test_digit_styles_alone_need_no_file(tmp_path):
    recipe = replace(RECIPE, stroke_variations=0, outliers=0)
    (data,), unseen, words = pen_images(recipe, tmp_path / "gone.inkml", seed=0)
    assert (len(data), len(unseen), str(words)) == (30, 0, "30 made-up digits")


def test_every_drawing_is_reported_and_what_that_raises_ends_it(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(5))
    reported = []
    pen_images(RECIPE, tmp_path / "pen.inkml", seed=0, on_progress=lambda *now: reported.append(now))
    assert reported == [(done, 127) for done in range(1, 128)]  # 117 to train on, 10 by the writer left out

    class EnoughError(Exception):
        pass

    def enough(done, _total):
        if done == 9:
            raise EnoughError

    with pytest.raises(EnoughError):
        pen_images(RECIPE, tmp_path / "pen.inkml", seed=0, on_progress=enough)


def test_pen_digits_as_they_were_published_give_the_same_images(tmp_path):
    upright = [replace(drawing, ink=mirrored(drawing.ink)) for drawing in drawings(5)]
    write_inkml(tmp_path / "pen.inkml", drawings(5))
    (tmp_path / "pen.tra").write_text(unipen(upright))
    one, other = (rendered(read_pen(tmp_path / name)[0]) for name in ("pen.inkml", "pen.tra"))
    assert torch.equal(one.labels, other.labels)
    assert (one.pixels.int() - other.pixels.int()).abs().max() <= 1


def mirrored(ink):
    return Ink(tuple(Stroke.of(stroke.points * (1, -1, 1, 1)) for stroke in ink.strokes))


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match=r"strokes trains on pen strokes too, and .*gone\.inkml does not exist"):
        pen_images(RECIPE, tmp_path / "gone.inkml", seed=0)


def test_a_network_that_is_shown_outliers_learns_to_tell_them_from_digits():
    some, more = drawings(20, seed=1), drawings(6, seed=2)
    data = concatenated(varied(some, 4, seed=0), outliers(some, 600, seed=0))
    recipe = replace(RECIPE, epochs=6, learning_rate=0.01)
    training = Training(recipe, data, rendered(more))
    list(training.reports())
    network = training.snapshot()

    def seen(images: Images):
        return energy_score(batched_logits(network, images.pixels, recipe.mean, recipe.std, torch.device("cpu")))

    digits, rest = seen(rendered(more)), seen(outliers(more, 200, seed=9))
    above = (digits[:, None] > rest[None, :]).float().mean()  # the area under the ROC curve
    assert above > 0.9
