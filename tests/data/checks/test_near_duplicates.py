"""Near copies are named, their first is not, and exact copies are another check's."""

from studio.core.records import Completion, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of

ANSWER = (
    "Open the settings, choose the panel for keyboards, and switch the sticky keys on; then press each key "
    "once and wait until the sound tells you that it was taken, and close the panel again."
)


def found(*answers: str):
    rows = [
        SourcedRecord(row, Completion("How do I turn it on?", text)) for row, text in enumerate(answers, 2)
    ]
    return findings_of("near_duplicates", rows, Scene())


def test_a_row_with_two_words_changed_is_named_and_the_first_is_not():
    (finding,) = found(ANSWER, "Ask somebody else who knows the machine.", ANSWER.replace("panel", "page"))
    assert (list(finding.rows), finding.fix) == ([4], "keep_one")
    assert finding.message == "1 row says almost the same as an earlier one."


def test_another_case_or_spacing_is_a_near_copy_and_an_exact_copy_is_none():
    (finding,) = found(ANSWER, ANSWER, ANSWER.upper(), ANSWER.replace(" ", "  "))
    assert list(finding.rows) == [4, 5]
    assert found(ANSWER, ANSWER) == []
