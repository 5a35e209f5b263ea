"""Every way to tune reaches the right weights of every family that people bring; tiny, in 16 bits."""

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

from studio.core.errors import Refused
from studio.engine.batches import collate
from studio.engine.heads import WithHead, head_modules, plain_of
from studio.engine.objectives import chat
from studio.engine.pairs import fits
from studio.engine.tunings import TUNINGS, bottleneck, ia3

TOKENS = {"vocab_size": 259, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
SIZES = {
    **TOKENS, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
}  # fmt: skip
GROUPED = {**SIZES, "num_key_value_heads": 2}
FAMILIES = {
    "gpt2": {
        "vocab_size": 259,
        "n_embd": 32,
        "n_layer": 3,
        "n_head": 4,
        "bos_token_id": 1,
        "eos_token_id": 2,
    },
    "llama": GROUPED,
    "mistral": GROUPED,
    "falcon": SIZES,
    "gemma": {**GROUPED, "head_dim": 8},
    "gemma3_text": {**GROUPED, "head_dim": 8},
    "qwen2": GROUPED,
    "qwen3": {**GROUPED, "head_dim": 8},
    "phi": SIZES,
    "phi3": GROUPED,
    "smollm3": GROUPED,
    "opt": {**SIZES, "ffn_dim": 64, "word_embed_proj_dim": 32},
}
ENCODERS = {
    "bert": SIZES,
    "roberta": SIZES,
    "electra": {**SIZES, "embedding_size": 32},
    "distilbert": {"vocab_size": 259, "dim": 32, "hidden_dim": 64, "n_layers": 3, "n_heads": 4},
}


class Text:
    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [5, 6, 7]}


@pytest.fixture(params=list(FAMILIES))
def config(request):
    return AutoConfig.for_model(request.param, **FAMILIES[request.param])


def tuned(config, tuning, model_class=AutoModelForCausalLM):
    torch.manual_seed(0)
    model = tuning.apply(model_class.from_config(config, dtype=torch.bfloat16), tuning.Config())
    if tuning.PREPENDS:
        tuning.begin(model, tuning.Config(), Text())
    return model


@pytest.mark.parametrize("name", [name for name in TUNINGS if name != "full"])
def test_the_declared_weights_alone_learn_in_float32_and_are_as_many_as_said(config, name, tiny_examples):
    tuning = TUNINGS[name]
    model = tuned(config, tuning)
    declared = tuning.state(model)
    assert {weight.dtype for weight in declared.values()} == {torch.float32}
    assert sum(weight.numel() for weight in declared.values()) == tuning.trained_parameters(
        tuning.Config(), config
    )
    loss, _ = chat.loss(model.train(), collate(tiny_examples[:2]))
    loss.backward()
    learning = {key for key, weight in model.named_parameters() if weight.grad is not None}
    assert learning == set(declared)
    assert not any("lm_head" in key or "embed" in key for key in learning)


@pytest.mark.parametrize("family", list(ENCODERS))
@pytest.mark.parametrize("name", ["lora", "qlora", "bottleneck", "ia3", "freeze"])
def test_encoders_are_tuned_in_their_body_with_a_head_beside_it(family, name):
    config, tuning = AutoConfig.for_model(family, **ENCODERS[family]), WithHead(TUNINGS[name])
    model = tuned(config, tuning, AutoModelForSequenceClassification)
    declared = tuning.state(model)
    head = sum(weight.numel() for _, part in head_modules(plain_of(model)) for weight in part.parameters())
    said = tuning.trained_parameters(tuning.Config(), config)
    assert sum(weight.numel() for weight in declared.values()) == said + head
    model.train()(input_ids=torch.tensor([[5, 6, 7]])).logits[0, 0].backward()
    assert {key for key, weight in model.named_parameters() if weight.grad is not None} == set(declared)


@pytest.mark.parametrize("name", ["bottleneck", "ia3"])
def test_layers_of_a_kind_that_is_not_known_are_refused_in_words(name):
    experts = AutoConfig.for_model("mixtral", **GROUPED, num_local_experts=2)
    assert fits(name, "chat", experts).startswith("The layers of a mixtral model are not built in a way")
    with pytest.raises(Refused, match="mixtral") as caught:
        {"bottleneck": bottleneck, "ia3": ia3}[name].trained_parameters(TUNINGS[name].Config(), experts)
    assert caught.value.hint == "Choose LoRA, which works on any."


def test_the_router_of_experts_is_never_adapted():
    experts = AutoConfig.for_model("mixtral", **GROUPED, num_local_experts=2)
    names = set(TUNINGS["lora"].state(tuned(experts, TUNINGS["lora"])))
    assert names
    assert not any(".gate." in name or "router" in name for name in names)


def test_what_goes_with_what_is_said_without_reading_weights():
    llama, bert = (
        AutoConfig.for_model(name, **sizes) for name, sizes in (("llama", GROUPED), ("bert", SIZES))
    )
    assert [fits(name, "chat", llama) for name in TUNINGS] == [""] * len(TUNINGS)
    sorting = {name: fits(name, "classification", bert) for name in TUNINGS}
    assert {name for name, reason in sorting.items() if reason} == {"prefix", "prompt", "bottleneck"}
    assert sorting["prefix"] == "Prefix tuning needs a model that writes; this one only reads texts."
    assert sorting["bottleneck"].startswith("The head that sorts could not be handed over beside what Bottle")
    refused = {name for name in TUNINGS if fits(name, "classification", llama)}
    assert refused == {"prefix", "prompt", "bottleneck"}
    assert fits("lora", "chat", bert).startswith("This model only reads texts")
