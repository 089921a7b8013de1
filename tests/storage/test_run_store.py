"""Runs on disk: what is read is what was written, nothing is lost by halves, and nobody is in another's way."""

import errno
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.storage import run_store
from digitpad.storage.io import remove_unfinished
from digitpad.storage.run_json import info_from_json, info_to_json, reports_from_lines, reports_to_lines
from digitpad.storage.run_store import (
    CUT_OFF,
    RunFolder,
    create,
    delete_run,
    export_checkpoint,
    find_run,
    list_runs,
    rename_run,
    runs_folder,
)
from tests.memory import megabytes

RECIPE = Recipe("fast", "Fast", "fast", epochs=2, milestones=(1,), augmentation=Augmentation(degrees=10.0))
STARTED = "2026-03-04T05:06:07+00:00"
INFO = RunInfo(
    "a",
    "fast",
    RECIPE,
    7,
    Message("MNIST"),
    "mnist",
    "cpu",
    STARTED,
    "ink",
    "finished",
    Message(""),
    2,
    4.1,
    0.99,
    0.98,
)


def steps(first, count, epoch=1):
    return StepsReport(first, (0.5,) * count, (0.001,) * count, epoch, 2, 20, 9000.0, 1.5, 2.5)


def epoch(number, step):
    return EpochReport(number, 2, step, 2.0, 0.3, 0.9, 0.2, 0.95, None, None, is_best=True)


OTHERS = dict.fromkeys(("first", "epoch", "epochs", "steps"), 1) | dict.fromkeys(
    ("images_per_second", "train_seconds", "remaining_seconds"), 1.5
)
REPORTS = [steps(1, 4), InterimReport(4, 2000, 0.4, 0.9), steps(5, 6), epoch(1, 10), steps(11, 10, 2), epoch(2, 20)]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "runs"


@pytest.fixture
def run(folder):
    return create(RECIPE, 7, Message("{set}, {count} images", set="MNIST", count=60_000), "mnist", "cpu", folder)


def copied(run, name, **changes):
    """A run beside another, with the same files."""
    other = RunFolder(run.path.with_name(name))
    other.path.mkdir()
    other.write_info(replace(run.read_info(), **changes))
    return other


# Round trips.

WHOLE = st.integers(0, 2**53)
NUMBER = st.floats(0, 1e300)
SHARE = st.floats(0, 1)
NUMBERS = st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=5)


@st.composite
def steps_reports(draw):
    losses, learning_rates = zip(*draw(NUMBERS), strict=True)
    return StepsReport(
        draw(WHOLE), losses, learning_rates, *(draw(WHOLE) for _ in range(3)), *(draw(NUMBER) for _ in range(3))
    )


REPORT = st.one_of(
    steps_reports(),
    st.builds(InterimReport, WHOLE, WHOLE, NUMBER, SHARE),
    st.builds(
        EpochReport,
        *(WHOLE, WHOLE, WHOLE, NUMBER, NUMBER, SHARE, NUMBER, SHARE),
        *(st.none() | NUMBER, st.none() | SHARE, st.booleans()),
    ),
)


@given(st.lists(REPORT, max_size=6))
def test_reports_come_back_as_they_were(reports):
    assert reports_from_lines(BytesIO(reports_to_lines(reports))) == reports


TEXT = st.text(max_size=100)
MESSAGE = st.recursive(
    st.builds(Message, TEXT),
    lambda inner: st.builds(Message, TEXT, first=inner | TEXT | WHOLE | NUMBER, second=inner | TEXT),
    max_leaves=4,
)
INFOS = st.builds(
    RunInfo,
    id=st.just("a"),
    name=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=80),
    recipe=st.just(RECIPE),
    seed=st.integers(0, 2**63 - 1),
    data=MESSAGE,
    data_id=TEXT,
    device=st.sampled_from(["cpu", "cuda", "mps"]),
    started=st.just(STARTED),
    ink=TEXT,
    state=st.sampled_from(["running", "stopped", "finished", "failed"]),
    problem=MESSAGE,
    epochs_done=WHOLE,
    train_seconds=NUMBER,
    best_accuracy=st.none() | SHARE,
    last_accuracy=st.none() | SHARE,
)


