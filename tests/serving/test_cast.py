"""Models come on the shelf and off it while others answer: of one that is gone only its own askers hear."""

import shutil
import weakref
from collections.abc import Iterator

import openai
import pytest

from studio.engine.checkpoints import WEIGHTS
from studio.services.jobs import best_checkpoint
from studio.serving.cast import Cast, cast
from studio.serving.server import Address, opened
from studio.store.home import Home
from tests.serving.conftest import Runs, free_port

QUESTION = [{"role": "user", "content": "What is 7 plus one?"}]


@pytest.fixture
def home(runs: Runs, tmp_path) -> Home:
    """A copy of the home, to be broken."""
    shutil.copytree(runs.home, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def own(runs: Runs, home: Home) -> Cast:
    names = (runs.first, runs.second, runs.whole)
    return cast(home, names, with_documents=False, tell=lambda line: None)


@pytest.fixture
def client(own: Cast) -> Iterator[openai.OpenAI]:
    port = free_port()
    with (
        opened(own, Address(port=port)),
        openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0) as client,
    ):
        yield client


def asked(client: openai.OpenAI, model: str) -> str:
    answer = client.chat.completions.create(model=model, messages=QUESTION, max_tokens=8)
    return answer.choices[0].message.content


def shelf_of(whole: Cast):
    ((shelf, _),) = whole._shelves.values()
    return shelf


def vanished(weights) -> None:
    weights.unlink()


def changed(weights) -> None:
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "said"),
    [(vanished, "cannot be read any more: no such file"), (changed, "are not those that were opened")],
)
def test_weights_that_vanished_or_changed_are_told_to_whoever_asks_for_them_and_to_nobody_else(
    client, own, runs, home, damage, said
):
    before = asked(client, runs.second)
    damage(best_checkpoint(home.runs.folder(runs.first))[1] / WEIGHTS)
    for _ in range(2):
        with pytest.raises(openai.InternalServerError, match=said) as error:
            asked(client, runs.first)
        assert (error.value.status_code, error.value.code) == (503, "model_unavailable")
    stream = client.chat.completions.create(model=runs.first, messages=QUESTION, stream=True)
    with pytest.raises(openai.APIError, match=said):
        list(stream)
    assert asked(client, runs.second) == before


def test_what_is_in_memory_answers_on_though_its_file_is_gone(client, runs, home):
    before = asked(client, runs.first)
    vanished(best_checkpoint(home.runs.folder(runs.first))[1] / WEIGHTS)
    assert asked(client, runs.first) == before


def test_a_run_that_is_deleted_while_it_is_served_is_taken_off_and_its_memory_comes_back(
    client, own, runs, home
):
    for run in (runs.first, runs.second):
        asked(client, run)
    both, before = shelf_of(own).bytes(), asked(client, runs.second)
    home.runs.delete(runs.first)
    with pytest.raises(openai.NotFoundError, match="There is no model"):
        asked(client, runs.first)
    listed = [model.id for model in client.models.list()]
    assert runs.first not in listed
    assert len(listed) == 3, "the base outlives the run that was the first to bring it"
    assert asked(client, runs.second) == before
    assert 0 < shelf_of(own).bytes() < both
    assert [name.partition("@")[0] for name in shelf_of(own).names()] == ["", runs.second]
    assert asked(client, listed[0])


def test_every_run_of_one_base_is_read_with_the_same_tokenizer(own, runs):
    first, second = (own.speakers[run].gathered for run in (runs.first, runs.second))
    assert first.tokenizer is second.tokenizer
    assert first.template is second.template


def test_a_model_of_its_own_is_let_go_as_a_whole(client, own, runs):
    asked(client, runs.whole)
    model = weakref.ref(own.speakers[runs.whole].decoder.shelf.model)
    own.put_away(runs.whole)
    assert model() is None
    with pytest.raises(openai.NotFoundError):
        asked(client, runs.whole)
    own.put_away(runs.whole)
