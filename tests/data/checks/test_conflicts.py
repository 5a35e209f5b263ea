"""The same question with different answers is found, whatever the spelling; several good answers are not."""

import random

from studio.core.records import Completion, Labelled, Message, Preference, Rated, SourcedRecord, Text
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def found(*records):
    rows = [SourcedRecord(row, record) for row, record in enumerate(records, 2)]
    return findings_of("conflicts", rows, Scene())


def test_case_white_space_and_the_last_mark_do_not_make_another_question():
    (finding,) = found(
        Completion("What is it?", "a cat"),
        Completion("Who is it?", "Anna"),
        Completion("what  is IT", "a dog"),
        Completion("What is it?", "a cat"),
    )
    assert (list(finding.rows), list(finding.stays), finding.fix) == ([2, 4, 5], [2], "keep_one")
    assert finding.message == "1 question has different answers in 3 rows."


def test_the_same_answer_in_another_case_is_no_conflict():
    assert found(Completion("q", "Yes"), Completion("q", "yes "), Completion("p", "no")) == []


def test_several_preferences_for_one_prompt_and_plain_texts_are_as_they_should_be():
    assert found(Preference("q", "a", "b"), Preference("q", "c", "b")) == []
    assert found(Text("same"), Text("same")) == []


def test_ratings_conflict_only_over_the_same_answer():
    assert found(Rated("q", "a", True), Rated("q", "b", False)) == []
    assert found(Rated("q", "a", True), Rated("q", "a", False, (Message("user", "p"),))) == []
    (finding,) = found(Rated("q", "a", True), Rated("q", "a", False))
    assert list(finding.rows) == [2, 3]


def test_labels_of_almost_the_same_text_are_compared_too():
    rng = random.Random(0)
    words = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in "klmnr"]
    texts = [" ".join(rng.choice(words) for _ in range(30)) for _ in range(60)]
    rows = [Labelled(text, rng.choice(["good", "bad"])) for text in texts]
    other = {"good": "bad", "bad": "good"}[rows[0].label]
    (finding,) = found(
        *rows, Labelled(texts[0] + " indeed", other), Labelled(texts[1] + " so", rows[1].label)
    )
    assert (finding.kind, list(finding.rows)) == ("near", [2, 62])


def test_ninety_eight_of_a_hundred_planted_conflicts_are_found_and_no_other():
    rng = random.Random(1)
    rows = [Completion(f"What does item {at} of the list say?", f"answer {at}") for at in range(2000)]
    chosen = rng.sample(range(2000), 100)
    planted = [Completion(rows[at].prompt.upper() + " ", f"other {at}") for at in chosen]
    (finding,) = found(*rows, *planted)
    expected = {at + 2 for at in chosen} | {2002 + at for at in range(100)}
    assert set(finding.rows) == expected


def test_a_preference_between_an_answer_and_itself_is_named():
    rows = [
        SourcedRecord(row, Preference("How?", better, worse))
        for row, (better, worse) in enumerate([("Slowly.", "slowly. "), ("Slowly.", "Fast.")], 2)
    ]
    found = findings_of("conflicts", rows, Scene())
    assert [(each.kind, each.fix, list(each.rows)) for each in found] == [("neither_better", "drop", [2])]
