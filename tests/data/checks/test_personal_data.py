"""Personal data is listed by kind, with the fix that replaces it; what it says is never shown."""

from studio.core.records import Completion, Conversation, Message, SourcedRecord, Text
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def findings(*texts: str):
    records = [SourcedRecord(row, Text(text)) for row, text in enumerate(texts, 2)]
    return findings_of("personal_data", records, Scene())


def test_each_kind_is_one_finding_with_its_rows():
    email, card = findings("write to ann@example.org", "nothing", "4111 1111 1111 1111", "a@b.com, c@d.com")
    assert (email.kind, list(email.rows), email.fix) == ("email", [2, 5], "redact")
    assert email.message == "2 rows hold e-mail addresses."
    assert email.hint == "A model may repeat them to anybody. Replace them ([EMAIL_1]), or drop the rows."
    assert (card.kind, list(card.rows)) == ("card", [4])
    assert card.message == "1 row holds payment card numbers."
    assert card.severity == "warning"


def test_a_secret_is_to_be_made_anew():
    (key,) = findings("AKIAIOSFODNN7EXAMPLE")
    assert key.hint.endswith("Whoever has seen this file can use them: make new ones.")


def test_the_question_tells_what_the_answer_is():
    turns = Conversation((Message("user", "Your BSN, please?"), Message("assistant", "111222333")))
    records = [SourcedRecord(1, turns), SourcedRecord(2, Completion("How many?", "111222333"))]
    (finding,) = findings_of("personal_data", records, Scene())
    assert (finding.kind, list(finding.rows)) == ("national_id", [1])


def test_no_message_repeats_what_was_found():
    for finding in findings("ann@example.org", "+49 30 901820", "GB82 WEST 1234 5698 7654 32"):
        assert not any(value in finding.message + finding.hint for value in ("ann@", "901820", "WEST"))
