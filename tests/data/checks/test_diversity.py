"""The shares of distinct questions, openings and answers are counted, case and white space aside."""

from studio.core.records import Completion, SourcedRecord, Text
from studio.data.checks import Scene, Seen, diversity
from studio.data.checkup import findings_of


def watched(records):
    watch = diversity.begin(Scene())
    for index, record in enumerate(records):
        watch.see(Seen(index, SourcedRecord(index + 2, record)))
    return watch


def test_shares_are_of_all_rows():
    records = [
        Completion(*pair) for pair in (("a b c d", "x"), ("A  b c e", "X "), ("a b c d", "y"), ("z", "x"))
    ]
    figures = diversity.figures(watched(records))
    assert figures == {"distinct_questions": 0.75, "distinct_openings": 0.5, "distinct_answers": 0.5}


def test_without_answers_there_is_no_share_of_them_and_without_rows_none_at_all():
    assert diversity.figures(watched([Text("a")])) == {"distinct_questions": 1.0, "distinct_openings": 1.0}
    assert diversity.figures(watched([])) == {}


def test_many_equal_questions_are_noted():
    rows = [SourcedRecord(at, Completion(f"question {at % 20}", f"answer {at}")) for at in range(100)]
    (finding,) = findings_of("diversity", rows, Scene())
    assert finding.message == "Only 20% of the 100 questions differ from each other."
    assert findings_of("diversity", rows[:40], Scene()) == []
