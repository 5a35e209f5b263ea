"""Conversations on disk: each found by its own id alone, changed as a whole, and gone when deleted."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.talk import Exchange, Talk
from studio.store.files import new_id
from studio.store.talks import Talks


@pytest.fixture
def talks(tmp_path: Path) -> Talks:
    (tmp_path / "talks").mkdir()
    return Talks(tmp_path / "talks")


def test_the_newest_stands_first_and_a_damaged_one_in_nobodys_way(talks: Talks) -> None:
    assert talks.all() == ()
    older, newer, damaged = (Talk(new_id(), "me", float(at)) for at in range(3))
    for talk in (older, newer, damaged):
        talks.add(talk)
    (talks.path / damaged.id / "talk.json").write_text("{", encoding="utf-8")
    assert talks.all() == (newer, older)
    with pytest.raises(StudioError, match="damaged"):
        talks.folder(damaged.id).read()


def test_a_change_is_kept_and_one_of_a_deleted_talk_is_refused(talks: Talks) -> None:
    folder = talks.add(Talk(new_id(), "me", 0.0))
    exchange = Exchange("e1", "Why?", {})
    folder.change(lambda talk: replace(talk, exchanges=(exchange,)))
    assert talks.folder(folder.id).read().exchanges == (exchange,)
    talks.delete(folder.id)
    with pytest.raises(Refused, match="was deleted"):
        folder.change(lambda talk: talk)
    assert talks.all() == ()


@pytest.mark.parametrize("name", ["", "..", "../runs", "a" * 16])
def test_what_is_no_conversation_is_unknown(talks: Talks, name: str) -> None:
    with pytest.raises(Refused, match="no conversation"):
        talks.folder(name)


def test_a_conversation_is_seen_by_whoever_led_it_alone(talks: Talks) -> None:
    ada, bob = talks.owned_by("ada"), talks.owned_by("bob")
    talk = ada.add(Talk(new_id(), "me", 0.0))
    assert talk.read().owner == "ada"
    assert [len(each.all()) for each in (ada, bob, talks)] == [1, 0, 1]
    for verb in (bob.folder, bob.delete):
        with pytest.raises(Refused, match="no conversation"):
            verb(talk.id)
