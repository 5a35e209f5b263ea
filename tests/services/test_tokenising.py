"""Rows become tokens once: kept by what they depend on, the same in every run, made anew when damaged."""

from array import array
from copy import deepcopy
from dataclasses import replace

import pytest

from studio.core.config import DataSettings, RunConfig
from studio.core.events import Warned
from studio.core.examples import Example
from studio.core.records import Completion, SourcedRecord, Text
from studio.data.templates import ChatTemplate
from studio.engine.objectives import objective_named
from studio.engine.weight_files import never
from studio.services import tokenising
from studio.services.examples import encode_rows
from studio.services.setting_aside import Parts
from studio.services.tokenising import Watch, tokens_of
from studio.services.training import Material, material
from studio.store.records import ChosenRecords, RecordFile, write_records
from studio.store.token_cache import TokenCache
from studio.store.token_files import Tokens
from tests.services.conftest import planned

SILENT = Watch(lambda text: None, never, lambda event: None)
ROWS = 30
VERSION = "0123456789ab"


def made_of(tmp_path, tokenizer, records, objective="chat", max_length=256):
    """Return what a run is made of that learns all but every fifth record."""
    path = tmp_path / "records.jsonl"
    digest = write_records(path, [SourcedRecord(at + 1, each) for at, each in enumerate(records)])
    held_out = array("Q", range(0, len(records), 5))
    training = array("Q", (at for at in range(len(records)) if at % 5))
    file = RecordFile(path)
    parts = Parts(ChosenRecords(file, training), ChosenRecords(file, held_out))
    config = RunConfig("", VERSION, objective=objective, knobs={"max_length": max_length})
    return Material(config, None, tokenizer, ChatTemplate(tokenizer), digest, parts, parts)


@pytest.fixture
def gathered(tmp_path, tiny_tokenizer):
    sums = [Completion(f"What is {at} plus one?", f"It is {at + 1}.") for at in range(ROWS)]
    return made_of(tmp_path, deepcopy(tiny_tokenizer), sums)


@pytest.fixture
def cache(tmp_path):
    return TokenCache(tmp_path / "tokens")


def encoded(gathered, records):
    objective, length = gathered.config.objective, gathered.config.part(DataSettings).max_length
    found = encode_rows(records, objective_named(objective), gathered.template, max_length=length)
    return tuple(each for _, each in found if isinstance(each, Example))


def test_both_parts_are_the_tokens_that_each_row_gives_by_itself(gathered, cache):
    tokens = Tokens(tokens_of(gathered, cache, watch=SILENT))
    for part in (gathered.parts.training, gathered.parts.held_out):
        assert tuple(tokens.of_records(part.places)) == encoded(gathered, part)


def test_windows_of_long_rows_are_kept_too(tmp_path, tiny_tokenizer, cache):
    texts = [Text(f"Number {at} " * (at + 1)) for at in range(20)]
    gathered = made_of(tmp_path, tiny_tokenizer, texts, "text", max_length=64)
    tokens = Tokens(tokens_of(gathered, cache, watch=SILENT))
    training = tokens.of_records(gathered.parts.training.places)
    assert tuple(training) == encoded(gathered, gathered.parts.training)
    assert len(training) > len(gathered.parts.training)


def test_a_second_run_on_the_same_rows_makes_no_tokens_and_another_length_does(gathered, cache, monkeypatch):
    first = tuple(Tokens(tokens_of(gathered, cache, watch=SILENT)))
    shorter = replace(gathered, config=replace(gathered.config, knobs={"max_length": 16}))
    with monkeypatch.context() as patched:
        patched.setattr(tokenising, "encode_rows", made_again)
        assert tuple(Tokens(tokens_of(gathered, cache, watch=SILENT))) == first
        with pytest.raises(AssertionError):
            tokens_of(shorter, cache, watch=SILENT)
    assert max(Tokens(tokens_of(shorter, cache, watch=SILENT)).lengths()) == 16


def test_rows_that_are_set_aside_in_the_meantime_cost_no_new_tokens(gathered, cache, monkeypatch):
    first = tuple(Tokens(tokens_of(gathered, cache, watch=SILENT)))
    monkeypatch.setattr(tokenising, "encode_rows", made_again)
    resumed = replace(gathered, parts=gathered.parts.without({2, 6}))
    assert tuple(Tokens(tokens_of(resumed, cache, watch=SILENT))) == first


def made_again(*arguments, **settings):
    raise AssertionError("the rows were turned into tokens again")


@pytest.mark.parametrize("what", ["rows", "objective", "template", "vocabulary"])
def test_tokens_are_kept_by_all_that_they_depend_on(gathered, cache, what):
    before = tokens_of(gathered, cache, watch=SILENT)
    again = gathered
    if what == "rows":
        parts = replace(gathered.parts, training=gathered.parts.training.without({2, 3}))
        again = replace(gathered, parts=parts, divided=parts)
    elif what == "objective":
        again = replace(gathered, config=replace(gathered.config, objective="completion"))
    elif what == "template":
        gathered.tokenizer.chat_template = "{% for each in messages %}{{ each['content'] }}{% endfor %}"
        again = replace(gathered, template=ChatTemplate(gathered.tokenizer))
    else:
        gathered.tokenizer.add_tokens(["plus one"])
    after = tokens_of(again, cache, watch=SILENT)
    assert len(list(cache.path.iterdir())) == 2
    assert tuple(Tokens(before)) != tuple(Tokens(after))


def test_progress_is_told_and_a_stop_leaves_nothing(gathered, cache):
    told, times = [], iter(range(10_000))
    watch = replace(SILENT, tell=told.append, stopping=lambda: len(told) == 3, clock=lambda: next(times))
    assert tokens_of(gathered, cache, watch=watch) is None
    assert told == [f"The rows are turned into tokens: {done} of 30." for done in (0, 1, 2)]
    assert list(cache.path.iterdir()) == []


def test_damaged_tokens_are_told_and_made_anew(gathered, cache):
    said = []
    watch = replace(SILENT, emit=said.append)
    first = tuple(Tokens(tokens_of(gathered, cache, watch=watch)))
    (entry,) = cache.path.iterdir()
    flipped = bytearray((entry / "ids.bin").read_bytes())
    flipped[40] ^= 1
    (entry / "ids.bin").write_bytes(flipped)
    assert tuple(Tokens(tokens_of(gathered, cache, watch=watch))) == first
    (warning,) = said
    assert isinstance(warning, Warned)
    assert "ids.bin is damaged" in warning.message


def test_tokens_go_with_their_data_set(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    folder, cache = closed._home.runs.folder(closed.start(config)), closed._home.tokens
    tokens_of(material(folder, lambda text: None, never), cache, watch=SILENT)
    (entry,) = cache.path.iterdir()
    assert entry.name.startswith(config.dataset_version)
    closed.delete_dataset(config.dataset)
    assert list(cache.path.iterdir()) == []
