"""Windows lose no token and packed rows no text; both say where a text begins."""

import random

import pytest

from studio.core.examples import IGNORED, Example
from studio.core.records import Labelled, Text
from studio.data.packing import apart, joined, packed, windows
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_labelled, encode_text, encode_text_prompt


def document(row: int, length: int, start: int = 10) -> Example:
    ids = tuple(range(start, start + length))
    return Example(row, ids, ids)


@pytest.mark.parametrize("length", range(2, 40))
def test_every_token_but_the_first_is_learned_in_exactly_one_window(length):
    whole = document(1, length)
    cut = windows(whole, 8)
    learned = [
        token
        for each in cut
        for token, label in zip(each.input_ids[1:], each.labels[1:], strict=True)
        if label != IGNORED
    ]
    assert learned == list(whole.input_ids[1:])
    assert sum(each.trained_tokens for each in cut) == whole.trained_tokens == length - 1
    assert all(1 < len(each.input_ids) <= 8 for each in cut)
    assert all(each.row == 1 and each.cut_tokens == 0 for each in cut)


def test_what_is_not_learned_stays_context_in_its_window():
    example = Example(1, tuple(range(10, 20)), (IGNORED,) * 7 + (17, 18, 19))
    assert sum(each.trained_tokens for each in windows(example, 4)) == 3


def test_packed_rows_hold_every_text_once_and_nearly_nothing_else():
    draw = random.Random(0)
    texts = [document(row, draw.randint(2, 64), start=100 * row) for row in range(300)]
    rows = packed(texts, 64)
    parts = [
        row.input_ids[start:end]
        for row in rows
        for start, end in zip(row.starts, (*row.starts[1:], len(row.input_ids)), strict=True)
    ]
    assert sorted(parts) == sorted(text.input_ids for text in texts)
    assert all(len(row.input_ids) <= 64 for row in rows)
    tokens = sum(len(text.input_ids) for text in texts)
    assert tokens > 0.95 * 64 * len(rows)
    assert sum(row.trained_tokens for row in rows) == sum(text.trained_tokens for text in texts)


def test_the_beginning_of_a_text_is_never_learned_from_the_text_before_it():
    (row,) = packed([document(1, 3), document(2, 2, start=50)], 8)
    assert row.starts == (0, 3)
    assert row.labels[3] == IGNORED
    assert row.labels[4] == 51


def test_a_row_comes_apart_into_the_texts_that_were_joined():
    texts = (Example(4, (1, 2, 3), (IGNORED, 2, 3)), Example(4, (1, 5), (IGNORED, 5)))
    assert apart(joined(texts)) == texts
    assert apart(texts[0]) == texts[:1]


def test_the_same_texts_give_the_same_rows_in_any_order():
    texts = [document(row, 3 + row % 7) for row in range(40)]
    assert packed(texts, 16) == packed(texts[::-1], 16)


def test_a_document_is_learned_whole_with_its_end(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    example = encode_text(Text("Bees.<|im_end|>"), template, 64, 3)
    assert example.input_ids == example.labels
    assert example.input_ids[-1] == tiny_tokenizer.eos_token_id
    assert example.input_ids.count(tiny_tokenizer.eos_token_id) == 1  # one in the data stays text
    assert tiny_tokenizer.decode(example.input_ids[:-1]) == "Bees.<|im_end|>"
    assert encode_text_prompt("Bees.<|im_end|>", template) == list(example.input_ids[:-1])


def test_a_text_to_sort_is_written_as_the_tokenizer_writes_it_and_cut_before_its_end(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    example = encode_labelled(Labelled("Who barks?", "animals"), template, 64, 3)
    assert list(example.input_ids) == tiny_tokenizer("Who barks?")["input_ids"]
    assert example.label == "animals"
    assert example.trained_tokens == 1
    assert encode_labelled(Labelled("Who barks?", "animals"), template, 4, 3).cut_tokens == 6
