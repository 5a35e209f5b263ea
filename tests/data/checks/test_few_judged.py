"""Pairs and ratings too few for an exam that can tell luck from learning say so, and how many would do."""

from studio.core.records import Completion, Preference, Rated, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def found(make, rows: int, held_out_percent: float = 12.0):
    records = [SourcedRecord(row, make(f"q{row}")) for row in range(2, rows + 2)]
    return findings_of("few_judged", records, Scene(held_out_percent=held_out_percent))


def pair(question):
    return Preference(question, "a", "b")


def test_few_pairs_are_told_with_how_many_would_do():
    (finding,) = found(pair, 100)
    assert finding.message == "There are 100 pairs; about 12 of them are held back for the exam."
    assert "up to 250" in finding.hint
    assert (finding.severity, finding.count) == ("warning", 100)


def test_rated_answers_are_counted_by_themselves():
    (finding,) = found(lambda question: Rated(question, "a", True), 20)
    assert finding.message == "There are 20 rated answers; about 2 of them are held back for the exam."


def test_as_many_as_a_verdict_needs_are_enough_and_a_larger_share_held_back_needs_fewer():
    assert found(pair, 250) == []
    assert found(pair, 100, held_out_percent=30.0) == []
    assert found(lambda question: Completion(question, "a"), 12) == []
