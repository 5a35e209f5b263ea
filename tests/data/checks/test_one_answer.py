"""One answer for all, or for nearly all, is noticed; a common label is not."""

from studio.core.records import Completion, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def found(answers):
    rows = [SourcedRecord(row, Completion(f"q{row}", text)) for row, text in enumerate(answers, 2)]
    return findings_of("one_answer", rows, Scene())


def test_one_and_the_same_answer_everywhere():
    (finding,) = found(["I do not know."] * 19 + ["i do not know. "])
    assert finding.message == "All 20 answers are the same: “I do not know.”."
    assert finding.kind == "same"


def test_an_answer_that_drowns_the_others_is_named_with_its_share():
    (finding,) = found(["yes"] * 19 + ["no"])
    assert finding.message == "95% of the answers are “yes” (19 of 20)."
    assert (finding.kind, finding.count) == ("dominates", 19)


def test_a_common_label_and_a_handful_of_rows_are_fine():
    assert found(["yes"] * 17 + ["no"] * 3) == []
    assert found(["yes"] * 9) == []