@given(INFOS)
def test_what_is_known_comes_back_as_it_was(info):
    assert info_from_json(info_to_json(info), "a") == info


def test_a_message_is_english_in_the_file_and_beside_it_what_can_be_translated(run):
    run.write_info(info := replace(run.read_info(), problem=Message("{why} Stop.", why=Message("{n} left.", n=2))))
    written = json.loads((run.path / "run.json").read_bytes())
    assert (written["data"], written["problem"]) == ("MNIST, 60,000 images", "2 left. Stop.")
    read = run.read_info()
    assert (read, read.problem.said(lambda text: text.replace(" left", " übrig"))) == (info, "2 übrig. Stop.")
    for key in ("data_message", "problem_message"):
        del written[key]  # as an older digitpad writes it
    (run.path / "run.json").write_text(json.dumps(written))
    assert run.read_info().problem == Message("2 left. Stop.")


# Files that others wrote, or that were damaged.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def read_or_error(data):
    try:
        return info_from_json(data, "a")
    except InputError as error:
        sentence = str(error)
    assert sentence.startswith("The run")
    assert sentence.endswith(".")
    return None


@given(st.binary())
@example(b"")
@example(b"\xff\xfe")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"9" * 5000)
def test_any_bytes_are_refused_or_skipped(data):
    assert read_or_error(data) is None
    assert reports_from_lines(BytesIO(data + b"\n")) == []


def test_a_few_strange_lines_are_skipped_and_millions_end_the_reading():
    lines = reports_to_lines([StepsReport(1, (0.5,), (0.001,), 1, 2, 20, 9000.0, 1.5, 2.5)])
    endless = BytesIO(b"\n" * 1_000_000 + lines)

    assert len(reports_from_lines(BytesIO(b"\n" * 1000 + lines))) == 1
    assert reports_from_lines(endless) == []
    assert endless.tell() < 100_000


@given(st.sampled_from([*json.loads(info_to_json(INFO)), "data_message"]), JSON)
@example("started", "0001-01-01T00:00:00+00:00")
@example("started", "2026-03-04")
@example("train_seconds", 10**400)
@example("best_accuracy", float("nan"))
@example("seed", True)
@example("problem", "\ud800")
@example("data_message", {"text": "{a}\ud800", "values": {"a": {"text": "\ud800", "values": {}}}})
@example("data_message", {"text": "{a}", "values": {"a": []}})
@example("name", "\n\x1b")
@example("recipe", {"type": "digitpad-recipe", "format": 1})
def test_any_value_is_refused_or_can_be_used(key, value):
    info = read_or_error(json.dumps({**json.loads(info_to_json(INFO)), key: value}).encode())
    if info is not None:
        assert info_from_json(info_to_json(info), "a") == info
        assert info.name.isprintable()
        assert f"{info.name}{info.problem}{info.data}".encode()
        assert info.best_accuracy is None or 0 <= info.best_accuracy <= 1


@given(REPORT, st.data())
def test_any_value_of_a_report_is_skipped_or_can_be_used(report, data):
    values = json.loads(reports_to_lines([report]))
    values[data.draw(st.sampled_from(sorted(values)))] = data.draw(JSON)
    for read in reports_from_lines(BytesIO(json.dumps(values).encode() + b"\n")):
        assert reports_from_lines(BytesIO(reports_to_lines([read]))) == [read]
        if isinstance(read, StepsReport):
            assert read.last >= read.first


@pytest.mark.parametrize("key", ["started", "device", "state", "seed", "recipe"])
def test_a_value_that_cannot_be_is_named(key):
    with pytest.raises(InputError, match=key):
        info_from_json(json.dumps({**json.loads(info_to_json(INFO)), key: "no"}).encode(), "a")


def test_what_a_newer_version_adds_is_left_out_and_what_an_older_one_lacks_has_its_default():
    values = json.loads(info_to_json(INFO))
    del values["problem"]
    assert info_from_json(json.dumps({**values, "colour": "red"}).encode(), "a") == INFO
    del values["seed"]
    with pytest.raises(InputError, match="seed is missing"):
        info_from_json(json.dumps(values).encode(), "a")


