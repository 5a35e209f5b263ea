"""The page and the server speak through the same models: each answers as it was measured."""

import threading

import httpx
import openai
import pytest

from studio.core.errors import Refused
from studio.core.records import Message
from studio.core.talk import Manner, Spoken
from studio.data.tokens import encode_prompt
from studio.engine.generate import answer_batch
from studio.services.talking import Wish
from studio.serving.server import Address
from studio.serving.stage import Stage
from studio.store.home import Home
from tests.services.conftest import wait_for
from tests.serving.conftest import free_port

ASKED = (Message("user", "What is 7 plus one?"),)
SHORT = Manner(answer_tokens=24)


@pytest.fixture(scope="module")
def stage(runs):
    stage = Stage(runs.home, lambda work: work(), Address(port=free_port()))
    yield stage
    stage.close()


@pytest.fixture
def folder(runs):
    return Home(runs.home).runs.folder


def begun(stage, folder, *, untouched=False, manner=SHORT, messages=ASKED):
    heard: list[Spoken] = []
    stop = stage.speak(Wish(folder, untouched, messages, manner), heard.append)
    return heard, stop


def ended(heard) -> Spoken:
    return wait_for(lambda: heard[-1] if heard and heard[-1].finish else None, seconds=300.0)


def test_several_answer_at_once_each_as_its_exam_measured_it(stage, folder, runs):
    from studio.evaluation.subjects import subjects
    from studio.services.jobs import best_checkpoint
    from studio.services.training import material

    voices = [(runs.first, False), (runs.second, False), (runs.first, True), (runs.whole, False)]
    all_heard = [begun(stage, folder(run), untouched=untouched)[0] for run, untouched in voices]
    all_said = [ended(heard) for heard in all_heard]  # no two threads may load a model at once
    for (run, untouched), said in zip(voices, all_said, strict=True):
        gathered = material(folder(run), lambda text: None, lambda: False)
        step, checkpoint = best_checkpoint(folder(run))
        base, tuned = subjects(gathered.config, gathered.source, checkpoint)
        prompt = encode_prompt(ASKED, gathered.template)
        with (base if untouched else tuned)() as model:
            (expected,) = answer_batch(model, gathered.tokenizer, [prompt], max_new_tokens=24)
        assert said.text == expected
        assert said.step == (0 if untouched else step)
        assert said.weights


def test_what_is_stopped_keeps_what_is_written(stage, folder, runs):
    heard, stop = begun(stage, folder(runs.first), manner=Manner(1.5, 2000))
    wait_for(lambda: heard and heard[-1].text)
    stop()
    assert heard[-1].finish == "stopped"
    assert heard[-1].text.startswith(heard[-2].text)
    assert heard[-1].tokens > 0
    count = len(heard)
    assert ended(begun(stage, folder(runs.first))[0]).finish
    assert len(heard) == count, "nothing is told after the end"


def test_what_was_looked_up_is_told_with_the_answer(stage, folder, runs):
    said = ended(begun(stage, folder(runs.first), manner=Manner(answer_tokens=4, with_documents=True))[0])
    assert said.found
    assert "plus one" in said.found[0].text


def test_a_conversation_that_is_too_long_and_a_run_that_is_gone_are_told(stage, folder, runs, tmp_path):
    long = ended(begun(stage, folder(runs.first), messages=(Message("user", "word " * 4000),))[0])
    assert long.finish == "failed"
    assert "reads" in long.note
    gone = ended(begun(stage, type(folder(runs.first))(tmp_path / "gone"))[0])
    assert gone.finish == "failed"
    assert gone.note


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(folder, runs, monkeypatch):
    monkeypatch.setattr("studio.engine.served.free_bytes", lambda: 1000)
    stage = Stage(runs.home, lambda work: work(), Address(port=free_port()))
    said = ended(begun(stage, folder(runs.first))[0])
    stage.close()
    assert "takes about" in said.note
    assert "1.0 kB are free" in said.note


