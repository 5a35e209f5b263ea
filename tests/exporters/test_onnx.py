"""The ONNX file answers as the studio's model does, at any length, alone and in a batch."""

import importlib.util
import types
from pathlib import Path

import numpy
import pytest
import torch

from studio.core.config import RunConfig
from studio.core.errors import StudioError
from studio.engine.starter import cache_folder
from studio.engine.tunings import TUNINGS
from studio.exporters import EXPORTERS, onnx, onnx_graph
from studio.exporters.card import model_card
from studio.exporters.job import Parity, Stopped
from studio.exporters.onnx_answers import FILLED_UP, OnnxModel, answers
from studio.exporters.publish import export
from tests.exporters.conftest import job_of

DIFFERENCE = 1e-4
PLACES = {str(cache_folder()), str(Path.home()), "site-packages"}


def publish(run, target, kind="onnx"):
    return export(kind, job_of(run), target, progress=lambda *_: None, should_stop=lambda: False)


@pytest.fixture(scope="module")
def made(lora_run, tmp_path_factory):
    """The tiny model tuned with LoRA, handed over once."""
    return publish(lora_run, tmp_path_factory.mktemp("onnx") / "out")


def say_of_the_card(run, made, capsys, monkeypatch):
    """What the Python lines of the model card print, run in the exported folder."""
    monkeypatch.chdir(made.path)
    text = (made.path / "README.md").read_text(encoding="utf-8")
    lines = text.partition("```python\n")[2].partition("```")[0]
    assert lines == onnx.how_to_load(job_of(run))
    found: dict = {}
    exec(lines, found)  # our own lines
    return capsys.readouterr().out.strip(), found