def test_numbers_that_are_not_finite_have_no_place_on_a_curve(run):
    run.append([replace(steps(1, 1), losses=(float("nan"),)), replace(epoch(1, 1), test_loss=float("inf"))])
    run.append([steps(2, 1)])
    assert run.reports() == [steps(2, 1)]


# A run's folder.


def test_runs_lie_in_the_users_own_folder_wherever_the_data_are(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "elsewhere"))
    assert runs_folder().name == "runs"
    assert tmp_path / "elsewhere" not in runs_folder().parents
    assert list_runs(runs_folder()) == []
    assert not runs_folder().exists()


def test_a_run_starts_with_what_is_known_of_it(run):
    info = run.read_info()
    assert run.path.name == info.id
    assert info.id.endswith("-fast")
    assert (info.name, info.recipe, info.seed, info.data_id) == ("fast", RECIPE, 7, "mnist")
    assert (info.state, info.epochs_done, info.best_accuracy) == ("running", 0, None)
    assert run.reports() == []


def test_runs_of_one_second_have_folders_of_their_own(folder):
    runs = [create(RECIPE, seed, Message("MNIST"), "mnist", "cpu", folder) for seed in range(5)]
    assert sorted(info.seed for info in list_runs(folder)) == [0, 1, 2, 3, 4]
    assert len({run.path for run in runs}) == 5


def test_a_run_that_cannot_be_written_leaves_nothing(folder, monkeypatch):
    def full(path, data):
        raise DigitpadError("The disk is full.")

    monkeypatch.setattr(run_store, "write_atomically", full)
    with pytest.raises(DigitpadError, match="full"):
        create(RECIPE, 7, Message("MNIST"), "mnist", "cpu", folder)
    assert list(folder.iterdir()) == []


def test_a_place_that_takes_no_folder_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DigitpadError, match="file"):
        create(RECIPE, 7, Message("MNIST"), "mnist", "cpu", tmp_path / "file" / "runs")


def test_reports_are_added(run):
    run.append(REPORTS[:2])
    run.append([])
    run.append(REPORTS[2:])
    assert run.reports() == REPORTS


@pytest.mark.parametrize("torn", [b'{"kind": "steps", "fir', b"\0" * 70_000, reports_to_lines([epoch(2, 20)])[:-1]])
def test_a_torn_last_line_is_skipped_and_cut_off(run, torn):
    run.append(REPORTS[:1])
    curves = run.path / "curves.jsonl"
    curves.write_bytes(curves.read_bytes() + torn)
    assert run.reports() == REPORTS[:1]
    run.append(REPORTS[1:])
    assert run.reports() == REPORTS
    assert curves.read_bytes() == reports_to_lines(REPORTS)


