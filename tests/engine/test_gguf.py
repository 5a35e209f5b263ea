"""A GGUF file is a model like any other: converted once, exactly; refused in plain words where it is none."""

from pathlib import Path

import gguf
import pytest
import torch
from transformers import PreTrainedTokenizerBase

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.engine.models import count_parameters, load_model, load_tokenizer
from studio.engine.preparation import prepare
from studio.engine.sources import resolve, source_here
from studio.engine.steps import take_step

NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_name(name: str) -> str:
    """`model.layers.0.mlp.up_proj.weight` -> `blk.0.ffn_up.weight`"""
    outer = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
    if name in outer:
        return outer[name]
    _, _, layer, inner = name.removesuffix(".weight").split(".", 3)
    return f"blk.{layer}.{NAMES[inner]}.weight"


def interleaved(name: str, tensor: torch.Tensor, heads: int) -> torch.Tensor:
    """The order in which GGUF keeps the rows of queries and keys (llama.cpp, convert_hf_to_gguf: permute)."""
    if "q_proj" not in name and "k_proj" not in name:
        return tensor
    rows, columns = tensor.shape
    return tensor.view(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory, tiny_model_folder: Path, tiny_tokenizer: PreTrainedTokenizerBase) -> Path:
    """The tiny model as one GGUF file in 32 bits, with something beside it that is none of its own."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    path.with_name("adapter_config.json").write_text('{"base_model_name_or_path": "somebody/else"}')
    config, writer = model.config, gguf.GGUFWriter(path, "llama")
    writer.add_license("mit")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)
    write_tokenizer(writer, tiny_tokenizer)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, tensor in model.state_dict().items():
        if name != "lm_head.weight":  # tied
            count = next((heads[part] for part in heads if part in name), 1)
            writer.add_tensor(gguf_name(name), interleaved(name, tensor, count).contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_tokenizer(writer: gguf.GGUFWriter, tokenizer: PreTrainedTokenizerBase) -> None:
    special = set(tokenizer.all_special_tokens)
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in special else 1 for token in tokens])
    writer.add_token_scores([0.0] * len(tokens))  # no merges: every letter stays on its own
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_chat_template(tokenizer.chat_template)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STUDIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_it_is_converted_once_and_holds_the_very_weights(gguf_file, cache, tiny_model, tiny_tokenizer):
    said: list[str] = []
    assert source_here(str(gguf_file)) is None
    source = resolve(str(gguf_file), progress=said.append)
    assert said == ["Converting tiny.gguf (once) ..."]
    assert (source.id, source.licence) == (str(gguf_file), "mit")
    assert source.path.is_relative_to(cache)
    assert count_parameters(source) == sum(weight.numel() for weight in tiny_model.parameters())
    loaded = load_model(source, dtype=torch.float32, device="cpu")
    assert all(a.equal(b) for a, b in zip(loaded.parameters(), tiny_model.parameters(), strict=True))
    tokenizer = load_tokenizer(source)
    assert tokenizer.encode("Why so?") == tiny_tokenizer.encode("Why so?")
    assert tokenizer.chat_template == tiny_tokenizer.chat_template
    assert resolve(str(gguf_file), progress=said.append) == source
    assert len(said) == 1
    assert source_here(str(gguf_file)).path == source.path


def test_it_is_trained_like_a_folder(gguf_file, cache, tiny_examples):
    source = resolve(str(gguf_file), progress=lambda text: None)
    prepared = prepare(RunConfig("d", "1"), source, load_tokenizer(source))
    losses = [
        take_step(
            prepared.machinery,
            tiny_examples[:4],
            learning_rate=1e-2,
            clip=1.0,
            token_budget=512,
            between=lambda: None,
        ).loss
        for _ in range(3)
    ]
    assert losses[-1] < losses[0]


def test_a_converted_folder_that_was_damaged_is_made_anew(gguf_file, cache):
    said: list[str] = []
    first = resolve(str(gguf_file), progress=said.append)
    weights = first.path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert resolve(str(gguf_file), progress=said.append) == first
    assert len(said) == 2


@pytest.mark.parametrize("damage", [lambda whole: whole[:2000], lambda whole: b"not a GGUF file at all" * 9])
def test_a_damaged_file_is_refused_and_leaves_nothing(gguf_file, cache, tmp_path, damage):
    path = tmp_path / "damaged.gguf"
    path.write_bytes(damage(gguf_file.read_bytes()))
    with pytest.raises(Refused, match=r"The GGUF file damaged\.gguf cannot be read"):
        resolve(str(path), progress=lambda text: None)
    assert list((cache / "gguf").iterdir()) == []


def test_a_file_that_is_not_there_is_refused_as_a_file(cache):
    with pytest.raises(Refused, match=r"There is no file 'gone\.gguf'"):
        resolve("gone.gguf")
