"""Replies are kept whole, or are not there."""

import pytest

from studio.core.errors import StudioError
from studio.core.replies import Replayed, Reply
from studio.store.replies import FILE, Replies, note_replayed, replayed_of, replies_beside
from studio.store.runs import RunFolder

NAME, OTHER = "a" * 32, "b" * 32
TWO = (Reply("Who barks?", "A dog.", True), Reply("What is ice?", "Frozen wa", False))


@pytest.fixture
def replies(tmp_path) -> Replies:
    return Replies(tmp_path / "replies")


def test_what_is_kept_is_found_by_its_name_alone(replies):
    assert replies.find(NAME) == ()
    replies.keep(NAME, TWO, model="starter")
    assert replies.find(NAME) == TWO
    assert replies.find(OTHER) == ()


def test_the_forecast_learns_how_many_a_model_has(replies):
    assert replies.most_of("starter") == 0
    replies.keep(NAME, TWO[:1], model="starter")
    replies.keep(OTHER, TWO, model="starter")
    assert replies.most_of("starter") == 2
    assert replies.most_of("another/model") == 0


def test_a_changed_file_is_named_and_is_gone_then(replies):
    replies.keep(NAME, TWO, model="starter")
    (path,) = replies.path.iterdir()
    path.write_text(path.read_text().replace("A dog.", "A cat."))
    with pytest.raises(StudioError, match="its content is not what was written"):
        replies.find(NAME)
    assert replies.find(NAME) == ()


def test_a_forecast_does_not_stumble_over_a_damaged_file(replies):
    replies.keep(NAME, TWO, model="starter")
    (path,) = replies.path.iterdir()
    for content in ("{", '{"version": 1, "model": "starter", "replies": 7}', "[]"):
        path.write_text(content)
        assert replies.most_of("starter") == 0


def test_a_run_keeps_what_it_mixes_in(tmp_path):
    folder = RunFolder(tmp_path / "runs" / "20260101-000000-aaaaaaaaaaaaaaaa")
    folder.path.mkdir(parents=True)
    assert replayed_of(folder) is None
    note_replayed(folder, Replayed(7, TWO))
    assert replayed_of(folder) == Replayed(7, TWO)
    assert replies_beside(folder).path == tmp_path / "replies"
    (folder.path / FILE).write_text((folder.path / FILE).read_text().replace("dog", "cat"))
    with pytest.raises(StudioError, match="damaged"):
        replayed_of(folder)
