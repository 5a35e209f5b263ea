"""Exports of every family pass parity: tied or not, fused projections, with a template or without."""

import shutil

import pytest
import torch
import transformers

from studio.exporters.publish import export
from tests.exporters.conftest import job_of

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
GROUPED = {**SMALL, "intermediate_size": 64, "num_key_value_heads": 2}
FAMILIES = {
    "GPT2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 512},
    "Mistral": GROUPED,
    "Falcon": {**SMALL, "new_decoder_architecture": False, "multi_query": True},
    "Gemma": {**GROUPED, "head_dim": 8},
    "Qwen2": GROUPED,
}


@pytest.fixture(params=FAMILIES)
def family_folder(request, tmp_path, tiny_model_folder, tiny_tokenizer):
    """A random model of the family with the tiny byte tokenizer."""
    folder = tmp_path / request.param
    shutil.copytree(tiny_model_folder, folder, ignore=shutil.ignore_patterns("*.safetensors", "*config.json"))
    shutil.copyfile(tiny_model_folder / "tokenizer_config.json", folder / "tokenizer_config.json")
    config = getattr(transformers, f"{request.param}Config")(
        vocab_size=len(tiny_tokenizer),
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        **FAMILIES[request.param],
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_exports_of_the_family_answer_as_in_the_studio(family_folder, tuning, train_one, tmp_path):
    run = train_one(family_folder, tuning=tuning, steps=4, evaluations=1)
    job = job_of(run)
    for kind in ("adapter", "merged") if tuning == "lora" else ("merged", "onnx"):
        made = export(kind, job, tmp_path / kind, progress=lambda *_: None, should_stop=lambda: False)
        assert made.parity.passed
        assert made.parity.max_logit_difference < 1e-4


def test_a_model_without_a_chat_template_takes_ours_along(train_one, tmp_path, tiny_model_folder):
    plain = tmp_path / "plain"
    shutil.copytree(tiny_model_folder, plain, ignore=shutil.ignore_patterns("chat_template.jinja"))
    run = train_one(plain, tuning="lora", steps=4, evaluations=1)
    job = job_of(run)
    made = export("adapter", job, tmp_path / "out", progress=lambda *_: None, should_stop=lambda: False)
    assert made.parity.passed
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    asked = tokenizer.apply_chat_template([{"role": "user", "content": "Why?"}], tokenize=False)
    assert asked == "Question: Why?\nAnswer:"