def test_a_file_without_one_whole_line_starts_anew(run):
    (run.path / "curves.jsonl").write_bytes(b'{"kind"')
    run.append(REPORTS)
    assert run.reports() == REPORTS


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files")
def test_what_a_full_disk_takes_only_half_of_is_taken_back(run):
    import resource

    run.append(REPORTS[:1])
    before = (run.path / "curves.jsonl").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, limits[1]))
    try:
        with pytest.raises(DigitpadError, match="cannot be used"):
            run.append(REPORTS[1:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (run.path / "curves.jsonl").read_bytes() == before


def test_a_full_disk_is_said_so(run, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DigitpadError, match="Free some space"):
        run.append(REPORTS)
    assert run.reports() == []


def test_a_folder_that_is_gone_is_said_so(run):
    gone = RunFolder(run.path / "none")
    for work in (
        gone.read_info,
        lambda: gone.append(REPORTS),
        lambda: gone.write_info(INFO),
        lambda: gone.cut_after(1),
    ):
        with pytest.raises(DigitpadError, match="not exist"):
            work()
    assert gone.reports() == []


@pytest.mark.parametrize(
    ("step", "kept"),
    [
        (0, []),
        (3, [steps(1, 3)]),
        (4, REPORTS[:2]),
        (10, REPORTS[:4]),
        (15, [*REPORTS[:4], steps(11, 5, 2)]),
        (20, REPORTS),
        (99, REPORTS),
    ],
)
def test_what_lies_beyond_the_saved_state_is_dropped(run, step, kept):
    run.append(REPORTS)
    run.cut_after(step)
    assert run.reports() == kept
    run.append([steps(step + 1, 1)])
    assert run.reports() == [*kept, steps(step + 1, 1)]


def test_files_too_large_for_a_run_are_refused(run, monkeypatch):
    monkeypatch.setattr(run_store, "_LARGEST_INFO", 100)
    with pytest.raises(InputError, match="more than 100 bytes"):
        run.read_info()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no such pipes")
def test_a_pipe_in_a_run_s_folder_is_not_waited_for(folder, run):
    copied(run, "b")
    for name in ("run.json", "curves.jsonl", "best.safetensors"):
        (run.path / name).unlink(missing_ok=True)
        os.mkfifo(run.path / name)
    assert [info.id for info in list_runs(folder)] == ["b"]
    with pytest.raises(InputError, match="is a folder or a device"):
        run.read_info()
    with pytest.raises(InputError, match="is a folder or a device"):
        run.reports()


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "steps", **OTHERS, "losses": [0] * 1_700_000, "rates": [0] * 1_700_000},
        {"kind": "steps", **OTHERS, "losses": [0] * 10_000, "rates": [0] * 10_000},
        {"kind": "steps", **OTHERS, "losses": [1], "rates": [1]},
    ],
    ids=["one line", "many steps", "many lines"],
)
def test_curves_take_little_memory_whatever_they_hold(run, values):
    text = json.dumps(values, separators=(",", ":")).encode() + b"\n"
    (run.path / "curves.jsonl").write_bytes(text * max(1, 10_000_000 // len(text)))  # a third of what is allowed
    reading = "from digitpad.storage.run_store import RunFolder; from pathlib import Path"
    raised, taken = megabytes(reading, "RunFolder(Path(sys.argv[1])).reports()", run.path)
    assert raised == "-"
    assert taken < 150


# The list.


def test_the_newest_is_first(folder, run):
    copied(run, "b", started="2026-03-04T05:06:07+01:00")
    copied(run, "a", started="2026-03-04T05:06:07+00:00")
    copied(run, "c", started="2099-03-04T05:06:07+00:00")
    assert [info.id for info in list_runs(folder)] == ["c", run.path.name, "a", "b"]


def test_what_is_no_run_hides_no_other(folder, run):
    (folder / "nothing").mkdir()
    (folder / "folder" / "run.json").mkdir(parents=True)
    (folder / "file").write_bytes(b"")
    copied(run, ".hidden")
    assert [info.id for info in list_runs(folder)] == [run.path.name]


@pytest.mark.parametrize("content", [b"", b"\0\xff", b"[]", b'{"name": "fast"}'])
def test_a_run_with_a_damaged_file_is_listed_as_failed_and_can_be_deleted(folder, run, content):
    damaged = copied(run, "damaged")
    (damaged.path / "run.json").write_bytes(content)
    info = next(info for info in list_runs(folder) if info.id == "damaged")
    assert (info.name, info.state, info.epochs_done, info.best_accuracy) == ("damaged", "failed", 0, None)
    assert "The run damaged has a damaged run.json" in str(info.problem)
    assert str(damaged.path) in str(info.problem)
    assert (damaged.path / "run.json").read_bytes() == content
    delete_run(folder, "damaged")
    assert [info.id for info in list_runs(folder)] == [run.path.name]


def test_a_run_that_is_deleted_while_it_is_looked_at_is_not_listed(folder, run, monkeypatch):
    other = copied(run, "other")
    read = RunFolder.read_info

    def gone(run):
        if run.path == other.path:
            (run.path / "run.json").unlink()
        return read(run)

    monkeypatch.setattr(RunFolder, "read_info", gone)
    assert [info.id for info in list_runs(folder)] == [run.path.name]


@pytest.mark.parametrize("time", [-(2**40), 2**34, 2**38])
def test_a_file_s_time_of_any_year_hides_no_run(folder, run, time):
    damaged = copied(run, "damaged")
    (damaged.path / "run.json").write_bytes(b"")
    for path in (damaged.path / "run.json", damaged.path):
        try:
            os.utime(path, (time, time))
        except (OSError, OverflowError):
            pytest.skip("the file system knows no such time")
    listed = {info.id: info.started for info in list_runs(folder)}
    assert listed.keys() == {run.path.name, "damaged"}
    assert time > 0 or listed["damaged"] == "1970-01-01T00:00:00+00:00"


def test_a_run_without_its_run_json_is_listed_and_can_be_deleted(folder, run):
    other = copied(run, "other")
    (other.path / "run.json").unlink()
    other.best.write_bytes(b"a checkpoint")
    assert {info.id: info.state for info in list_runs(folder)} == {run.path.name: "stopped", "other": "failed"}
    delete_run(folder, "other")
    assert [info.id for info in list_runs(folder)] == [run.path.name]


def test_a_copied_folder_is_a_run_of_its_own(folder, run):
    copied(run, "the copy (2)")
    assert {info.id for info in list_runs(folder)} == {run.path.name, "the copy (2)"}


def test_a_run_that_nothing_trains_was_cut_off(folder, run):
    copied(run, "done", state="finished")
    states = {info.id: (info.state, info.problem) for info in list_runs(folder)}
    assert states == {run.path.name: ("stopped", CUT_OFF), "done": ("finished", Message(""))}
    with run.training():
        assert {info.state for info in list_runs(folder)} == {"running", "finished"}
    assert {info.state for info in list_runs(folder)} == {"stopped", "finished"}
    assert run.read_info().state == "running", "looking changes nothing"


def test_a_run_that_ends_while_it_is_looked_at_was_not_cut_off(folder, run, monkeypatch):
    def ends(run):
        run.update_info(lambda info: replace(info, state="finished"))
        return False

    monkeypatch.setattr(RunFolder, "is_being_trained", ends)
    assert [info.state for info in list_runs(folder)] == ["finished"]


# One at a time.


def test_a_run_is_trained_once_at_a_time(run):
    assert not run.is_being_trained()
    with run.training():
        assert run.is_being_trained()
        assert run.is_being_trained(), "looking lets go of nothing"
        with pytest.raises(DigitpadError, match="being trained"), run.training():
            pass
        assert run.is_being_trained()
    assert not run.is_being_trained()
    with run.training():
        pass


def test_what_fails_while_training_is_handed_on_and_lets_go(run):
    with pytest.raises(FileNotFoundError), run.training():
        raise FileNotFoundError
    assert not run.is_being_trained()


def test_a_run_that_0_1_0_trains_is_held(run):
    fcntl = pytest.importorskip("fcntl")
    with (run.path / "lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run.is_being_trained()
        with pytest.raises(DigitpadError, match="being trained"), run.training():
            pass
    assert not run.is_being_trained()


def test_another_process_holds_a_run_until_it_is_killed(folder, run):
    trainer = """
        import sys
        from pathlib import Path
        from digitpad.storage.run_store import RunFolder

        with RunFolder(Path(sys.argv[1])).training():
            print("training", flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(trainer), str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline().strip() == b"training"
            assert [info.state for info in list_runs(folder)] == ["running"]
            with pytest.raises(DigitpadError, match="Stop it first"), run.training():
                pass
            with pytest.raises(DigitpadError, match="Stop it first"):
                delete_run(folder, run.path.name)
        finally:
            process.kill()
    assert [info.problem for info in list_runs(folder)] == [CUT_OFF]
    delete_run(folder, run.path.name)


# Rename, delete, export.


def test_a_run_is_renamed(folder, run):
    assert rename_run(run, " with \t elastic\nwaves ").name == "with elastic waves"
    assert [info.name for info in list_runs(folder)] == ["with elastic waves"]
    for name in ("", " \n", "x" * 81):
        with pytest.raises(InputError, match="1 to 80"):
            rename_run(run, name)
    assert run.read_info().name == "with elastic waves"


def test_a_run_keeps_its_new_name_while_it_trains(run):
    rename_run(run, "mine")
    info = run.update_info(lambda info: replace(info, epochs_done=1, best_accuracy=0.99))
    assert (info.name, info.epochs_done) == ("mine", 1)
    assert run.read_info() == info


def test_a_run_is_deleted(folder, run):
    other = copied(run, "other")
    run.append(REPORTS)
    delete_run(folder, run.path.name)
    assert list(folder.iterdir()) == [other.path]
    with pytest.raises(InputError, match="no run"):
        delete_run(folder, run.path.name)


def test_a_half_deleted_run_is_not_listed_and_goes_at_the_next_start(folder, run, monkeypatch):
    other = copied(run, "other")
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        delete_run(folder, run.path.name)
    assert [info.id for info in list_runs(folder)] == ["other"]
    assert len(list(folder.iterdir())) == 2
    remove_unfinished()
    assert list(folder.iterdir()) == [other.path]


def test_a_run_that_is_being_trained_is_not_deleted(folder, run):
    with run.training(), pytest.raises(DigitpadError, match="Stop it first"):
        delete_run(folder, run.path.name)
    assert [info.id for info in list_runs(folder)] == [run.path.name]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../runs", "../outside", "a/b", "/", "none", "x" * 300, "a\0b", ".hidden"]
)
def test_only_what_lies_in_the_runs_folder_is_deleted(folder, run, name):
    (folder.parent / "outside").mkdir()
    (folder / ".hidden").mkdir()
    before = sorted(folder.parent.rglob("*"))
    with pytest.raises(InputError, match="no run"):
        delete_run(folder, name)
    assert sorted(folder.parent.rglob("*")) == before


def test_links_are_not_followed_out(folder, run, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "photo").write_bytes(b"me")
    (precious / "run.json").write_bytes((run.path / "run.json").read_bytes())
    try:
        (folder / "link").symlink_to(precious, target_is_directory=True)
        (run.path / "inside").symlink_to(precious, target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    assert [info.id for info in list_runs(folder)] == [run.path.name]
    with pytest.raises(InputError):
        delete_run(folder, "link")
    delete_run(folder, run.path.name)
    assert (precious / "photo").read_bytes() == b"me"


def test_a_runs_folder_may_be_a_link(folder, run, tmp_path):
    link = tmp_path / "link"
    try:
        link.symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    assert find_run(link, run.path.name).read_info().id == run.path.name
    delete_run(link, run.path.name)
    assert list(folder.iterdir()) == []


def test_a_checkpoint_is_exported(run, tmp_path):
    target = tmp_path / "mine.safetensors"
    with pytest.raises(InputError, match="no best checkpoint yet"):
        export_checkpoint(run, "best", target)
    run.best.write_bytes(b"best")
    run.last.write_bytes(b"last")
    for which in ("best", "last"):
        export_checkpoint(run, which, target)
        assert target.read_bytes() == which.encode()
    with pytest.raises(DigitpadError, match="does not exist"):
        export_checkpoint(run, "best", tmp_path / "none" / "mine.safetensors")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_folder_that_may_not_be_changed_is_said_so(folder, run):
    folder.chmod(0o500)
    try:
        with pytest.raises(DigitpadError, match="may not be"):
            delete_run(folder, run.path.name)
        with pytest.raises(DigitpadError, match="may not be"):
            create(RECIPE, 7, Message("MNIST"), "mnist", "cpu", folder)
    finally:
        folder.chmod(0o700)
    assert [info.id for info in list_runs(folder)] == [run.path.name]


def test_it_needs_neither_torch_nor_qt():
    code = (
        "import digitpad.storage.run_store, sys; print(sorted({'torch', 'PySide6', 'platformdirs'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).strip() == b"[]"


def test_runs_of_one_recipe_get_names_that_can_be_distinguished(tmp_path):
    def start():
        return create(RECIPE, 7, Message(""), "starter", "cpu", tmp_path)

    runs = [start() for _ in range(3)]
    assert [run.read_info().name for run in runs] == [RECIPE.id, f"{RECIPE.id} 2", f"{RECIPE.id} 3"]
    delete_run(tmp_path, runs[1].path.name)
    assert start().read_info().name == f"{RECIPE.id} 2"
