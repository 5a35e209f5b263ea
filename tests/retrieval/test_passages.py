"""Passages are short, lose no word, and say where they stand."""

from hypothesis import given
from hypothesis import strategies as some

from studio.core.knowledge import Document, DocumentPart
from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.retrieval.passages import LETTERS, passages_of_document, passages_of_rows, pieces


@given(some.text(alphabet="ab .!?\n。", max_size=4000))
def test_no_letter_is_lost_and_no_piece_is_too_long(text):
    found = list(pieces(text))
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(0 < len(piece) <= LETTERS for piece in found)


def test_it_is_cut_between_sentences():
    sentence = "One two three four five six seven eight nine ten. "  # 50 letters
    found = list(pieces(sentence * 40))
    assert [len(piece) for piece in found] == [799, 799, 399]
    assert all(piece.endswith("ten.") for piece in found)


def test_a_long_sentence_is_cut_between_words_and_a_long_word_anywhere():
    assert [len(piece.split()) for piece in pieces("word " * 250)] == [160, 90]
    assert [len(piece) for piece in pieces("字" * 1000)] == [800, 200]


def test_short_paragraphs_share_a_passage_that_is_named_by_the_first():
    parts = tuple(DocumentPart(f"line {at}", f"Short paragraph number {at:02}.") for at in range(1, 40))
    found = passages_of_document(Document("a.txt", "text", 1, parts))
    assert [passage.place for passage in found] == ["line 1", "line 30"]
    assert found[0].source == "a.txt, line 1"
    assert found[0].text.startswith("Short paragraph number 01.\nShort paragraph number 02.")


def test_a_training_row_is_its_question_with_its_answer():
    rows = (
        SourcedRecord(17, Completion("How high is it?", "Ten metres.")),
        SourcedRecord(18, Conversation((Message("user", "Hi"), Message("assistant", "Hello!")))),
    )
    found = passages_of_rows(rows)
    assert [(each.source, each.text) for each in found] == [
        ("Training rows, row 17", "How high is it?\nTen metres."),
        ("Training rows, row 18", "Hi\nHello!"),
    ]
