"""Log-probabilities of answers equal those of torch's own log-softmax, and so do their gradients."""

import pytest
import torch

from studio.engine.batches import collate
from studio.engine.log_probabilities import (
    ChosenLogProbabilities,
    learned_by_row,
    row_of_each,
    summed_by_row,
    token_log_probabilities,
)
from studio.engine.models import load_model


def test_values_and_gradients_are_those_of_torch():
    torch.manual_seed(0)
    logits = torch.randn(150, 31, requires_grad=True)  # more places than are computed together
    targets, weights = torch.randint(31, (150,)), torch.randn(150)
    plain = logits.log_softmax(-1).gather(1, targets[:, None]).squeeze(1)
    (wanted,) = torch.autograd.grad((plain * weights).sum(), logits)
    own = ChosenLogProbabilities.apply(logits, targets)
    (gradient,) = torch.autograd.grad((own * weights).sum(), logits)
    torch.testing.assert_close(own, plain)
    torch.testing.assert_close(gradient, wanted)


def test_each_answer_has_the_sum_of_its_own_tokens(tiny_source, tiny_examples):
    model = load_model(tiny_source, dtype=torch.float32, device="cpu").eval()
    batch = collate(tiny_examples[:3])
    with torch.no_grad():
        sums = summed_by_row(token_log_probabilities(model, batch), batch)
        for place, example in enumerate(tiny_examples[:3]):
            alone = token_log_probabilities(model, collate([example])).sum()
            assert sums[place].item() == pytest.approx(alone.item(), rel=1e-4)
    assert learned_by_row(batch).tolist() == [example.trained_tokens for example in tiny_examples[:3]]
    assert set(row_of_each(batch).tolist()) == {0, 1, 2}
