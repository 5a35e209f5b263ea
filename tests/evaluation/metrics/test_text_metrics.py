"""The metrics of answers are those of the reference libraries, on published examples and on any resample."""

import evaluate
import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF

from studio.core.measures import MEASURES
from studio.evaluation.metrics import metric_named
from studio.evaluation.metrics.normalised_match import normalised

FIRST = (
    "The relationship between cats and dogs is not exactly friendly.",
    "The relationship between dogs and cats is not exactly friendly.",
)
SECOND = (
    "a good bookshop is just a genteel black hole that knows how to read.",
    "A good bookshop is just a genteel Black Hole that knows how to read.",
)
WORDS = ["the", "cat", "dog", "sat", "on", "a", "mat", ",", "not", "unexpectedly", ".", "Über", "007"]
PAPERS = ("bleu", "chrf", "rouge1", "rouge2", "rougeL")


def value(name, predictions, references):
    return metric_named(name).compute(predictions=predictions, references=references)[name]


def texts(seed, rows=40):
    """Return answers and references; some are empty, one word long, or have nothing in common."""
    draw = np.random.default_rng(seed)
    expected = [" ".join(draw.choice(WORDS, draw.integers(1, 12))) for _ in range(rows)]
    answers = [" ".join(w if draw.random() < 0.7 else "other" for w in text.split()) for text in expected]
    return ["", "one", *answers[2:]], [expected[0], "two three", *expected[2:]]


def by_library(name, predictions, references):
    if name in ("bleu", "chrf"):
        scorer = {"bleu": BLEU, "chrf": CHRF}[name]()
        return scorer.corpus_score(predictions, [references]).score
    scorer = RougeScorer([name])
    rows = zip(references, predictions, strict=True)
    return float(np.mean([scorer.score(*row)[name].fmeasure for row in rows]))


def test_chrf_is_the_one_that_its_metric_card_publishes():
    """Source: evaluate, metrics/chrf, README, example 1."""
    answers, expected = zip(FIRST, SECOND, strict=True)
    assert value("chrf", list(answers), list(expected)) == pytest.approx(84.64214891738334, abs=1e-9)


def test_bleu_is_the_one_that_sacrebleus_own_tests_publish():
    """Source: sacrebleu, test/test_bleu.py: a fest for a test, and the statistics of a character sequence."""
    assert value("bleu", ["this is a test"], ["this is a test"]) == pytest.approx(100, abs=1e-9)
    smoothed_twice = 100 * (3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25
    assert value("bleu", ["this is a fest"], ["this is a test"]) == pytest.approx(smoothed_twice, abs=1e-9)
    parts = metric_named("bleu").parts(
        ["am I am a character sequence"], ["I am a symbol string sequence a a"]
    )
    assert parts.each.tolist() == [[6, 8, 4, 2, 1, 0, 6, 5, 4, 3]]


def test_rouge_is_the_one_that_rouge_scores_own_tests_publish():
    """Source: google-research, rouge/rouge_scorer_test.py; the fox of its README, counted by hand."""
    assert value("rouge1", ["testing"], ["testing one two"]) == pytest.approx(1 / 2, abs=1e-9)
    assert value("rougeL", ["testing"], ["testing one two"]) == pytest.approx(1 / 2, abs=1e-9)
    fox, log = "The quick brown fox jumps over the lazy dog", "The quick brown dog jumps on the log."
    assert value("rouge1", [log], [fox]) == pytest.approx(2 * 6 / 17, abs=1e-9)
    assert value("rouge2", [log], [fox]) == pytest.approx(2 * 2 / 15, abs=1e-9)
    assert value("rougeL", [log], [fox]) == pytest.approx(2 * 5 / 17, abs=1e-9)


@pytest.mark.parametrize("name", PAPERS)
def test_every_metric_of_papers_equals_its_library_on_the_rows_and_on_every_resample(name):
    answers, expected = texts(1)
    measured = metric_named(name)
    parts = measured.parts(answers, expected)
    assert value(name, answers, expected) == pytest.approx(by_library(name, answers, expected), abs=1e-9)
    draw = np.random.default_rng(2)
    for rows in (1, 1, 1, 2, 2, 5, 40, 40):  # few rows: orders without a hit, and without a stretch at all
        drawn = draw.integers(0, len(answers), rows)
        counts = np.bincount(drawn, minlength=len(answers))[None].astype(float)
        reference = by_library(name, [answers[at] for at in drawn], [expected[at] for at in drawn])
        assert measured.finish(parts.measure(counts))[0] == pytest.approx(reference, abs=1e-9)


@pytest.mark.parametrize("name", PAPERS)
def test_nothing_written_is_worth_nothing_and_divides_by_nothing(name):
    assert value(name, ["", ""], ["Open the settings first.", "No."]) == 0
    assert value(name, ["", ""], ["", ""]) == 0


@pytest.mark.parametrize("name", PAPERS)
def test_the_expected_answers_themselves_are_perfect(name):
    same = ["Open the settings first.", "Then press the red button."]
    assert value(name, same, same) == pytest.approx(100 if name in ("bleu", "chrf") else 1)


def test_they_can_be_composed_as_evaluates_own():
    answers, expected = texts(3)
    together = evaluate.combine([metric_named(name) for name in (*PAPERS, "normalised_match", "repetition")])
    found = together.compute(predictions=answers, references=expected)
    assert {name: found[name] for name in PAPERS} == {name: value(name, answers, expected) for name in PAPERS}


def test_the_signatures_are_sacrebleus_own():
    assert metric_named("bleu").signature() == "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"
    assert metric_named("chrf").signature() == "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"
    assert metric_named("rougeL").signature() == ""


def test_what_cannot_be_told_of_such_texts_is_left_out():
    assert not metric_named("bleu").measurable(["Yes", "not at all"])
    assert metric_named("bleu").measurable(["Yes", "no, not at all"])
    assert not metric_named("rougeL").measurable(["Нажмите кнопку OK"])
    assert metric_named("rougeL").measurable(["Drücken Sie die grüne Taste"])
    assert metric_named("chrf").measurable(["Нажмите кнопку OK"])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The  Eiffel Tower!", "eiffel tower"),
        ("an apple, a pear", "apple pear"),
        ("theatre", "theatre"),
        ("U.S.", "us"),
        ("", ""),
    ],
)
def test_the_normalisation_is_that_of_squad(text, plain):
    """Source: evaluate-v1.1.py of SQuAD: lower case, no marks, no articles, single blanks."""
    assert normalised(text) == plain


def test_normalised_match_counts_what_differs_in_case_and_marks_only():
    answers, expected = ["the Cat.", "cats", "A dog"], ["cat", "cat", "dog!"]
    assert value("normalised_match", answers, expected) == pytest.approx(2 / 3)
    assert value("exact_match", answers, expected) == 0


def test_repetition_is_the_share_of_four_words_in_a_row_that_came_before():
    assert value("repetition", ["a b c d a b c d"], [""]) == pytest.approx(1 / 5)
    assert value("repetition", ["yes " * 12], [""]) == pytest.approx(8 / 9)
    assert value("repetition", ["a b c", ""], ["", ""]) == 0


def test_length_and_seconds_are_means_over_rows_and_called_neither_better_nor_worse():
    assert value("answer_words", ["one two", "", "one"], ["", "", ""]) == pytest.approx(1)
    assert value("seconds_per_answer", [0.5, 1.5], [1, 1]) == pytest.approx(1)
    assert MEASURES["answer_words"].better is MEASURES["seconds_per_answer"].better is None
