"""What a family's weights and numbers become in llama.cpp, and which models are refused with the reason."""

import gguf
import pytest
import torch
import transformers

from studio.core.errors import Refused
from studio.exporters.llama.families import FAMILIES, context_of, describe, family_of
from tests.exporters.llama.conftest import FAMILIES as SMALL

STRETCHED = {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}


def config_of(family, **changes):
    return getattr(transformers, f"{family}Config")(vocab_size=300, **{**SMALL[family], **changes})


def test_the_two_halves_of_a_head_become_neighbours():
    config = config_of("Llama")
    rows = torch.arange(64.0).reshape(64, 1)
    turned = FAMILIES["llama"].turn("model.layers.0.self_attn.q_proj.weight", rows, config).flatten()
    # A head of 16 rows: the eighth begins its second half.
    assert turned[:6].tolist() == [0.0, 8.0, 1.0, 9.0, 2.0, 10.0]
    assert turned[16:18].tolist() == [16.0, 24.0]
    untouched = FAMILIES["llama"].turn("model.layers.0.self_attn.v_proj.weight", rows, config)
    assert untouched is rows


def test_gemmas_norms_and_gpt2s_projections_are_told_llama_cpps_way():
    weight = torch.arange(6.0).reshape(2, 3)
    norm = FAMILIES["gemma2"].turn("model.layers.0.input_layernorm.weight", weight[0], config_of("Gemma2"))
    assert norm.tolist() == [1.0, 2.0, 3.0]
    turned = FAMILIES["gpt2"].turn("transformer.h.0.attn.c_attn.weight", weight, config_of("GPT2"))
    assert torch.equal(turned, weight.T)


def test_the_numbers_stand_under_llama_cpps_names(tmp_path):
    writer = gguf.GGUFWriter(tmp_path / "numbers.gguf", "qwen3")
    describe(writer, config_of("Qwen3"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    found = gguf.GGUFReader(tmp_path / "numbers.gguf")
    told = {name: found.get_field(f"qwen3.{name}").contents() for name in (
        "context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count",
        "attention.head_count_kv", "rope.dimension_count",
    )}  # fmt: skip
    assert list(told.values()) == [512, 64, 2, 96, 4, 2, 128]


def test_a_window_that_the_file_cannot_hold_ends_the_context():
    assert context_of(config_of("Mistral", sliding_window=128)) == 128
    assert context_of(config_of("Mistral")) == 512
    assert context_of(config_of("Gemma2")) == 512


@pytest.mark.parametrize(
    ("family", "changes", "said"),
    [
        ("Llama", {"rope_parameters": STRETCHED}, "stretches its positions"),
        ("Llama", {"attention_bias": True}, "attention_bias is True"),
        ("Qwen3", {"head_dim": 16}, "head_dim is 16"),
        ("Gemma2", {"query_pre_attn_scalar": 144}, "takes 256 for granted"),
        (
            "Phi3",
            {"rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5}},
            "turns only 0.5 of each head",
        ),
    ],
)
def test_what_a_reader_of_the_file_could_not_know_is_refused(family, changes, said):
    with pytest.raises(Refused, match=said) as refused:
        family_of(config_of(family, **changes))
    assert refused.value.hint == "Choose the whole model."


def test_an_unknown_family_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="kind 'opt' cannot be written") as refused:
        family_of(transformers.OPTConfig())
    assert "llama, mistral, qwen2" in refused.value.hint
