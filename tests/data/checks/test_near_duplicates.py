"""Near copies are named, their first is not, and exact copies are another check's."""

import random

from studio.core.records import Completion, Labelled, SourcedRecord
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


def test_of_labelled_texts_the_texts_are_compared_and_not_their_long_labels():
    rng = random.Random(4)
    labels = [f"{rng.getrandbits(360):x}" for _ in range(10)]
    texts = [f"pain {at * 7919}" for at in range(48)] + [ANSWER, ANSWER.replace("panel", "page")]
    rows = [SourcedRecord(at, Labelled(text, labels[at % 10])) for at, text in enumerate(texts)]
    (finding,) = findings_of("near_duplicates", rows, Scene())
    assert list(finding.rows) == [49]
