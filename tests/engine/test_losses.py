"""The loss and its gradients are those of transformers, whatever the family does around its head."""

import pytest
import torch
from torch.nn import functional
from transformers import AutoModelForCausalLM, PreTrainedModel

from studio.core.examples import IGNORED, Example
from studio.engine.batches import collate
from studio.engine.losses import SummedCrossEntropy, class_loss, next_token_loss
from studio.engine.models import load_model


def reference_loss(model: PreTrainedModel, examples: list[Example]) -> torch.Tensor:
    """transformers' own: padded by hand, with an attention mask, labels ignored by -100."""
    longest = max(len(example.input_ids) for example in examples)
    pad = [longest - len(example.input_ids) for example in examples]
    rows = list(zip(examples, pad, strict=True))
    return model(
        input_ids=torch.tensor([[*each.input_ids, *[2] * extra] for each, extra in rows]),
        attention_mask=torch.tensor([[1] * len(each.input_ids) + [0] * extra for each, extra in rows]),
        labels=torch.tensor([[*each.labels, *[IGNORED] * extra] for each, extra in rows]),
    ).loss


def gradients(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    found = {
        name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None
    }
    model.zero_grad()
    return found


def test_loss_and_gradients_equal_those_of_transformers(tiny_model, tiny_examples):
    examples = list(tiny_examples)
    expected = reference_loss(tiny_model, examples)
    expected.backward()
    expected_gradients = gradients(tiny_model)
    loss, weight = next_token_loss(tiny_model, collate(examples))
    (loss / weight).backward()
    assert weight == sum(example.trained_tokens for example in examples)
    assert (loss / weight).item() == pytest.approx(expected.item(), abs=1e-5)
    for name, gradient in gradients(tiny_model).items():
        torch.testing.assert_close(gradient, expected_gradients[name], atol=1e-5, rtol=1e-5)


def test_scalings_and_caps_after_the_head_are_kept(tiny_family, tiny_examples):
    model = AutoModelForCausalLM.from_config(tiny_family).eval()
    examples = list(tiny_examples[:3])
    loss, weight = next_token_loss(model, collate(examples))
    assert (loss / weight).item() == pytest.approx(reference_loss(model, examples).item(), abs=1e-5)


def test_the_hook_on_the_head_is_gone_afterwards(tiny_model, tiny_examples):
    next_token_loss(tiny_model, collate(tiny_examples))
    logits = tiny_model(input_ids=torch.tensor([tiny_examples[0].input_ids])).logits
    assert logits.shape[:2] == (1, len(tiny_examples[0].input_ids))


@pytest.mark.parametrize("places", [1, 63, 64, 200])
def test_the_summed_cross_entropy_and_its_gradient_are_torchs(places: int):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(places, 50, generator=generator, requires_grad=True)
    targets = torch.randint(0, 50, (places,), generator=generator)
    (expected,) = torch.autograd.grad(3 * functional.cross_entropy(logits, targets, reduction="sum"), logits)
    loss = SummedCrossEntropy.apply(logits, targets)
    (found,) = torch.autograd.grad(3 * loss, logits)
    assert loss.item() == pytest.approx(
        functional.cross_entropy(logits, targets, reduction="sum").item(), rel=1e-6
    )
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


def test_sixteen_bit_logits_are_summed_in_thirty_two():
    logits = torch.randn(40, 1000, generator=torch.Generator().manual_seed(0)).bfloat16()
    targets = torch.zeros(40, dtype=torch.int64)
    expected = functional.cross_entropy(logits.float(), targets, reduction="sum").item()
    assert SummedCrossEntropy.apply(logits, targets).item() == pytest.approx(expected, rel=1e-6)


def test_the_loss_of_classes_and_its_gradients_are_those_of_transformers(tiny_lesson):
    source, examples = tiny_lesson("classification")
    torch.manual_seed(0)
    model = load_model(source, dtype=torch.float32, device="cpu")
    longest = max(len(example.input_ids) for example in examples)
    pad = model.config.pad_token_id
    rows = [(list(each.input_ids), longest - len(each.input_ids)) for each in examples]
    reference = model(
        input_ids=torch.tensor([ids + [pad] * extra for ids, extra in rows]),
        attention_mask=torch.tensor([[1] * len(ids) + [0] * extra for ids, extra in rows]),
        labels=torch.tensor([model.config.label2id[each.label] for each in examples]),
    ).loss
    reference.backward()
    expected = gradients(model)
    loss, weight = class_loss(model, collate(examples))
    (loss / weight).backward()
    assert loss.item() / weight == pytest.approx(reference.item(), rel=1e-6)
    found = gradients(model)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-6, rtol=1e-4, msg=name)
