"""The one measure of all contestants is transformers' own loss, over the answers alone."""

import pytest
import torch

from benchmarks.ground import answer_loss


def test_the_loss_is_transformers_own_over_the_answers_of_all_rows(tiny_model, tiny_examples):
    with torch.no_grad():
        nats = sum(
            tiny_model(
                input_ids=torch.tensor([each.input_ids]), labels=torch.tensor([each.labels])
            ).loss.item()
            * each.trained_tokens
            for each in tiny_examples
        )
    tokens = sum(each.trained_tokens for each in tiny_examples)
    assert answer_loss(tiny_model, tiny_examples) == pytest.approx(nats / tokens, rel=1e-5)