@pytest.mark.slow
def test_the_file_gives_the_scores_of_the_whole_model_at_other_lengths_and_in_a_batch(
    made, lora_run, tmp_path
):
    from transformers import AutoModelForCausalLM

    publish(lora_run, tmp_path / "whole", "merged")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "whole", dtype=torch.float32).eval()
    session = OnnxModel(made.path / onnx.FILE)._session
    generator = torch.Generator().manual_seed(0)
    for rows, length in ((1, 1), (1, onnx_graph.LENGTH), (3, 40), (2, 100)):
        ids = torch.randint(3, 200, (rows, length), generator=generator)
        mask = torch.ones_like(ids)
        mask[-1, length - length // 4 :] = 0
        with torch.no_grad():
            ours = model(input_ids=ids, attention_mask=mask).logits
        given = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
        theirs = torch.from_numpy(session.run(["logits"], given)[0])
        assert ((ours - theirs).abs() * mask[..., None]).max() < DIFFERENCE


@pytest.mark.slow
def test_its_certificate_is_of_answers_that_onnxruntime_gave(made):
    assert made.parity.passed
    assert (made.parity.prompts, made.parity.equal_answers) == (4, 4)
    assert made.parity.max_logit_difference < DIFFERENCE
    card = (made.path / "README.md").read_text(encoding="utf-8")
    assert "loaded with onnxruntime" in card
    assert "library_name: onnx" in card
    assert "vllm" not in card.lower()
    assert {file.name for file in made.files} >= {onnx.FILE, "config.json", "tokenizer.json", "README.md"}


@pytest.mark.slow
def test_the_lines_of_its_card_write_what_the_studio_answers(made, lora_run, capsys, monkeypatch):
    from transformers import AutoTokenizer

    said, found = say_of_the_card(lora_run, made, capsys, monkeypatch)
    tokenizer = AutoTokenizer.from_pretrained(made.path)
    prompt = found["read"]["input_ids"][0].tolist()
    (answer,) = answers(
        OnnxModel(made.path / onnx.FILE), [prompt], [tokenizer.eos_token_id], should_stop=lambda: False
    )
    assert said
    assert said.startswith(tokenizer.decode(answer.tokens, skip_special_tokens=True).strip())


@pytest.mark.slow
def test_no_file_tells_where_it_was_made(made, lora_run):
    told = [
        (file.name, place)
        for file in made.path.iterdir()
        for place in {*PLACES, str(lora_run.source.path)}
        if place.encode() in file.read_bytes()
    ]
    assert told == []


@pytest.mark.slow
@pytest.mark.parametrize(("objective", "shape"), [("classification", (1, 2)), ("reward", (1, 1))])
def test_what_sorts_or_judges_is_handed_over_too(objective, shape, train_one, tmp_path, capsys, monkeypatch):
    run = train_one(tuning="lora", objective=objective, steps=4, evaluations=1)
    made = publish(run, tmp_path / "out")
    assert made.parity.passed
    assert made.parity.max_logit_difference < DIFFERENCE
    said, found = say_of_the_card(run, made, capsys, monkeypatch)
    if objective == "classification":
        assert found["scores"].shape == shape
        assert said in ("['what']", "['other']")
    else:
        assert numpy.isfinite(found["reward"])


@pytest.mark.slow
def test_large_weights_stand_in_a_file_beside_the_graph(full_run, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_graph, "ONE_FILE_BYTES", 0)
    made = publish(full_run, tmp_path / "out")
    assert made.parity.passed
    sizes = {file.name: file.bytes for file in made.files}
    assert sizes["model.onnx.data"] > 2 * sizes[onnx.FILE]


@pytest.mark.slow
def test_another_weight_in_the_file_fails_parity_and_nothing_is_published(lora_run, tmp_path, monkeypatch):
    from onnx import load, numpy_helper, save

    def write(model, job, folder):
        onnx.write(model, job, folder)
        whole = load(folder / onnx.FILE)
        weight = next(each for each in whole.graph.initializer if len(each.dims) == 2)
        weight.CopyFrom(numpy_helper.from_array(-numpy_helper.to_array(weight), weight.name))
        save(whole, folder / onnx.FILE)

    broken = types.ModuleType("broken")
    broken.__dict__.update({**onnx.__dict__, "write": write})
    monkeypatch.setitem(EXPORTERS, "broken", broken)
    with pytest.raises(StudioError, match="do not answer as the model in the studio does"):
        publish(lora_run, tmp_path / "out", "broken")
    assert list(tmp_path.iterdir()) == []


class Scores:
    """Stands for a file: the last token plus one is the likeliest next; notes what it was asked."""

    def __init__(self):
        self.asked = []

    def scores(self, prompts, *, filled_up=0):
        self.asked.append((len(prompts), filled_up))
        return [torch.nn.functional.one_hot(torch.tensor(prompt[-1] + 1), 90).float() for prompt in prompts]


def test_two_prompts_are_asked_together_with_places_masked_and_the_others_alone():
    model = Scores()
    found = answers(model, [[1, 2, 3], [7], [9, 40], [20] * 5], [42], should_stop=lambda: False)
    assert model.asked[0] == (2, FILLED_UP)
    assert set(model.asked[1:]) == {(1, 0)}
    assert found[0].tokens == tuple(range(4, 20))
    assert found[2].tokens == (41, 42)
    assert found[2].logits.shape == (2, 90)


def test_without_a_token_that_ends_an_answer_the_label_is_the_answer():
    found = answers(Scores(), [[1, 2], [7]], [], should_stop=lambda: False)
    assert [each.tokens for each in found] == [(3,), (8,)]


def test_a_stop_is_heard_between_two_tokens():
    asked = iter([False, False, True, True])
    assert answers(Scores(), [[1]], [42], should_stop=lambda: next(asked)) is None
    assert list(asked) == [True]


def test_a_stop_while_the_graph_is_made_leaves_nothing(lora_run, tmp_path, monkeypatch):
    def stopped(model, file, go_on):
        raise Stopped

    monkeypatch.setattr(onnx_graph, "write_graph", stopped)
    assert publish(lora_run, tmp_path / "out") is None
    assert list(tmp_path.iterdir()) == []


class Branches(torch.nn.Module):
    """Does one thing or another by what stands in the text: no graph can."""

    config = types.SimpleNamespace(use_cache=True)

    def forward(self, input_ids, attention_mask):
        scores = input_ids.float() if input_ids.sum() > 3 else -input_ids.float()
        return types.SimpleNamespace(logits=scores)


def test_a_model_that_no_graph_can_hold_is_refused_in_words(tmp_path):
    with pytest.raises(StudioError, match="cannot be written as ONNX") as refused:
        onnx_graph.write_graph(Branches(), tmp_path / "model.onnx", lambda: None)
    assert "whole model" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_memory_cannot_hold_is_refused_before_it_is_begun(tmp_path, tiny_model, monkeypatch):
    needed = 3 * sum(weight.numel() * 4 for weight in tiny_model.parameters())
    monkeypatch.setattr(onnx_graph, "memory", lambda: types.SimpleNamespace(available_bytes=needed - 1))
    with pytest.raises(StudioError, match="of memory more") as refused:
        onnx_graph.write_graph(tiny_model, tmp_path / "model.onnx", lambda: None)
    assert "whole model" in refused.value.hint


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(onnx, "find_spec", lambda name: None if name == "onnxscript" else real(name))
    reason = onnx.refusal(RunConfig("d", "1"))
    assert "pip install onnxscript" in reason
    assert "onnxruntime" not in reason


@pytest.mark.slow
@pytest.mark.parametrize("tuning", [name for name, tuning in TUNINGS.items() if not tuning.MERGES])
def test_what_no_weight_of_the_model_can_stand_for_is_in_the_graph(tuning, train_one, tmp_path):
    run = train_one(tuning=tuning, steps=4, evaluations=1, learning_rate=0.02)
    made = publish(run, tmp_path / "out")
    assert made.parity.passed
    assert made.parity.max_logit_difference < DIFFERENCE


def test_its_card_says_that_it_is_slow_at_writing(lora_run):
    card = model_card(onnx, job_of(lora_run), Parity(4, 4, 0.0, True))
    assert "each reads everything before it again" in card
