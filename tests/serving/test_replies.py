"""Whatever the tokens are, the pieces of an answer add up to its text, cut where it was to end."""

import pytest

from studio.core.errors import StudioError
from studio.serving.replies import Reply

END = 0


class Letters:
    """A tokenizer whose token n is the n-th of some texts; two tokens may make one letter."""

    def __init__(self, *texts: bytes):
        self._texts = (b"", *texts)

    def decode(self, ids, skip_special_tokens):
        assert skip_special_tokens
        return b"".join(self._texts[number] for number in ids).decode(errors="replace")


def heard(texts, tokens, **settings):
    pieces = []
    options = {"stops": (), "limit": 100, "seconds": 60.0} | settings
    reply = Reply(Letters(*texts), pieces.append, ends=frozenset({END}), **options)
    for token in tokens:
        if not reply.take(token):
            break
    return pieces, reply


def test_pieces_are_told_as_they_come_and_the_end_says_why():
    pieces, reply = heard([b"Good", b" day"], [1, 2, END])
    assert [(piece.text, piece.finish) for piece in pieces] == [("Good", ""), (" day", ""), ("", "stop")]
    assert reply.written == 3


def test_half_a_letter_waits_for_its_other_half():
    pieces, _ = heard([b"caf", "é".encode()[:1], "é".encode()[1:]], [1, 2, 3, END])
    assert [piece.text for piece in pieces] == ["caf", "é", ""]


class Spelled:
    """A tokenizer of SentencePiece's kind: bytes beside each other make letters only where all of them do."""

    def decode(self, ids, skip_special_tokens):
        spelled = bytes(ids)
        try:
            return spelled.decode()
        except UnicodeDecodeError:
            return "\ufffd" * len(spelled)


def test_letters_that_are_spelled_byte_by_byte_stay_whole_one_behind_the_other():
    pieces = []
    reply = Reply(Spelled(), pieces.append, ends=frozenset({END}), stops=(), limit=100, seconds=60)
    for token in "한글🦄🐍!".encode():
        reply.take(token)
    reply.take(END)
    assert [piece.text for piece in pieces] == ["한", "글", "🦄", "🐍", "!", ""]


def test_half_a_letter_at_the_very_end_is_shown_as_what_it_is():
    pieces, _ = heard([b"caf", "é".encode()[:1]], [1, 2, END])
    assert "".join(piece.text for piece in pieces) == "caf\ufffd"


@pytest.mark.parametrize("tokens", [[1, 2, 3, 4], [1, 2, 3, END]])
def test_a_stop_over_two_tokens_is_never_shown(tokens):
    pieces, _ = heard([b"Yes.", b"\n", b"\nQuestion", b" more"], tokens, stops=("\n\n",))
    assert "".join(piece.text for piece in pieces) == "Yes."
    assert pieces[-1].finish == "stop"


def test_what_only_began_like_a_stop_is_shown_after_all():
    pieces, _ = heard([b"a", b"<", b"b"], [1, 2, 3, 2, END], stops=("<end>",))
    assert "".join(piece.text for piece in pieces) == "a<b<"


def test_the_first_of_several_stops_counts():
    pieces, _ = heard([b"one two three"], [1], stops=("three", "two"))
    assert "".join(piece.text for piece in pieces) == "one "


def test_it_ends_at_its_longest_and_when_its_time_is_over():
    pieces, reply = heard([b"a"], [1, 1, 1], limit=2)
    assert (pieces[-1].finish, reply.written) == ("length", 2)
    pieces, reply = heard([b"a"], [1, 1, 1], seconds=-1.0)
    assert (pieces[-1].finish, reply.written) == ("length", 1)


def test_whoever_has_left_is_told_nothing_more():
    reply = Reply(Letters(b"a"), lambda piece: None, ends=frozenset({END}), stops=(), limit=9, seconds=60)
    reply.gone = True
    assert not reply.take(1)
    assert not reply.wanted()


def test_whoever_cannot_be_answered_is_told_why():
    pieces, reply = heard([b"Good"], [])
    reply.refuse(StudioError("The file is gone.", "Look for it."))
    assert [(piece.text, piece.finish, piece.note) for piece in pieces] == [
        ("", "failed", "The file is gone. Look for it.")
    ]
    reply.fail()
    assert len(pieces) == 1
