"""Answers that repeat the question, and long ones that stand in it, are found."""

from studio.core.records import Completion, Labelled, SourcedRecord, Text
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def found(*records):
    rows = [SourcedRecord(row, record) for row, record in enumerate(records, 2)]
    return [(each.kind, each.severity, list(each.rows)) for each in findings_of("echo", rows, Scene())]


def test_a_repeated_question_and_a_passage_of_it_are_two_findings():
    passage = "the river rises in the black forest"
    assert found(
        Completion("How are you?", "how are  you?"),
        Completion(f"Read: {passage}. Where?", passage.upper()),
        Completion("Is it so? yes or no", "yes"),
        Completion("What is it?", "A cat that sleeps on the mat."),
    ) == [("same", "warning", [2]), ("inside", "note", [3])]


def test_labels_and_plain_texts_are_not_asked():
    assert found(Labelled("positive", "positive"), Text("text")) == []
