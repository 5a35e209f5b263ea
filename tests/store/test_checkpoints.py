"""Checkpoints survive kills and flipped bytes, and only the needed ones are kept."""

import json
import os

import pytest

from studio.core.errors import StudioError
from studio.store.checkpoints import Checkpoints
from studio.store.files import digest
from tests.store.test_files import each_failure

LOSSES = {10: 2.0, 20: 1.5, 30: 1.7, 40: 1.8, 50: 1.9}


def fill(folder):
    (folder / "weights").mkdir()
    (folder / "resume").mkdir()
    (folder / "weights" / "tuned.safetensors").write_bytes(os.urandom(256))
    (folder / "resume" / "state.json").write_text("{}")


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "checkpoints")


def save(checkpoints, *steps):
    return [checkpoints.save(step, fill, eval_loss=LOSSES.get(step)) for step in steps]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def test_the_newest_two_stay_resumable_and_the_best_keeps_its_weights(checkpoints, tmp_path):
    saved = save(checkpoints, 10, 20, 30, 40, 50)
    assert [one.best for one in saved] == [True, True, False, False, False]
    assert checkpoints.steps() == (20, 40, 50)
    assert checkpoints.newest()[0] == 50
    assert checkpoints.best()[0] == 20
    best = tmp_path / "checkpoints" / "step-000020"
    assert (best / "weights" / "tuned.safetensors").exists()
    assert not (best / "resume").exists()
    assert (checkpoints.weights_bytes(20), checkpoints.weights_bytes(30)) == (256, 0)


def test_nothing_saved_yet_is_none(checkpoints):
    assert (checkpoints.newest(), checkpoints.best(), checkpoints.steps()) == (None, None, ())


def test_a_flipped_byte_in_the_newest_makes_the_one_before_it_the_newest(checkpoints, tmp_path):
    save(checkpoints, 10, 20)
    flip(tmp_path / "checkpoints" / "step-000020" / "weights" / "tuned.safetensors")
    assert checkpoints.newest()[0] == 10
    assert checkpoints.best()[0] == 10
    assert checkpoints.drop_damaged() == (20,)
    assert checkpoints.steps() == (10,)


@pytest.mark.parametrize("content", ["", "{", '{"version": 1}', '{"version": 1, "step": 20, "files": 3}'])
def test_a_torn_manifest_never_verifies(checkpoints, tmp_path, content):
    save(checkpoints, 10, 20)
    (tmp_path / "checkpoints" / "step-000020" / "manifest.json").write_text(content)
    assert checkpoints.newest()[0] == 10


@pytest.mark.parametrize(
    ("written", "damaged"), [('"eval_loss": 2.0', '"eval_loss": 0.0'), ('"step": 10', '"step": 99')]
)
def test_a_digit_that_flips_in_a_manifest_never_makes_its_checkpoint_the_best(
    checkpoints, tmp_path, written, damaged
):
    save(checkpoints, 10, 20)
    manifest = tmp_path / "checkpoints" / "step-000010" / "manifest.json"
    text = manifest.read_text()
    assert written in text
    manifest.write_text(text.replace(written, damaged))
    assert (checkpoints.best()[0], checkpoints.best_step()) == (20, 20)
    assert checkpoints.drop_damaged() == (10,)


def test_the_manifest_of_another_step_is_not_this_ones(checkpoints, tmp_path):
    save(checkpoints, 10, 20)
    (tmp_path / "checkpoints" / "step-000010").rename(tmp_path / "checkpoints" / "step-000030")
    assert checkpoints.newest()[0] == 20


def test_a_checkpoint_without_its_manifest_never_verifies(checkpoints, tmp_path):
    save(checkpoints, 10, 20)
    (tmp_path / "checkpoints" / "step-000020" / "manifest.json").unlink()
    assert checkpoints.newest()[0] == 10


def test_a_stop_between_checks_is_newest_and_never_best(checkpoints):
    save(checkpoints, 10, 11)
    assert checkpoints.newest()[0] == 11
    assert checkpoints.best()[0] == 10


