"""What arms look up is found among the training rows and documents, and made ready once."""

import numpy as np

from studio.core.knowledge import Document, DocumentPart
from studio.core.records import Completion, Conversation, Labelled, Message, SourcedRecord
from studio.evaluation.arms import shelves
from studio.evaluation.arms.shelves import SHOTS, Shelves, shot_of

ROWS = tuple(
    SourcedRecord(row, Completion(f"What is part {name}?", f"It is the {name}."))
    for row, name in enumerate(("bell", "wheel", "chain", "lamp", "saddle", "brake"), start=2)
)
GUIDE = Document("guide.md", "text", 9, (DocumentPart("line 1", "The bell is made of brass."),))


def test_passages_come_from_rows_and_documents_and_say_which():
    stock, seconds = Shelves(ROWS, (GUIDE,)).stock("retrieval")
    found = stock.passages("Is the bell made of brass?")
    assert [passage.source for passage in found][:2] == ["guide.md, line 1", "Training rows, row 2"]
    assert len(found) == 3
    assert seconds > 0


def test_examples_are_training_rows_most_like_the_question():
    stock, _ = Shelves(ROWS, (GUIDE,), "Be brief.").stock("few_shot")
    shots = stock.shots("What is part chain?")
    assert shots[0] == Completion("What is part chain?", "It is the chain.")
    assert len(shots) == SHOTS
    assert stock.instruction == "Be brief."


def test_an_arm_that_looks_nothing_up_is_ready_at_once():
    for arm in ("base", "prompt", "tuned"):
        stock, seconds = Shelves(ROWS).stock(arm)
        assert seconds == 0
        assert not stock.shots("bell")
        assert not stock.passages("bell")


def test_both_arms_that_retrieve_share_one_index_and_its_time():
    both = Shelves(ROWS)
    assert both.stock("retrieval")[1] == both.stock("tuned_retrieval")[1]


def test_of_very_many_rows_some_are_looked_up_evenly_spread(monkeypatch):
    monkeypatch.setattr(shelves, "MOST_ROWS", 3)
    stock, _ = Shelves(ROWS).stock("few_shot")
    assert {shot.completion for shot in stock.shots("What is part?")} == {
        "It is the bell.", "It is the chain.", "It is the saddle.",
    }  # fmt: skip


def test_without_any_rows_nothing_is_found():
    assert Shelves(()).stock("few_shot")[0].shots("bell") == []


def test_of_an_exchange_the_last_question_is_the_example():
    turns = (
        Message("system", "s"), Message("user", "first"), Message("assistant", "a"),
        Message("user", "second"), Message("assistant", "b"), Message("user", "third"),
    )  # fmt: skip
    assert shot_of(SourcedRecord(1, Conversation(turns))) == Completion("second", "b")
    assert shot_of(SourcedRecord(1, Labelled("a text", "label"))) == Completion("a text", "label")


def test_where_an_encoder_lies_here_meaning_is_heard_too_and_it_is_said():
    meant = {"What is part lamp?": (1.0, 0.0), "light": (1.0, 0.0)}

    def embed(texts):
        return np.array([meant.get(text, (0.0, 1.0)) for text in texts])

    with_encoder = Shelves(ROWS, encoder=lambda: embed)
    assert with_encoder.stock("few_shot")[0].shots("light")[0].completion == "It is the lamp."
    assert "by meaning" in with_encoder.searched
    assert Shelves(ROWS).stock("few_shot")[0].shots("light") == []
    assert Shelves(ROWS).searched == shelves.BY_WORDS


def test_very_many_texts_are_looked_up_by_their_words_alone(monkeypatch):
    monkeypatch.setattr(shelves, "MOST_EMBEDDED", 3)

    def embed(texts):
        raise AssertionError("asked for vectors")

    stock, _ = Shelves(ROWS, encoder=lambda: embed).stock("few_shot")
    assert stock.shots("What is part bell?")
