"""A statement is supported where one source holds half of its content words; and that is all it says."""

import pytest

from studio.evaluation.metrics import metric_named
from studio.evaluation.metrics.unsupported import content_words, unsupported_share

PRINTER = content_words("Press the green button on the printer to cancel all waiting jobs.")
WINDOW = content_words("Open the window settings and choose another theme. It costs 40 euros.")


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("Press the green button on the printer.", 0.0),
        ("The green button of your printer will cancel jobs. Elephants live in Africa!", 0.5),
        ("Elephants live in Africa.\nTigers live elsewhere.", 1.0),
        ("It costs 40 euros.", 0.0),
        ("", 0.0),
        ("It is so.", 0.0),
        ("Press green elephants, choose another giraffe instead today.", 1.0),
    ],
)
def test_the_share_is_of_the_sentences_that_say_something(answer, share):
    assert unsupported_share(answer, [PRINTER, WINDOW]) == share


def test_words_of_any_script_are_read():
    source = content_words("Нажмите зелёную кнопку принтера")
    assert unsupported_share("Нажмите зелёную кнопку", [source]) == 0
    assert unsupported_share("Слоны живут далеко", [source]) == 1


def test_answers_are_meaned_and_without_sources_nothing_is_measured():
    measured = metric_named("unsupported")
    value = measured.compute(
        predictions=["The printer is green.", "Elephants live there."],
        references=[["Which?", "A green printer"], ["Which?", "A green printer"]],
    )
    assert value == {"unsupported": 0.5}
    assert not measured.measurable([("only the question",)])
