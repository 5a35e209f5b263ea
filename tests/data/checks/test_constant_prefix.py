"""Words that open or close a large share of the texts are shown."""

from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.data.checks import Scene
from studio.data.checks.constant_prefix import Frequent
from studio.data.checkup import findings_of

FILLER = "with some more words that go on and on until number"


def found(pairs):
    rows = [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(pairs, 2)]
    return findings_of("constant_prefix", rows, Scene())


def test_an_opening_of_the_answers_and_a_closing_of_the_questions_are_shown():
    pairs = [
        (f"Number {at} {FILLER} {at} Answer in one word.", f"Sure, here is the one {FILLER} {at}")
        for at in range(20)
    ]
    pairs += [(f"Other {at} {FILLER} {at}", f"Word {at} {FILLER} {at}") for at in range(20)]
    messages = [finding.message for finding in found(pairs)]
    assert messages == [
        "About 50% of the questions end with “… Answer in one word.”.",
        "About 50% of the answers begin with “Sure, here is the …”.",
    ]


def test_a_system_message_that_all_rows_share_is_not_how_their_questions_begin():
    rows = []
    for at in range(40):
        turns = ("system", "You are kind. Be brief."), ("user", f"{at} {FILLER} {at}"), ("assistant", f"{at}")
        record = Conversation(tuple(Message(*turn) for turn in turns))
        rows.append(SourcedRecord(at, record))
    assert findings_of("constant_prefix", rows, Scene()) == []


def test_short_answers_and_varied_texts_raise_nothing():
    assert found([(f"q {at}", "positive") for at in range(50)]) == []
    assert found([(f"Word {at} {FILLER} {at}", f"Say {at} {FILLER} {at}") for at in range(50)]) == []


def test_a_frequent_value_is_counted_short_by_one_in_a_hundred_at_most():
    frequent = Frequent()
    for at in range(10_000):
        frequent.see("often" if at % 4 == 0 else f"once {at}")
    assert 2400 <= frequent.counts["often"] <= 2500
    assert len(frequent.counts) <= Frequent.COUNTERS