def test_other_programs_ask_the_same_models_while_the_page_talks(stage, folder, runs):
    talked = ended(begun(stage, folder(runs.first))[0])
    stage.open([folder(runs.first), folder(runs.second)])
    with pytest.raises(Refused, match="open already"):
        stage.open([folder(runs.first)])
    view = wait_for(lambda: (found := stage.server()).state == "open" and found)
    assert view.names[0] == runs.first
    assert runs.second in view.names
    assert runs.whole not in view.names, "talked with, but not served"
    heard, _ = begun(stage, folder(runs.second))
    with openai.OpenAI(base_url=view.address, api_key="none", max_retries=0) as client:
        question = [{"role": "user", "content": ASKED[0].content}]
        answer = client.chat.completions.create(model=runs.first, messages=question, max_tokens=24)
    assert answer.choices[0].message.content == talked.text
    assert ended(heard).text
    assert not stage.make_room(), "it is served"
    assert stage.server() == view
    stage.shut()
    assert stage.server() is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(view.address.removesuffix("/v1") + "/health")
    assert ended(begun(stage, folder(runs.first))[0]).text == talked.text


def test_an_opening_that_was_called_off_opens_nothing_beside_the_next_one(folder, runs):
    loading, go_on = threading.Event(), threading.Event()

    def aside(work):
        loading.set()
        assert go_on.wait(60)
        return work()

    port = free_port()
    stage = Stage(runs.home, aside, Address(port=port))
    stage.open([folder(runs.first)])
    assert loading.wait(60)
    stage.shut()
    stage.open([folder(runs.second)])
    go_on.set()
    view = wait_for(lambda: (found := stage.server()).state == "open" and found)
    wait_for(lambda: stage._loading._work_queue.empty())
    assert (stage.server().runs, view.address) == ((runs.second,), f"http://127.0.0.1:{port}/v1")
    stage.close()


def test_one_model_is_put_away_while_the_others_are_served(stage, folder, runs):
    before = ended(begun(stage, folder(runs.first))[0])
    ended(begun(stage, folder(runs.second))[0])
    stage.open([folder(runs.first), folder(runs.second)])
    view = wait_for(lambda: (found := stage.server()).state == "open" and found)
    assert view.runs == (runs.first, runs.second)
    ((shelf, _),) = stage._cast._shelves.values()
    both = shelf.bytes()
    stage.put_away(runs.second)
    assert stage.server().runs == (runs.first,)
    assert set(stage.server().names) == set(view.names) - {runs.second}
    wait_for(lambda: shelf.bytes() < both)
    with openai.OpenAI(base_url=view.address, api_key="none", max_retries=0) as client:
        question = [{"role": "user", "content": ASKED[0].content}]
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model=runs.second, messages=question)
        answer = client.chat.completions.create(model=runs.first, messages=question, max_tokens=24)
    assert answer.choices[0].message.content == before.text
    stage.shut()
    assert ended(begun(stage, folder(runs.second))[0]).text, "asked on the page it is loaded again"


def test_a_port_that_is_taken_is_passed_over(stage, folder, runs):
    first = Stage(runs.home, lambda work: work(), stage._address)
    for each in (stage, first):
        each.open([folder(runs.first)])
        wait_for(lambda each=each: each.server().state == "open")
    assert stage.server().address != first.server().address
    first.close()
    stage.shut()


def test_models_nobody_talks_with_make_room_and_come_back(stage, folder, runs, monkeypatch):
    before = ended(begun(stage, folder(runs.first))[0])
    assert not stage.make_room(), "somebody talked just now"
    assert stage._cast.holds(folder(runs.first), untouched=False)
    monkeypatch.setattr("studio.serving.stage.KEPT_SECONDS", -1.0)
    wait_for(lambda: stage._turns.counts() == (0, 0))
    assert stage.make_room()
    assert not stage._cast.holds(folder(runs.first), untouched=False)
    assert ended(begun(stage, folder(runs.first))[0]).text == before.text


def test_a_job_that_begins_while_the_first_question_is_prepared_ends_no_answer(folder, runs):
    made_room: list[bool] = []

    def aside(work):
        made_room.append(early.make_room())  # as the worker does before a job
        return work()

    early = Stage(runs.home, aside, Address(port=free_port()))
    said = ended(begun(early, folder(runs.first))[0])
    early.close()
    assert made_room == [False]
    assert said.finish != "failed", said.note


def test_where_a_model_broke_it_is_told_and_the_next_question_loads_it_anew(stage, folder, runs, monkeypatch):
    from studio.engine.decoding import Decoder

    def broken(self):
        raise RuntimeError("no memory left")

    before = ended(begun(stage, folder(runs.first))[0])
    monkeypatch.setattr(Decoder, "step", broken)
    monkeypatch.setattr("threading.excepthook", lambda args: None)
    assert ended(begun(stage, folder(runs.first))[0]).finish == "failed"
    monkeypatch.undo()
    wait_for(lambda: not stage._turns.alive)
    assert ended(begun(stage, folder(runs.first))[0]).text == before.text
