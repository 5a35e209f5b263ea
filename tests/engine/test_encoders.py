"""Encoders learn to sort, from the files that the hub has of them, and are refused for anything else."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedTokenizerFast

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.examples import Example
from studio.core.records import Labelled
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.device import DeviceChoice
from studio.engine.heads import head_modules, plain_of
from studio.engine.losses import class_logits
from studio.engine.models import context_tokens, load_model, load_tokenizer, read_model_config
from studio.engine.objectives import classification
from studio.engine.preparation import check_length, prepare
from studio.engine.sources import ModelSource, from_folder
from studio.engine.steps import take_step

WORDS = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "cat", "dog", "hen", "one", "two", "six", "and")
SIZES = {
    "vocab_size": len(WORDS), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 4, "max_position_embeddings": 40, "pad_token_id": 0,
    "initializer_range": 0.15,
}  # fmt: skip
ENCODERS = {
    "bert": SIZES,
    "roberta": SIZES,
    "electra": {**SIZES, "embedding_size": 32},
    "distilbert": {
        "vocab_size": len(WORDS), "dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4,
        "max_position_embeddings": 40, "pad_token_id": 0, "initializer_range": 0.15,
    },
}  # fmt: skip
HEADS = {
    "bert": {"classifier", "bert.pooler"},
    "roberta": {"classifier"},
    "electra": {"classifier"},
    "distilbert": {"pre_classifier", "classifier"},
}
FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))
ROWS = (
    Labelled("cat and dog", "animals"),
    Labelled("one", "numbers"),
    Labelled("hen", "animals"),
    Labelled("six and two and one", "numbers"),
)


def word_tokenizer() -> PreTrainedTokenizerFast:
    """Words, between the tokens that BERT puts around every text."""
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]"
    )


@pytest.fixture(params=list(ENCODERS))
def kind(request) -> str:
    return request.param


@pytest.fixture
def source(kind: str, tmp_path: Path) -> ModelSource:
    """As the hub has it: pretrained to fill in words, without a head for classes (BERT without a pooler)."""
    torch.manual_seed(0)
    AutoModelForMaskedLM.from_config(AutoConfig.for_model(kind, **ENCODERS[kind])).save_pretrained(tmp_path)
    word_tokenizer().save_pretrained(tmp_path)
    return replace(from_folder(tmp_path), labels=("animals", "numbers"))


def examples(source: ModelSource):
    template = ChatTemplate(load_tokenizer(source))
    return [classification.encode(row, template, max_length=16, row=at) for at, row in enumerate(ROWS)]


def test_a_text_stands_between_the_tokens_of_its_family(source):
    assert [WORDS[token] for token in examples(source)[0].input_ids] == [
        "[CLS]",
        "cat",
        "and",
        "dog",
        "[SEP]",
    ]


def test_padding_beside_a_row_changes_nothing_for_it(source):
    model = load_model(source, dtype=torch.float32, device="cpu").eval()
    rows = examples(source)
    together = class_logits(model, collate(rows))
    alone = torch.cat([class_logits(model, collate([row])) for row in rows])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(together[0], together[1])


def test_the_head_alone_is_new_and_all_of_it_is_trained(source, kind):
    model = load_model(source, dtype=torch.float32, device="cpu")
    assert {name for name, _ in head_modules(model)} == HEADS[kind]


@pytest.mark.parametrize("tuning", ["lora", "freeze", "full"])
def test_it_learns_to_sort(source, tuning):
    config = RunConfig("d", "1", objective="classification", tuning=tuning, knobs={"max_length": 16})
    prepared = prepare(config, source, load_tokenizer(source), choice=FLOAT32)
    rows = examples(source)
    losses = [
        take_step(
            prepared.machinery, rows, learning_rate=1e-2, clip=1.0, token_budget=64, between=lambda: None
        ).loss
        for _ in range(30)
    ]
    assert losses[-1] < losses[0] / 3
    model = plain_of(prepared.machinery.model)
    saved = prepared.tuning.state(prepared.machinery.model)
    assert all(any(name in key for key in saved) for name, _ in head_modules(model))


def test_a_text_as_long_as_the_model_reads_can_be_sorted_and_a_longer_one_not(source, kind):
    config = read_model_config(source)
    limit = context_tokens(config)
    assert limit == (39 if kind == "roberta" else 40)  # its padding token is number 0
    model = load_model(source, dtype=torch.float32, device="cpu").eval()
    row = Example(1, (1, *(4 for _ in range(limit - 2)), 2), (-100,) * limit, label="animals")
    assert class_logits(model, collate([row])).shape == (1, 2)
    with pytest.raises(Refused, match=f"reads {limit} tokens at most"):
        check_length(RunConfig("d", "1", objective="classification", knobs={"max_length": limit + 1}), source)


def test_a_causal_objective_is_refused_in_words(source):
    for objective in ("chat", "text"):
        config = RunConfig("d", "1", objective=objective, knobs={"max_length": 16})
        with pytest.raises(Refused, match="reads texts and cannot write any") as caught:
            check_length(config, source)
        assert "Sort into classes" in caught.value.hint
    with pytest.raises(Refused, match="reads texts and cannot write any"):
        load_model(replace(source, labels=()), dtype=torch.float32, device="cpu")
