"""Exported weights load and answer elsewhere as in the studio, or they are not published."""

import types
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.core.config import RunConfig
from studio.core.errors import Refused, StudioError
from studio.core.records import Completion, Message, SourcedRecord
from studio.data.tokens import encode_prompt
from studio.engine.starter import cache_folder
from studio.engine.tunings import TUNINGS
from studio.exporters import EXPORTERS, adapter, merged, parity, weights
from studio.exporters.publish import export
from tests.exporters.conftest import job_of

PROMPT = [{"role": "user", "content": "What colour is number 3?"}]


def quiet(*_):
    pass


def never():
    return False


def publish(kind, run, target, exam=None):
    return export(kind, job_of(run, exam), target, progress=quiet, should_stop=never)


def studio_logits(run, ids):
    from studio.engine.tuned import load_tuned
    from studio.engine.tunings import tuning_named

    settings = run.config.part(tuning_named(run.config.tuning).Config)
    model = load_tuned(
        run.source, run.config.tuning, settings=settings, checkpoint=run.checkpoint,
        dtype=torch.float32, device="cpu",
    )  # fmt: skip
    with torch.no_grad():
        return model(input_ids=ids).logits


def stranger_ids(folder):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    return tokenizer.apply_chat_template(
        PROMPT, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )["input_ids"]


def test_the_adapter_loads_with_peft_on_its_base(lora_run, tmp_path, tiny_model):
    from peft import PeftModel

    made = publish("adapter", lora_run, tmp_path / "adapter")
    assert made.parity.passed
    assert (made.parity.prompts, made.parity.equal_answers) == (4, 4)
    model = PeftModel.from_pretrained(tiny_model, tmp_path / "adapter").eval()
    ids = stranger_ids(tmp_path / "adapter")
    with torch.no_grad():
        torch.testing.assert_close(model(input_ids=ids).logits, studio_logits(lora_run, ids))


@pytest.mark.parametrize("kind", ["adapter", "merged", "space", "report", "predictions", "code", "cluster"])
@pytest.mark.parametrize("id", ["starter", "a folder"])
def test_no_exported_file_tells_where_the_base_lies_on_this_machine(kind, id, lora_run, tmp_path):
    source = lora_run.source if id == "a folder" else replace(lora_run.source, id=id)
    publish(kind, replace(lora_run, source=source), tmp_path / "out")
    places = {str(source.path), str(source.path.parent), str(Path.home()), str(cache_folder())}
    for file in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        told = [place for place in places if place.encode() in file.read_bytes()]
        assert not told, f"{file.name} tells {told}"


@pytest.mark.parametrize("kind", ["lora_run", "full_run"])
def test_the_whole_model_loads_with_plain_transformers(kind, request, tmp_path):
    from transformers import AutoModelForCausalLM

    run = request.getfixturevalue(kind)
    made = publish("merged", run, tmp_path / "whole model")
    assert made.parity.passed
    assert made.parity.max_logit_difference <= 1e-4
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "whole model", dtype=torch.float32).eval()
    ids = stranger_ids(tmp_path / "whole model")
    with torch.no_grad():
        torch.testing.assert_close(model(input_ids=ids).logits, studio_logits(run, ids), atol=1e-4, rtol=1e-4)
    assert not (tmp_path / "whole model" / "adapter_config.json").exists()


def test_the_exported_model_is_the_tuned_one_and_not_the_base(lora_run, tmp_path, tiny_model):
    publish("merged", lora_run, tmp_path / "merged")
    base = tiny_model.state_dict()["model.layers.0.self_attn.q_proj.weight"]
    exported = load_file(tmp_path / "merged" / "model.safetensors")["model.layers.0.self_attn.q_proj.weight"]
    assert (exported - base).abs().max() > 1e-4


def damaging(exporter, file_name, damage):
    """An exporter like `exporter` whose files are damaged on the way to the disk."""
    broken = types.ModuleType("broken")
    broken.__dict__.update(exporter.__dict__)

    def write(model, job, folder):
        exporter.write(model, job, folder)
        tensors = load_file(folder / file_name)
        name = sorted(tensors)[0]
        tensors[name] = damage(tensors[name])
        save_file(tensors, folder / file_name, metadata={"format": "pt"})

    broken.write = write
    return broken


