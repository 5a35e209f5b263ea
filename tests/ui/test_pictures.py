"""The pictures of a data set: languages under their sentence, and single figures in words."""

from studio.core.report import DatasetReport
from studio.ui.panels.pictures import pictures


def drawn(read_as: str, languages: dict[str, dict[str, int]]) -> str:
    return pictures(DatasetReport("note", "csv", read_as, 10, 10, 0, charts={"languages": languages}))


def test_the_languages_of_questions_and_answers_are_drawn_with_their_numbers() -> None:
    shown = drawn("pairs", {"question": {"English": 10}, "answer": {"German": 8, "French": 1}})
    assert "100 % of 10 questions are in English and 89 % of 9 answers are in German; shorter" in shown
    assert shown.count("data-figure") == 1
    assert '<th scope="row">French, answers</th><td>1</td>' in shown


def test_texts_with_labels_are_no_questions() -> None:
    assert "100 % of 3 texts are in English; shorter" in drawn("labelled", {"question": {"English": 3}})


def test_single_figures_are_told_in_words_where_there_are_any() -> None:
    figures = {"better_is_longer": 0.78, "something_else": 0.5}
    shown = pictures(DatasetReport("note", "csv", "preference", 10, 10, 0, figures=figures))
    assert "78 %" in shown
    assert "better answers that are the longer" in shown
    assert "50 %" not in shown
