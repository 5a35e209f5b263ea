"""One door for models: what cannot be read safely is refused in plain words, and no code of theirs runs."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.core.errors import Refused, StudioError
from studio.core.system import Memory
from studio.engine import models
from studio.engine.models import (
    count_parameters,
    load_model,
    load_tokenizer,
    read_model_config,
)
from studio.engine.sources import from_folder, resolve
from studio.engine.weight_files import Abandoned


@pytest.fixture
def folder(tiny_model_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model's folder that a test may spoil."""
    return Path(shutil.copytree(tiny_model_folder, tmp_path / "model"))


def change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_folder_is_a_model(folder, tiny_model):
    source = resolve(str(folder))
    assert (source.id, source.revision) == (str(folder), "")
    assert count_parameters(source) == sum(weight.numel() for weight in tiny_model.parameters())
    loaded = load_model(source, dtype=torch.float32, device="cpu")
    assert all(a.equal(b) for a, b in zip(loaded.parameters(), tiny_model.parameters(), strict=True))
    assert load_tokenizer(source).eos_token == "<|im_end|>"


def test_equal_weights_have_one_hash_and_a_flipped_byte_another(folder, tiny_source):
    assert from_folder(folder).weights_hash == tiny_source.weights_hash
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert from_folder(folder).weights_hash != tiny_source.weights_hash


def test_the_licence_is_the_one_the_card_names(folder):
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    assert from_folder(folder).licence == "apache-2.0"


POISON = {
    "auto_map": {"AutoConfig": "poison.Config", "AutoModelForCausalLM": "poison.Model"},
    "_attn_implementation_internal": "somebody/kernels",
    "attn_implementation": "somebody/kernels",
    "_experts_implementation_internal": "somebody/kernels",
    "experts_implementation": "somebody/kernels",
    "use_kernels": True,
    "kernel_config": {"RMSNorm": "somebody/kernels:RMSNorm"},
    "model_file": "poison.py",
    "custom_pipelines": {"evil": {"impl": "poison.Pipeline"}},
}


def test_a_poisoned_configuration_imports_nothing_and_leaves_no_trace(folder, tmp_path):
    mark = tmp_path / "was here"
    (folder / "poison.py").write_text(f"from pathlib import Path\nPath({str(mark)!r}).touch()\n")
    change_config(folder, **POISON)
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text())
    tokenizer["auto_map"] = {"AutoTokenizer": ["poison.Tokenizer", "poison.Tokenizer"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    source = from_folder(folder)
    config = read_model_config(source)
    assert not set(POISON) & set(config.to_dict())
    load_model(source, dtype=torch.float32, device="cpu")
    load_tokenizer(source)
    assert not mark.exists()
    assert not any(name.rpartition(".")[2] == "poison" for name in sys.modules)


def test_code_is_kept_out_of_nested_parts_too(folder):
    hidden = {"auto_map": {"x": "poison.X"}, "attn_implementation": "poison/x", "use_kernels": "poison"}
    change_config(folder, rope_scaling={"rope_type": "linear", "factor": 2.0, **hidden})
    assert "poison" not in str(read_model_config(from_folder(folder)).to_dict())


def test_settings_that_transformers_declares_are_kept(folder):
    change_config(folder, rope_theta=5000.0, rms_norm_eps=1e-3)
    config = read_model_config(from_folder(folder))
    assert config.rms_norm_eps == 1e-3
    assert config.rope_parameters["rope_theta"] in (5000.0, 10000.0)
    assert config.tie_word_embeddings is True


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), "holds no model"),
        (
            lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
            "weights only in a pickled format",
        ),
        (
            lambda folder: (
                (folder / "config.json").rename(folder / "adapter_config.json"),
                (folder / "model.safetensors").rename(folder / "adapter_model.safetensors"),
            ),
            "holds an adapter, not a whole model",
        ),
        (lambda folder: (folder / "adapter_config.json").write_text("{}"), "holds an adapter beside a model"),
    ],
)
def test_a_folder_without_a_model_is_refused_with_the_reason(folder, spoil, message):
    spoil(folder)
    with pytest.raises(Refused, match=message):
        resolve(str(folder))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "bert-of-tomorrow"}, "of kind 'bert-of-tomorrow', which is not a text-writing model"),
        ({"model_type": None}, "of kind None"),
        ({"quantization_config": {"quant_method": "gptq"}}, "stored quantised"),
    ],
)
def test_a_model_that_cannot_be_tuned_is_refused_with_the_reason(folder, changes, message):
    change_config(folder, **changes)
    with pytest.raises(Refused, match=message):
        load_model(from_folder(folder), dtype=torch.float32, device="cpu")


def test_a_broken_configuration_is_refused(folder):
    (folder / "config.json").write_text("{")
    with pytest.raises(Refused, match=r"config\.json of .* cannot be read"):
        read_model_config(from_folder(folder))


def test_missing_weights_are_refused_and_never_filled_at_random(folder):
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(Refused, match="do not fit its configuration: 1 are missing"):
        load_model(from_folder(folder), dtype=torch.float32, device="cpu")


def test_truncated_weights_are_refused(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(Refused, match="are damaged"):
        load_model(from_folder(folder), dtype=torch.float32, device="cpu")


def test_too_little_memory_is_refused_before_loading(tiny_source, monkeypatch):
    monkeypatch.setattr(models, "memory", lambda: Memory(total_bytes=10**6, available_bytes=1000))
    with pytest.raises(Refused, match=r"needs 0\.0 GB of memory and 0\.0 GB are free"):
        load_model(tiny_source, dtype=torch.float32, device="cpu")


def test_memory_that_runs_out_while_loading_is_said_in_plain_words(tiny_source, monkeypatch):
    monkeypatch.setattr(
        models.AutoModelForCausalLM, "from_pretrained", lambda *_, **__: torch.empty(2**55, dtype=torch.uint8)
    )
    with pytest.raises(StudioError, match=r"The memory ran out while .* was loaded"):
        load_model(tiny_source, dtype=torch.float32, device="cpu")


def test_weights_are_hashed_once_in_a_process_and_again_when_they_change(folder, monkeypatch):
    first = from_folder(folder).weights_hash
    monkeypatch.setattr("studio.engine.weight_files.hashlib.file_digest", None)
    assert from_folder(folder).weights_hash == first
    monkeypatch.undo()
    os.utime(folder / "model.safetensors", ns=(1, 1))
    reads = []
    real = hashlib.file_digest
    monkeypatch.setattr(
        "studio.engine.weight_files.hashlib.file_digest", lambda *each: (reads.append(each), real(*each))[1]
    )
    assert from_folder(folder).weights_hash == first
    assert len(reads) == 1


def test_checking_the_files_can_be_stopped_between_two(folder):
    with pytest.raises(Abandoned):
        resolve(str(folder), stopping=lambda: True)


def test_a_missing_tokenizer_is_refused(folder):
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(Refused, match=r"tokenizer of .* cannot be read"):
        load_tokenizer(from_folder(folder))


@pytest.mark.parametrize("name", ["no such folder", "a/b/c", "../up", ""])
def test_what_is_neither_folder_nor_hub_name_is_refused(name):
    with pytest.raises(Refused, match="There is no folder"):
        resolve(name)