@pytest.mark.parametrize(
    ("exporter", "file_name"),
    [(adapter, "adapter_model.safetensors"), (merged, "model.safetensors")],
)
@pytest.mark.parametrize(
    "damage", [lambda t: -t, lambda t: t * 1.5, torch.zeros_like, lambda t: torch.full_like(t, torch.nan)]
)
def test_a_damaged_tensor_fails_parity_and_nothing_is_published(
    exporter, file_name, damage, lora_run, tmp_path, monkeypatch
):
    monkeypatch.setitem(EXPORTERS, "broken", damaging(exporter, file_name, damage))
    with pytest.raises(StudioError, match="do not answer as the model in the studio does"):
        publish("broken", lora_run, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_chat_template_fails_parity(lora_run, tmp_path, monkeypatch):
    class Mangled(weights.ChatTemplate):
        def write_into(self, tokenizer):
            tokenizer.chat_template = tokenizer.chat_template.replace("assistant\n", "bot\n")

    monkeypatch.setattr(weights, "ChatTemplate", Mangled)
    with pytest.raises(StudioError, match="do not answer"):
        publish("adapter", lora_run, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_equal_weights_give_equal_files(lora_run, tmp_path):
    for kind in ("adapter", "merged"):
        first, second = (publish(kind, lora_run, tmp_path / f"{kind}{n}") for n in (1, 2))
        assert first.files == second.files
        assert {file.name for file in first.files} >= {"README.md", "tokenizer.json"}


@pytest.mark.parametrize("name", [name for name in TUNINGS if name not in ("lora", "full")])
def test_every_tuning_is_handed_over_in_each_form_that_it_has(name, train_one, tmp_path):
    from studio.exporters.card import model_card

    run, tuning = train_one(tuning=name, steps=4, evaluations=1, learning_rate=0.02), TUNINGS[name]
    if tuning.MERGES:
        made = publish("merged", run, tmp_path / "merged")
        assert made.parity.max_logit_difference <= 1e-4
    else:
        with pytest.raises(Refused, match="take the adapter"):
            publish("merged", run, tmp_path / "merged")
    if not tuning.PEFT and tuning.MERGES:
        with pytest.raises(Refused, match=r"there is no adapter|take the whole model"):
            publish("adapter", run, tmp_path / "adapter")
        return
    made = publish("adapter", run, tmp_path / "adapter")
    assert made.parity.max_logit_difference <= 1e-4
    names = {file.name for file in made.files}
    assert ("adapter_config.json" in names) == tuning.PEFT
    card = model_card(adapter, job_of(run), made.parity)
    assert ("peft" in card.partition("---\n\n")[0]) == tuning.PEFT


def test_a_question_leaves_room_for_learned_places_and_the_answer(lora_run):
    template = weights.ChatTemplate(weights.load_tokenizer(lora_run.source))
    places = TUNINGS["prompt"].Config().places
    limit = weights.row_tokens(lora_run.config, weights.read_model_config(lora_run.source))
    frame = len(encode_prompt([Message("user", "a")], template)) - 1  # a letter is a token
    room = limit - parity.NEW_TOKENS - frame
    long, short = (SourcedRecord(1, Completion("a" * length, "b")) for length in (room, room - places))
    for tuning, record, asked in (("lora", long, 1), ("prompt", long, 0), ("prompt", short, 1)):
        config = RunConfig("d", "v", tuning=tuning)
        run = replace(lora_run, config=config, training=(record,), held_out=())
        assert len(weights.asked_of(job_of(run), template)) == asked


def test_full_fine_tuning_has_no_adapter_to_hand_over(full_run, tmp_path):
    with pytest.raises(Refused, match="no adapter"):
        publish("adapter", full_run, tmp_path / "out")


def test_an_unknown_kind_names_the_known_ones(lora_run, tmp_path):
    with pytest.raises(Refused, match="adapter, merged"):
        publish("no such kind", lora_run, tmp_path / "out")


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(lora_run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(Refused, match="not an empty folder"):
        publish("adapter", lora_run, tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled_and_the_rest_of_a_killed_export_swept(lora_run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / ".staging-out").mkdir()
    (tmp_path / ".staging-out" / "half").write_text("")
    publish("adapter", lora_run, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not (tmp_path / "out" / "half").exists()


class Stop:
    """Asks to stop once it was asked so many times."""

    def __init__(self, after=10**6):
        self.after, self.asked = after, 0

    def __call__(self):
        self.asked += 1
        return self.asked > self.after


def test_a_stop_at_any_moment_leaves_nothing(lora_run, tmp_path):
    whole = Stop()
    assert export("adapter", job_of(lora_run), tmp_path / "whole", progress=quiet, should_stop=whole)
    in_each_answer = 2 * parity.PROMPTS * 2
    assert whole.asked > in_each_answer
    for allowed in (0, 3, whole.asked // 2, whole.asked - 1):
        stop = Stop(allowed)
        target = tmp_path / "stopped" / "out"
        assert export("adapter", job_of(lora_run), target, progress=quiet, should_stop=stop) is None
        assert stop.asked <= allowed + 2  # it is not asked again and again whether it is to stop
        assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("kind", ["predictions", "code", "cluster"])
def test_a_stop_is_heard_between_the_rows(kind, lora_run, tmp_path):
    job = job_of(lora_run)
    many = replace(job, training=job.training * 100, held_out=job.held_out * 600)
    stop = Stop(after=1)
    assert export(kind, many, tmp_path / "out", progress=quiet, should_stop=stop) is None
    assert stop.asked == 2
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_is_told_in_words(lora_run, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.exporters.publish.os.fsync", full)
    with pytest.raises(StudioError, match="No space left on device"):
        publish("adapter", lora_run, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
