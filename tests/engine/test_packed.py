"""Texts that share a row do not see each other, in every family: the same loss and gradients as alone."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from studio.core.examples import Example
from studio.data.packing import packed
from studio.engine.attention import use_products
from studio.engine.batches import collate, micro_batches
from studio.engine.losses import logits_where_learned, next_token_loss
from studio.engine.packs import keeps_apart

LEAKS = {"falcon"}
"""Its masks never see where a text begins."""


@pytest.fixture
def model(tiny_family):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(tiny_family).eval()
    use_products(model)  # as training on a processor attends
    return model


@pytest.fixture
def texts() -> list[Example]:
    draw = torch.Generator().manual_seed(1)
    made = []
    for row, length in enumerate((17, 5, 9, 12, 3, 21)):
        ids = tuple(torch.randint(3, 259, (length,), generator=draw).tolist())
        made.append(Example(row, ids, ids))
    return made


def gradients(model, loss) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None}


def test_the_model_itself_tells_whether_texts_stay_apart(model):
    assert keeps_apart(model, "cpu") == (model.config.model_type not in LEAKS)


def test_a_packed_row_learns_what_its_texts_learn_alone(model, texts):
    rows = packed(texts, 32) if keeps_apart(model, "cpu") else texts
    assert (max(len(row.starts) for row in rows) > 1) == (model.config.model_type not in LEAKS)
    batch = collate(rows)
    loss, weight = next_token_loss(model, batch)
    alone = [next_token_loss(model, collate([text])) for text in texts]
    assert weight == sum(each for _, each in alone)
    assert loss.item() == pytest.approx(sum(each.item() for each, _ in alone), rel=1e-5)
    together = gradients(model, loss)
    expected = gradients(model, sum(each for each, _ in alone))
    assert together.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(together[name], gradient, atol=1e-4, rtol=1e-4, msg=name)


def test_changing_one_text_leaves_the_logits_of_its_neighbours_alone_where_it_says_so(model, texts):
    (row,) = packed(texts[1:3], 32)
    second = row.starts[1]
    changed = (*(7 for _ in range(second)), *row.input_ids[second:])
    with torch.no_grad():
        before = logits_where_learned(model, collate([row]))
        after = logits_where_learned(
            model, collate([Example(row.row, changed, row.labels, starts=row.starts)])
        )
    assert not torch.allclose(after[: second - 1], before[: second - 1])
    same = torch.allclose(after[second - 1 :], before[second - 1 :], atol=1e-5, rtol=1e-5)
    assert same == keeps_apart(model, "cpu")


def test_a_step_of_packed_texts_has_less_padding_and_the_same_tokens(texts):
    plain, close = (micro_batches(texts, 64, pack=pack) for pack in (False, True))

    def padded(groups):
        return sum(collate(group).input_ids.numel() for group in groups)

    def tokens(groups):
        return sum(collate(group).tokens for group in groups)

    assert tokens(plain) == tokens(close) == sum(len(text.input_ids) for text in texts)
    assert padded(close) < padded(plain)
