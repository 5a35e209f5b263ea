"""A Space holds the very model, and its page answers as the studio does, wherever it is started."""

import os
import re
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import gradio as gr
import pytest
from gradio_client import Client
from huggingface_hub import SpaceCard

from studio.core.errors import StudioError
from studio.core.records import Conversation, Message, SourcedRecord
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt
from studio.engine.generate import stream
from studio.engine.models import load_tokenizer
from studio.exporters import space, space_app, weights
from studio.exporters.facts import DatasetFacts
from studio.exporters.job import Amounts
from studio.exporters.publish import export
from studio.exporters.sizes import CARD_BYTES
from studio.exporters.space_page import front_matter
from tests.exporters.conftest import job_of

LOCK = Path(__file__).parents[2] / "requirements.lock"
QUESTION = {"role": "user", "content": "What colour is number 3?"}


def publish(job, target):
    return export("space", job, target, progress=lambda *_: None, should_stop=lambda: False)


@pytest.fixture(scope="module")
def made(lora_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "space"
    assert publish(job_of(lora_run), folder).parity.passed
    return folder


@pytest.fixture
def app(made):
    """The program of the Space, read as a script is."""
    return runpy.run_path(str(made / "app.py"))


def said(app, *turns, length=24):
    *_, text = app["answer"](list(turns), length, 0)
    return text


def studio_says(job, *messages, length=24):
    """What Compare shows: the engine's own answer, token by token."""
    tokenizer = load_tokenizer(job.source)
    ids = encode_prompt(list(messages), ChatTemplate(tokenizer))
    return "".join(stream(weights.studio_model(job), tokenizer, ids, max_new_tokens=length))


def changed(app, **settings):
    app["answer"].__globals__.update(settings)


def test_all_that_a_space_needs_is_in_the_folder(made):
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    needed = {"app.py", "README.md", "requirements.txt", "model/README.md", "model/model.safetensors"}
    assert names >= needed | {"model/tokenizer.json", "model/config.json"}
    assert not any(name.startswith("base/") for name in names)


def test_the_front_matter_is_what_spaces_read(made):
    found = SpaceCard.load(made / "README.md").data.to_dict()
    assert (found["sdk"], found["app_file"], found["license"]) == ("gradio", "app.py", "unknown")
    assert found["sdk_version"] == gr.__version__
    assert found["python_version"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert len(found["short_description"]) <= 60


def test_the_base_of_the_hub_is_named_and_a_name_cannot_break_the_front_matter(lora_run):
    job = job_of(lora_run)
    hostile = DatasetFacts('x"\n---\nlicense: evil\n<script>' + "y" * 90, "v", "pairs")
    text = front_matter(replace(job, dataset=hostile, source=replace(job.source, id="owner/model")))
    found = SpaceCard(text + "\n").data.to_dict()
    assert (found["license"], found["models"]) == ("unknown", ["owner/model"])
    assert "datasets" not in found
    assert len(found["short_description"]) == 60


def test_every_library_is_pinned_to_the_version_that_was_tested(made):
    tested = dict(line.lower().split("==") for line in LOCK.read_text().splitlines() if "==" in line)
    pinned = dict(line.split("==") for line in (made / "requirements.txt").read_text().splitlines())
    assert pinned.items() <= tested.items()
    imported = re.findall(
        r"^(?:import|from) (gradio|torch|transformers|peft)", (made / "app.py").read_text(), re.M
    )
    assert set(imported) <= set(pinned)


def test_the_page_answers_as_the_studio_does(app, lora_run):
    job, before = job_of(lora_run), (Message("user", "Hello?"), Message("assistant", "Yes."))
    asked = Message("user", QUESTION["content"])
    assert said(app, QUESTION) == studio_says(job, asked)
    turns = [{"role": turn.role, "content": turn.content} for turn in before]
    assert said(app, *turns, QUESTION) == studio_says(job, *before, asked)


def test_an_answer_grows_and_is_never_taken_back(app):
    texts = list(app["answer"]([QUESTION], 24, 0))
    assert len(texts) > 3
    assert all(later.startswith(text) for text, later in pairwise(texts))


def test_the_program_and_what_it_says_hold_no_row_of_the_data(made, lora_run):
    told = "".join((made / name).read_text() for name in ("app.py", "README.md", "model/README.md"))
    rows = [*lora_run.training, *lora_run.held_out]
    assert not [row for row in rows if row.record.prompt in told or row.record.completion in told]


def test_the_oldest_turns_go_where_they_do_not_all_fit(app):
    alone = app["read"]([QUESTION])
    changed(app, CONTEXT=len(alone) + 20)
    earlier = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]
    assert app["fitted"]([*earlier, QUESTION], 16) == (alone, 16)
    assert app["fitted"]([*earlier, QUESTION], 500) == (alone, 20)
    changed(app, CONTEXT=len(alone))
    with pytest.raises(gr.Error, match=f"{len(alone)} tokens long, and this model reads {len(alone) - 1}"):
        app["fitted"]([QUESTION], 16)


def test_the_page_shows_what_was_said_as_it_was_said(app):
    box = app["as_said"](gr.Chatbot(render_markdown=False))
    said = "<b>2</b> &amp; 3 <!-- x<y -->"
    shown = box.postprocess([{"role": "user", "content": said}])
    (turn,) = shown.model_dump()
    assert app["text_of"](turn["content"]) == "&lt;b&gt;2&lt;/b&gt; &amp;amp; 3 &lt;!-- x&lt;y --&gt;"
    (back,) = box.preprocess(shown)
    assert app["text_of"](back["content"]) == said


def test_a_question_that_got_no_answer_is_left_out_of_the_conversation(app):
    parts = [{"type": "text", "text": "Be"}, {"type": "text", "text": "cause."}]
    history = [
        {"role": "user", "content": "lost"}, {"role": "user", "content": "Why?"},
        {"role": "assistant", "content": parts}, {"role": "user", "content": "lost, too"},
    ]  # fmt: skip
    turns = app["conversation"]("And now?", history)
    assert [turn["content"] for turn in turns] == ["Why?", "Because.", "And now?"]


def test_who_leaves_ends_the_answer(app):
    tokens = []

    class Counting(app["Written"]):
        def put(self, value):
            tokens.append(value)
            super().put(value)

    changed(app, Written=Counting)
    model, _ = app["loaded"]()
    model.generation_config.eos_token_id = None
    answer = app["answer"]([QUESTION], 900, 0)
    next(answer)
    answer.close()
    assert len(tokens) < 900


def test_what_goes_wrong_inside_an_answer_is_told_and_ends_it(app, monkeypatch):
    def fails(**_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(app["loaded"]()[0], "generate", fails)
    with pytest.raises(RuntimeError, match="out of memory"):
        list(app["answer"]([QUESTION], 16, 0))


def test_words_can_be_drawn_by_chance_and_numbers_from_elsewhere_are_kept_in_bounds(app):
    drawn = {[*app["chat"](QUESTION["content"], [], 12, 1.5)][-1] for _ in range(4)}
    assert len(drawn) > 1
    assert [*app["chat"](QUESTION["content"], [], -3, -1)][-1] == said(app, QUESTION, length=1)
    with pytest.raises(gr.Error, match="Write something"):
        next(app["chat"]("  ", [], 12, 0))


def test_a_page_that_answers_otherwise_is_not_published(lora_run, tmp_path, monkeypatch):
    real = space_app.program
    wrong = "SYSTEM = 'Say no.'"
    monkeypatch.setattr(space_app, "program", lambda job: real(job).replace("SYSTEM = ''", wrong))
    with pytest.raises(StudioError, match="The page does not answer as the model in the studio does"):
        publish(job_of(lora_run), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_model_of_the_page_does_not_stay_in_memory(lora_run, tmp_path, monkeypatch):
    real, held = space_app._writes_alike, []

    def watched(app, question, answered):
        alike = real(app, question, answered)
        held.append((app.loaded, app.loaded.cache_info().currsize))
        return alike

    monkeypatch.setattr(space_app, "_writes_alike", watched)
    publish(job_of(lora_run), tmp_path / "out")
    assert {size for _, size in held} == {1}
    assert {loaded.cache_info().currsize for loaded, _ in held} == {0}


@pytest.mark.parametrize("stage", ["Writing the page", "Asking the page"])
def test_a_stop_beside_the_page_leaves_nothing(stage, lora_run, tmp_path):
    told = []
    stopped = export(
        "space", job_of(lora_run), tmp_path / "out",
        progress=lambda done, total, said: told.append(said), should_stop=lambda: stage in told,
    )  # fmt: skip
    assert stopped is None
    assert list(tmp_path.iterdir()) == []


def test_the_instruction_that_a_run_was_trained_behind_is_said_by_the_page(lora_run, tmp_path):
    told = Message("system", "Answer with a colour.")
    rows = [
        SourcedRecord(
            each.row,
            Conversation(
                (told, Message("user", each.record.prompt), Message("assistant", each.record.completion))
            ),
        )
        for each in (*lora_run.training, *lora_run.held_out)
    ]
    job = replace(job_of(lora_run), training=rows[:8], held_out=rows[8:])
    publish(job, tmp_path / "out")
    app = runpy.run_path(str(tmp_path / "out" / "app.py"))
    assert said(app, QUESTION) == studio_says(job, told, Message("user", QUESTION["content"]))
    changed(app, FOLDED=True)
    folded = app["read"]([QUESTION])
    changed(app, SYSTEM="")
    assert folded == app["read"]([{"role": "user", "content": f"{told.content}\n\n{QUESTION['content']}"}])


@pytest.mark.parametrize("tuning", ["prefix", "prompt", "bottleneck"])
def test_what_cannot_be_merged_has_its_base_beside_it(tuning, train_one, tmp_path):
    run = train_one(tuning=tuning, steps=4, evaluations=1, learning_rate=0.02)
    made = publish(job_of(run), tmp_path / "out")
    assert made.parity.passed
    base = (tmp_path / "out" / "base" / "model.safetensors").stat().st_size
    tokenizer = (tmp_path / "out" / "model" / "tokenizer.json").stat().st_size
    started = run.events[0]
    amounts = Amounts(started.trainable_parameters, started.total_parameters, tokenizer, 0, 0, base)
    foretold = space.expected_bytes(amounts, space.Config())
    assert sum(file.bytes for file in made.files) == pytest.approx(foretold, rel=0.1, abs=2 * CARD_BYTES)
    assert ("peft==" in (tmp_path / "out" / "requirements.txt").read_text()) == (tuning != "bottleneck")
    app = runpy.run_path(str(tmp_path / "out" / "app.py"))
    assert said(app, QUESTION) == studio_says(job_of(run), Message("user", QUESTION["content"]))


def test_a_run_on_texts_goes_on_with_a_text(train_one, tmp_path):
    run = train_one(tuning="lora", objective="text", steps=4, evaluations=1)
    publish(job_of(run), tmp_path / "out")
    app = runpy.run_path(str(tmp_path / "out" / "app.py"))
    _, tokenizer = app["loaded"]()
    assert app["read"]([QUESTION]) == tokenizer(QUESTION["content"])["input_ids"]


def test_a_run_that_sorts_shows_how_sure_it_is_of_each_label(train_one, tmp_path):
    run = train_one(tuning="lora", objective="classification", steps=4, evaluations=1)
    publish(job_of(run), tmp_path / "out")
    app = runpy.run_path(str(tmp_path / "out" / "app.py"))
    shares = app["sort"](QUESTION["content"])
    assert set(shares) == {"other", "what"}
    assert sum(shares.values()) == pytest.approx(1)
    app["page"]()
    with pytest.raises(gr.Error, match="Write something"):
        app["sort"](" ")
    refused = replace(run.config, tuning="prefix")
    assert "cannot be handed over" in space.refusal(refused)


def test_a_reward_model_gives_an_answer_a_number(train_one, tmp_path):
    run = train_one(tuning="lora", objective="reward", steps=4, evaluations=1)
    publish(job_of(run), tmp_path / "out")
    app = runpy.run_path(str(tmp_path / "out" / "app.py"))
    assert app["reward"]("Why?", "So.") != app["reward"]("Why?", "Not so.")
    app["page"]()
    with pytest.raises(gr.Error, match="question and an answer"):
        app["reward"]("Why?", "")


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """Start the page as Spaces does, in a process of its own, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {**os.environ, "GRADIO_SERVER_PORT": str(port), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-P", "app.py"], cwd=folder, env=own, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        lines = iter(process.stdout.readline, "")
        log = []
        for line in lines:
            log.append(line)
            if "Running on" in line:
                yield f"http://127.0.0.1:{port}"
                return
        raise AssertionError("".join(log))
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_the_page_starts_by_itself_and_answers_over_http_as_the_studio_does(made, lora_run):
    with started(made) as address:
        client = Client(address, verbose=False, httpx_kwargs={"timeout": 300})
        told = client.predict(QUESTION["content"], 24, 0, api_name="/chat")
    assert told == studio_says(job_of(lora_run), Message("user", QUESTION["content"]))
