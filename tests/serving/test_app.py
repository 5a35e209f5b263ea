"""OpenAI's own client, unchanged, against the server: answers, streams, adapters at once, errors."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from studio.core.errors import Refused
from studio.core.records import Message
from studio.data.tokens import encode_prompt
from studio.engine.generate import answer_batch, end_tokens
from studio.serving.forms import MOST_TOKENS
from studio.serving.server import Address, opened
from tests.services.conftest import wait_for
from tests.serving.conftest import free_port

QUESTION = [{"role": "user", "content": "What is 7 plus one?"}]


@pytest.fixture
def client(address):
    with openai.OpenAI(base_url=address, api_key="none", max_retries=0) as client:
        yield client


def asked(client, model: str, **settings) -> str:
    answer = client.chat.completions.create(model=model, messages=QUESTION, max_tokens=24, **settings)
    return answer.choices[0].message.content


def test_the_models_are_the_runs_and_their_base(client, whole, runs):
    names = [model.id for model in client.models.list()]
    assert names == list(whole.speakers)
    assert {runs.first, runs.second, runs.whole} < set(names)
    assert client.models.retrieve(runs.first).owned_by == "studio"


def test_an_answer_is_that_of_the_tuned_model(client, whole, runs):
    """As the exam writes it: the checkpoint loaded through peft, greedily."""
    from studio.evaluation.subjects import subjects
    from studio.services.jobs import best_checkpoint

    for run in (runs.first, runs.second, runs.whole):
        speaker = whole.speakers[run]
        gathered = speaker.gathered
        prompt = encode_prompt([Message("user", QUESTION[0]["content"])], gathered.template)
        _, tuned = subjects(gathered.config, gathered.source, best_checkpoint(speaker.folder)[1])
        with tuned() as model:
            assert end_tokens(model, gathered.tokenizer) <= speaker.ends
            (expected,) = answer_batch(model, gathered.tokenizer, [prompt], max_new_tokens=24)
        assert asked(client, run) == expected


def test_what_is_used_is_counted(client, whole, runs):
    answer = client.chat.completions.create(model=runs.first, messages=QUESTION, max_tokens=3)
    template = whole.speakers[runs.first].gathered.template
    prompt = encode_prompt([Message("user", QUESTION[0]["content"])], template)
    assert answer.usage.prompt_tokens == len(prompt)
    assert answer.usage.completion_tokens == 3
    assert answer.choices[0].finish_reason == "length"


def test_two_adapters_stream_at_once_what_they_say_alone(client, runs):
    def streamed(run: str) -> str:
        pieces = client.chat.completions.create(
            model=run, messages=QUESTION, max_tokens=24, stream=True, stream_options={"include_usage": True}
        )
        *parts, last = pieces
        assert last.usage.completion_tokens > 0
        assert parts[-1].choices[0].finish_reason in ("stop", "length")
        return "".join(part.choices[0].delta.content or "" for part in parts)

    alone = [asked(client, run) for run in (runs.first, runs.second)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(streamed, (runs.first, runs.second, runs.first, runs.second)))
    assert together == alone * 2
    assert alone[0] != alone[1]


def test_a_stop_ends_an_answer_before_it(client, runs):
    whole = asked(client, runs.first)
    stop = whole[2:5]
    assert asked(client, runs.first, stop=[stop]) == whole[: whole.index(stop)]


def test_a_seed_repeats_an_answer_that_is_drawn(client, runs):
    drawn = [asked(client, runs.first, temperature=1.5, seed=seed) for seed in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_plain_completion_goes_on_from_its_prompt(client, runs):
    answer = client.completions.create(model=runs.first, prompt="What is", max_tokens=5)
    assert answer.usage.completion_tokens <= 5
    assert answer.choices[0].text


def test_an_unknown_model_is_told_in_the_form_that_clients_know(client):
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt-x' here") as error:
        asked(client, "gpt-x")
    assert error.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("settings", "param"),
    [
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": MOST_TOKENS + 1}, "max_tokens"),
        ({"n": 2}, "n"),
        ({"stop": [""]}, "stop"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": "word " * 4000}]}, "messages"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_name(client, runs, settings, param):
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(**{"model": runs.first, "messages": QUESTION} | settings)
    assert error.value.param == param


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_request_is_refused(address, body):
    answer = httpx.post(f"{address}/chat/completions", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_body_beyond_the_limit_is_refused(address):
    assert httpx.post(f"{address}/chat/completions", content=b" " * 1_000_001).status_code == 413


def test_another_sites_page_and_an_unknown_name_are_refused_on_every_route(address):
    for path in ("models", "chat/completions", "nothing", "../health"):
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://[::"},
            {"Host": "evil.example"},
            {"Host": "[::"},
        ):
            assert httpx.post(f"{address}/{path}", headers=headers).status_code == 403, (path, headers)


def test_off_this_machine_a_key_is_asked_for(whole):
    port = free_port()
    with opened(whole, Address(host="0.0.0.0", port=port)) as key:
        assert key
        base = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{base}/health").json()["status"] == "ok"
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": key}):
            refused = httpx.get(f"{base}/v1/models", headers=wrong)
            assert refused.status_code == 401
            assert refused.json()["error"]["type"] == "authentication_error"
        with openai.OpenAI(base_url=f"{base}/v1", api_key=key) as client:
            assert len(list(client.models.list())) == len(whole.speakers)


def test_a_port_that_is_taken_is_told(whole, address):
    port = int(address.split(":")[2].split("/")[0])
    taken = pytest.raises(Refused, match=f"Port {port} of 127.0.0.1 cannot be had")
    with taken, opened(whole, Address(port=port)):
        raise AssertionError("it was opened")


def test_who_hangs_up_frees_the_place_and_a_long_line_is_turned_away(address, runs, monkeypatch):
    monkeypatch.setattr("studio.serving.turns.MOST_WAITING", 0)
    body = {"model": runs.first, "messages": QUESTION}
    full = httpx.post(f"{address}/chat/completions", json=body)
    assert (full.status_code, full.json()["error"]["code"]) == (429, "queue_full")
    monkeypatch.undo()
    with httpx.stream(
        "POST", f"{address}/chat/completions", json={**body, "stream": True, "max_tokens": 4000}
    ) as line:
        next(line.iter_lines())
    health = address.removesuffix("/v1") + "/health"
    wait_for(lambda: httpx.get(health).json()["answering"] == 0)
