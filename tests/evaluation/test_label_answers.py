"""Answers are labels only where they are few, short and frequent; the likeliest is the model's own."""

import torch

from studio.core.records import Completion
from studio.data.templates import ChatTemplate
from studio.engine.objectives import chat, completion
from studio.evaluation.label_answers import MOST_LABELS, Choosing, labels_among


def test_few_short_answers_that_come_back_are_labels():
    assert labels_among(["refund", "delivery ", "refund", "delivery"] * 5) == ("delivery", "refund")


def test_free_texts_single_answers_and_rare_ones_are_not():
    assert labels_among(["yes"] * 50) == ()
    assert labels_among([f"answer {number}" for number in range(50)]) == ()
    assert labels_among(["a label of far too many words", "no"] * 20) == ()
    assert labels_among(["yes", "no"] * 2) == ()
    assert labels_among([]) == ()


def test_it_looks_no_further_than_it_must():
    read = []

    def answers():
        for number in range(10_000):
            read.append(number)
            yield str(number)

    assert labels_among(answers()) == ()
    assert len(read) == MOST_LABELS + 1


def test_the_label_is_chosen_that_a_whole_pass_over_each_answer_finds_likeliest(tiny_model, tiny_tokenizer):
    template, labels = ChatTemplate(tiny_tokenizer), ("no", "yes", "perhaps not")
    model = tiny_model.eval()
    for objective in (chat, completion):
        scores, prompt = [], ()
        for label in labels:
            example = objective.encode(Completion("Is it?", label), template, max_length=256, row=1)
            begin = next(at for at, learned in enumerate(example.labels) if learned != -100)
            prompt = example.input_ids[:begin]
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([example.input_ids])).logits[0].log_softmax(-1)
            scores.append(
                sum(float(logits[at - 1, token]) for at, token in enumerate(example.labels) if token != -100)
            )
        assert Choosing(labels, objective, template)(model, prompt) == labels[scores.index(max(scores))]
