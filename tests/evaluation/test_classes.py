"""A label's likelihood as an answer is the same, however many are asked about together."""

import pytest
import torch

from studio.core.records import Labelled
from studio.data.templates import ChatTemplate
from studio.engine.objectives import classification
from studio.evaluation import classes
from studio.evaluation.classes import ANSWERS_AT_ONCE, InWords


@torch.no_grad()
def one_by_one(model, prompt, answers):
    """Each answer in a row of its own, behind the whole prompt, without a cache."""
    found = []
    for answer in answers:
        ids = torch.tensor([[*prompt, *answer]])
        logarithms = model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
        found.append(float(logarithms.gather(1, torch.tensor(answer)[:, None]).sum()))
    return found


def test_more_labels_than_are_read_at_once_score_as_separate_rows_do(tiny_model, tiny_tokenizer):
    labels = [f"label {'x' * (number % 5)}{number}" for number in range(2 * ANSWERS_AT_ONCE + 3)]
    template = ChatTemplate(tiny_tokenizer)
    asking, model = InWords(labels, template), tiny_model.eval()
    example = classification.encode(Labelled("A dog barks.", labels[0]), template, max_length=64, row=1)
    found = asking(model, example)
    prompt = asking.prompt(model, example)
    wanted = torch.tensor(one_by_one(model, prompt, asking._answers), dtype=torch.float64).log_softmax(-1)
    assert found.labels == tuple(sorted(labels))
    assert found.logarithms == pytest.approx(wanted.tolist(), abs=1e-4)


@torch.no_grad()
def test_answers_of_one_token_may_stand_beside_longer_ones(tiny_model):
    prompt, answers = (5, 6, 7), [(8,), (9, 10, 11), *[(number,) for number in range(20, 40)]]
    found = classes.answer_scores(tiny_model.eval(), prompt, answers)
    assert found == pytest.approx(one_by_one(tiny_model, prompt, answers), abs=1e-4)
