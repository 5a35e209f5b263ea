"""Votes that undo each other are named, the outvoted apart from the undecided; orders that fit are not."""

import random

from studio.core.records import Completion, Message, Preference, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def found(*records):
    rows = [SourcedRecord(row, record) for row, record in enumerate(records, 2)]
    findings = findings_of("contradicting_votes", rows, Scene())
    return {each.kind: (list(each.rows), each.message) for each in findings}


def voted(*pairs: str, question: str = "q"):
    return [Preference(question, better, worse) for better, worse in pairs]


def test_as_many_votes_for_either_answer_are_undecided_whatever_the_spelling():
    rows = [Preference("How?", "Slowly.", "Fast."), Preference(" how? ", "fast.", "SLOWLY.")]
    message = "2 rows prefer an answer that as many others hold for worse."
    assert found(*rows) == {"undecided": ([2, 3], message)}


def test_of_uneven_votes_only_the_outvoted_are_named():
    message = "1 row prefers an answer that more rows hold for worse."
    assert found(*voted("ab", "ba", "ab")) == {"outvoted": ([3], message)}


def test_three_answers_that_each_beat_the_next_are_a_circle_and_what_hangs_on_it_is_none():
    circle = found(*voted("ab", "bc", "ca", "ad", "ea"))
    assert circle == {
        "circle": ([2, 3, 4], "3 rows are part of a circle: A beats B, B beats C, and C beats A.")
    }


def test_an_order_of_answers_votes_said_again_and_other_questions_contradict_nothing():
    assert found(*voted("ab", "bc", "ac", "ab", "cd")) == {}
    assert found(*voted("ab"), *voted("ba", question="another")) == {}
    assert found(Preference("q", "a", "b", (Message("user", "p"),)), *voted("ba")) == {}
    assert found(*voted("aa", "aa"), Completion("q", "a")) == {}


def test_all_of_a_hundred_planted_contradictions_are_found_and_no_other():
    rng = random.Random(6)
    rows = [Preference(f"question {at // 2}", f"good {at}", f"bad {at}") for at in range(2000)]
    turned = rng.sample(range(2000), 100)
    planted = [Preference(rows[at].prompt.upper(), rows[at].rejected, rows[at].chosen) for at in turned]
    named, _ = found(*rows, *planted)["undecided"]
    assert named == sorted([*(at + 2 for at in turned), *range(2002, 2102)])