def test_saving_a_step_again_replaces_it(checkpoints, tmp_path):
    save(checkpoints, 10)
    first = (tmp_path / "checkpoints" / "step-000010" / "weights" / "tuned.safetensors").read_bytes()
    save(checkpoints, 10)
    assert (tmp_path / "checkpoints" / "step-000010" / "weights" / "tuned.safetensors").read_bytes() != first
    assert checkpoints.newest()[0] == 10


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_whichever_call_fails_an_earlier_checkpoint_still_verifies(checkpoints, monkeypatch, call):
    save(checkpoints, 10, 20)

    def check():
        assert checkpoints.newest()[0] in (20, 30)
        assert checkpoints.best() is not None

    failures = each_failure(
        monkeypatch, call, lambda: checkpoints.save(30, fill, eval_loss=LOSSES[30]), check
    )
    assert failures >= 2
    assert checkpoints.newest()[0] == 30


def test_a_full_disk_is_one_plain_sentence(checkpoints, monkeypatch):
    def full(folder):
        raise OSError(28, "No space left on device")

    with pytest.raises(StudioError, match=r"step 10 could not be saved: No space left on device\. Free"):
        checkpoints.save(10, full, eval_loss=None)
    assert checkpoints.steps() == ()


def test_a_kill_between_manifest_and_cleaning_leaves_a_sound_best(checkpoints, tmp_path):
    save(checkpoints, 20, 30, 40)
    best = tmp_path / "checkpoints" / "step-000020"
    (best / "resume").mkdir()
    (best / "resume" / "state.json").write_text("left over")
    assert checkpoints.best()[0] == 20
    assert json.loads((best / "manifest.json").read_text())["eval_loss"] == 1.5


def test_a_point_is_not_given_up_for_a_newer_one_that_is_damaged(checkpoints, tmp_path):
    save(checkpoints, 30, 40)
    flip(tmp_path / "checkpoints" / "step-000040" / "weights" / "tuned.safetensors")
    save(checkpoints, 50)
    flip(tmp_path / "checkpoints" / "step-000050" / "resume" / "state.json")
    assert checkpoints.newest()[0] == 30
    assert checkpoints.drop_damaged() == (40, 50), "what was damaged stays until it is told"


def test_a_damaged_best_does_not_cost_the_next_best(checkpoints, tmp_path):
    save(checkpoints, 20, 30)
    flip(tmp_path / "checkpoints" / "step-000020" / "weights" / "tuned.safetensors")
    save(checkpoints, 40, 50)
    assert checkpoints.best()[0] == 30
    assert checkpoints.best_step() == 30


def test_another_process_that_saves_takes_nothing_from_who_looks_for_the_best(
    checkpoints, tmp_path, monkeypatch
):
    save(checkpoints, 10, 11)
    better, real = iter([20, 30]), digest

    def saved_meanwhile(path):
        step = next(better, None)
        if step is not None:
            save(Checkpoints(tmp_path / "checkpoints"), step)
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr("studio.store.files.digest", saved_meanwhile)
        assert checkpoints.best()[0] == 20
    assert checkpoints.steps() == (20, 30)


def truncated(content):
    return content[: len(content) // 2]


def zero_filled(content):
    return bytes(len(content))


def bit_flipped(content):
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("way", [truncated, zero_filled, bit_flipped])
@pytest.mark.parametrize("name", ["weights/tuned.safetensors", "resume/state.json", "manifest.json"])
def test_however_the_newest_is_damaged_the_one_before_it_is_used(checkpoints, tmp_path, way, name):
    save(checkpoints, 10, 20, 30)
    path = tmp_path / "checkpoints" / "step-000030" / name
    path.write_bytes(way(path.read_bytes()))
    assert checkpoints.newest()[0] == 20
    assert checkpoints.drop_damaged() == (30,)
    assert (checkpoints.newest()[0], checkpoints.best()[0]) == (20, 20)
