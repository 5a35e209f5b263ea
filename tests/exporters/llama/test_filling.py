"""One file for llama.cpp: read again it is the tuned model, as rounded, or it is not published."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from studio.core.errors import Refused, StudioError
from studio.exporters import gguf
from studio.exporters.llama import native, writing
from studio.exporters.llama.families import FAMILIES as KNOWN
from studio.exporters.publish import export
from tests.exporters.conftest import job_of
from tests.exporters.llama.conftest import FAMILIES
from tests.exporters.test_weights import PROMPT, never, quiet, studio_logits


def publish(run, target, form="f16", should_stop=never):
    job = replace(job_of(run), settings=gguf.Config(form))
    return export("gguf", job, target, progress=quiet, should_stop=should_stop)


def read_again(folder):
    safely = {"gguf_file": gguf.FILE, "local_files_only": True}
    dense = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, quantization_config=dense, **safely
    )
    return model.eval(), AutoTokenizer.from_pretrained(folder, **safely)


def test_a_file_of_16_bits_is_the_tuned_model_with_tokenizer_and_template(llama_run, tmp_path):
    made = publish(llama_run, tmp_path / "out")
    assert made.parity.passed
    assert (made.parity.form, made.parity.prompts) == ("f16", 4)
    assert made.parity.max_logit_difference < 0.05
    assert "cut every question into the same tokens" in made.parity.also
    assert [file.name for file in made.files] == ["Modelfile", "README.md", "model.gguf"]
    model, tokenizer = read_again(tmp_path / "out")
    asked = tokenizer.apply_chat_template(
        PROMPT, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )["input_ids"]
    with torch.no_grad():
        difference = (model(input_ids=asked).logits - studio_logits(llama_run, asked)).abs().max()
    assert difference < 0.05


def test_the_folder_says_how_it_is_used_and_what_was_measured(llama_run, tmp_path):
    publish(llama_run, tmp_path / "out", "q8_0")
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for said in ("rounded to q8_0", "ollama create", "gguf_file", "library_name: gguf", "llama.cpp ("):
        assert said in card, said
    assert "vllm" not in card
    told = (tmp_path / "out" / "Modelfile").read_text(encoding="utf-8")
    assert "FROM ./model.gguf" in told
    assert "<|im_start|>assistant" in told


def test_no_file_tells_where_the_base_lies_on_this_machine(llama_run, tmp_path):
    source = replace(llama_run.source, id="starter")
    publish(replace(llama_run, source=source), tmp_path / "out", "q8_0")
    for file in (tmp_path / "out").iterdir():
        for place in (source.path, source.path.parent, Path.home()):
            assert str(place).encode() not in file.read_bytes(), file.name


def test_equal_weights_give_equal_files(llama_run, tmp_path):
    first, second = (publish(llama_run, tmp_path / name, "q8_0").files for name in ("one", "two"))
    assert first == second


@pytest.mark.parametrize("form", [form for form in gguf.BITS if form != "f16"])
def test_every_form_is_written_and_the_fewer_bits_the_smaller_it_is(form, llama_run, tmp_path):
    made = publish(llama_run, tmp_path / "out", form)
    assert made.parity.form == form
    whole = {file.name: file.bytes for file in made.files}["model.gguf"]
    assert whole < 130_000  # of 78,000 weights; two bytes each were more
    assert made.parity.passed == (made.parity.same_next >= 0.95 and made.parity.divergence <= 0.02)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_read_alike_by_transformers_and_by_llama_cpp(
    family, family_folder, train_one, tmp_path
):
    run = train_one(family_folder(family), tuning="lora", steps=4, evaluations=1)
    made = publish(run, tmp_path / "out")
    assert made.parity.passed
    assert made.parity.max_logit_difference < 0.05
    assert "llama.cpp" in made.parity.also


def test_every_family_that_is_written_is_tried():
    assert {name.lower() for name in FAMILIES} == {name.replace("_", "") for name in KNOWN}


@pytest.mark.parametrize("broken", ["heads", "norm"])
def test_a_weight_turned_the_wrong_way_is_noticed_and_nothing_is_published(
    broken, llama_run, tmp_path, monkeypatch
):
    def wrong(name, weight, config):
        return -weight if broken in name or (broken == "heads" and "q_proj" in name) else weight

    family = replace(KNOWN["llama"], turn=wrong)
    monkeypatch.setattr(writing, "family_of", lambda config: family)
    with pytest.raises(StudioError, match="rounding alone cannot explain"):
        publish(llama_run, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_stop_at_any_moment_leaves_nothing(llama_run, tmp_path):
    for allowed in (0, 3, 20, 30, 45):
        asked = iter(range(1000))
        stopped = publish(
            llama_run,
            tmp_path / "out",
            should_stop=lambda allowed=allowed, asked=asked: next(asked) >= allowed,
        )
        assert stopped is None, allowed
        assert list(tmp_path.iterdir()) == []


def test_a_family_without_a_place_in_the_file_is_refused_before_anything_is_loaded(
    llama_run, tmp_path, monkeypatch
):
    monkeypatch.delitem(KNOWN, "llama")
    monkeypatch.setattr("studio.exporters.llama.filling.studio_model", None)
    with pytest.raises(Refused, match="kind 'llama' cannot be written"):
        publish(llama_run, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_without_llama_cpp_its_own_forms_are_refused_by_name_and_the_others_are_read_by_transformers(
    llama_run, tmp_path, monkeypatch
):
    monkeypatch.setattr(native, "find_spec", lambda name: None)
    with pytest.raises(Refused, match="q4_k_m needs llama") as refused:
        publish(llama_run, tmp_path / "out", "q4_k_m")
    assert "pip install" in refused.value.hint
    made = publish(llama_run, tmp_path / "out", "q8_0")
    assert made.parity.passed
    assert made.parity.also == ""
