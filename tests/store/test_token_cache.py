"""The cache of tokens: found by name, made once, thrown away when damaged, unused or too large."""

import os

import pytest

from studio.core.errors import StudioError
from studio.core.examples import Example
from studio.store.files import STAGING
from studio.store.token_cache import TokenCache
from studio.store.token_files import Tokens

NAME = "0123456789ab-" + "c" * 32
OTHER = "ba9876543210-" + "d" * 32


def written(*ids):
    def write(writer):
        writer.append(Example(1, ids, ids), 0)
        return True

    return write


def test_what_was_made_is_found_by_another_process_and_is_the_same(tmp_path):
    assert TokenCache(tmp_path).find(NAME) is None
    made = TokenCache(tmp_path).make(NAME, written(1, 2, 3))
    found = TokenCache(tmp_path).find(NAME)
    assert tuple(Tokens(found)) == tuple(Tokens(made)) == (Example(1, (1, 2, 3), (1, 2, 3)),)


def test_nothing_is_left_of_what_was_stopped_or_failed(tmp_path):
    def fails(writer):
        writer.append(Example(1, (1,), (1,)), 0)
        raise StudioError("The disk is full.")

    cache = TokenCache(tmp_path)
    assert cache.make(NAME, lambda writer: False) is None
    with pytest.raises(StudioError):
        cache.make(NAME, fails)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_entry_is_told_once_and_is_gone(tmp_path):
    cache = TokenCache(tmp_path)
    cache.make(NAME, written(1, 2, 3))
    (tmp_path / NAME / "ids.bin").write_bytes(b"\0" * 12)
    with pytest.raises(StudioError, match=r"ids\.bin is damaged"):
        cache.find(NAME)
    assert cache.find(NAME) is None


def moved_already(folder):
    raise FileNotFoundError(2, "No such file or directory", str(folder))


@pytest.mark.parametrize("at_the_same_moment", [False, True])
def test_a_process_that_was_second_takes_what_the_first_one_made(tmp_path, monkeypatch, at_the_same_moment):
    cache = TokenCache(tmp_path)

    def slower(writer):
        cache.make(NAME, written(1, 2))
        if at_the_same_moment:
            monkeypatch.setattr("studio.store.files.remove_folder", moved_already)
        return written(1, 2)(writer)

    assert tuple(Tokens(cache.make(NAME, slower))) == (Example(1, (1, 2), (1, 2)),)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(STAGING)] == []


def test_what_was_not_used_for_longest_makes_room_and_the_newest_stays(tmp_path):
    names = [f"{at:012x}-{'e' * 32}" for at in range(3)]
    cache = TokenCache(tmp_path, most_bytes=1)
    roomy = TokenCache(tmp_path)
    for at, name in enumerate(names):
        roomy.make(name, written(1, 2))
        os.utime(tmp_path / name / "index.json", (at, at))
    one = sum(path.stat().st_size for path in (tmp_path / names[0]).iterdir())
    assert roomy.find(names[0]) is not None, "being used makes it the newest"
    TokenCache(tmp_path, most_bytes=int(2.5 * one)).make(NAME, written(1, 2))
    assert {each.name for each in tmp_path.iterdir()} == {NAME, names[0]}
    cache.make(OTHER, written(1, 2))
    assert {each.name for each in tmp_path.iterdir()} == {OTHER}


def test_the_tokens_of_versions_that_nobody_holds_are_deleted(tmp_path):
    cache = TokenCache(tmp_path)
    for name in (NAME, OTHER):
        cache.make(name, written(1))
    cache.drop_unused(lambda version: version == OTHER[:12])
    assert {each.name for each in tmp_path.iterdir()} == {OTHER}
