"""What is chosen before a bake-off: ways with their reasons, documents, and how long it will take."""

from studio.core.exam import Score
from studio.core.verdict import Verdict
from studio.evaluation.arms import ARMS, further
from studio.services.exam_view import ExamView
from studio.services.knowledge import DocumentView
from studio.ui.panels import baking

FREE = dict.fromkeys(further(tuple(ARMS)), "")
GUIDE = DocumentView("0123456789abcdef", "guide <1>.pdf", "pdf", 2_400_000, 31, 4_200)


def exam(seconds: float) -> ExamView:
    arms = {"base": {"loss": Score(2, 1, 3)}, "tuned": {"loss": Score(1, 0, 2)}}
    return ExamView("run1", 35, 32, arms, {}, (), Verdict("good", "Better", "."), seconds=seconds)


def test_every_further_way_is_a_box_with_its_plain_name_and_what_the_field_calls_it() -> None:
    html = baking.ways(FREE, ["few_shot"])
    assert "Ways to set beside “As it is” and “Tuned”" in html
    for name in FREE:
        assert f"<b>{ARMS[name].TITLE}</b>" in html
        assert f"<small>{ARMS[name].TERM}</small>" in html
    assert html.count(" checked") == 1
    assert 'value="few_shot" data-event="pick" checked' in html


def test_a_way_that_makes_no_sense_says_why_and_cannot_be_ticked() -> None:
    html = baking.ways({**FREE, "prompt": "Write the instruction first."}, ["prompt"])
    assert 'value="prompt" data-event="pick" disabled' in html
    assert "<small>Write the instruction first.</small>" in html


def test_documents_are_listed_with_size_and_passages_and_the_last_one_can_be_brought_back() -> None:
    html = baking.documents([GUIDE], None)
    assert "guide &lt;1&gt;.pdf" in html
    assert "2.4 MB · 4,200 words · 31 passages" in html
    assert 'data-event="remove" data-id="0123456789abcdef"' in html
    html = baking.documents([], GUIDE)
    assert "No document yet" in html
    assert 'data-event="restore" data-id="0123456789abcdef"' in html


def test_the_expected_time_rests_on_the_last_exam_and_grows_with_the_ways() -> None:
    assert "the last exam took 2 min for 2 ways" in baking.expected(exam(120.0), 2)
    one, three = baking.expected(exam(120.0), 1), baking.expected(exam(120.0), 3)
    assert one != three
    assert "known once an exam was held" in baking.expected(None, 1)
    assert "Tick at least one" in baking.expected(exam(120.0), 0)


def test_the_line_over_the_fold_holds_the_answer_once_there_is_one() -> None:
    assert baking.title("") == "Should you fine-tune at all?"
    assert baking.title("Fine-tuning pays.") == "Should you fine-tune at all? Fine-tuning pays."
