"""Tokens in mapped files: what comes back is what was written, and a flipped byte is noticed."""

import pytest

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example, labels_of
from studio.store.token_files import TokenFile, Tokens, TokenWriter, Unusable

EXAMPLES = (
    Example(2, (5, 6, 70_000, 8), (IGNORED, IGNORED, 70_000, 8)),
    Example(3, (9,), (IGNORED,), cut_tokens=7),
    Example(3, (1, 2, 3), (1, 2, 3)),
    Example(5, (4, 4), (IGNORED, IGNORED), label="über"),
    Example(9, (4,), (IGNORED,), label="a"),
    Example(11, (1, 2, 3, 1, 2, 4), (IGNORED, 2, 3, IGNORED, IGNORED, 4), starts=(0, 3)),
)
PLACES = (0, 1, 1, 2, 6, 7)


@pytest.fixture
def folder(tmp_path):
    with TokenWriter(tmp_path) as writer:
        for example, place in zip(EXAMPLES, PLACES, strict=True):
            writer.append(example, place)
        writer.note(Unusable(3, 6, "Row 6: no.", "Mend it."))
        writer.close()
    return tmp_path


def test_examples_come_back_as_they_were_written_in_any_order(folder):
    tokens = Tokens(TokenFile(folder))
    assert tuple(tokens) == EXAMPLES
    assert tokens[-1] == EXAMPLES[-1]
    assert tuple(tokens[1:3]) == EXAMPLES[1:3]
    assert tuple(tokens.only([3, 0])) == (EXAMPLES[3], EXAMPLES[0])
    assert tuple(tokens.only([3, 0]).only([1])) == (EXAMPLES[0],)
    assert tokens.file.unusable == (Unusable(3, 6, "Row 6: no.", "Mend it."),)
    with pytest.raises(IndexError):
        tokens[len(EXAMPLES)]


def test_what_is_known_of_all_examples_is_what_each_of_them_says(folder):
    for chosen in ([0, 1, 2, 3, 4], [4, 2]):
        tokens = Tokens(TokenFile(folder)).only(chosen)
        examples = [EXAMPLES[at] for at in chosen]
        assert list(tokens.rows()) == [each.row for each in examples]
        assert list(tokens.lengths()) == [len(each.input_ids) for each in examples]
        assert list(tokens.trained_tokens()) == [each.trained_tokens for each in examples]
        assert list(tokens.cut_tokens()) == [each.cut_tokens for each in examples]
        assert labels_of(tokens) == labels_of(examples)


def test_the_windows_of_a_record_are_found_by_its_place(folder):
    tokens = Tokens(TokenFile(folder))
    assert tuple(tokens.of_records([1, 6, 400])) == (EXAMPLES[1], EXAMPLES[2], EXAMPLES[4])
    assert tuple(tokens.of_records([])) == ()


def test_pages_that_are_handed_back_to_the_system_can_be_read_again(folder, monkeypatch):
    monkeypatch.setattr("studio.store.token_files.READS_HELD", 2)
    tokens = Tokens(TokenFile(folder))
    assert [tokens[at] for at in (0, 1, 2, 0, 1, 4)] == [EXAMPLES[at] for at in (0, 1, 2, 0, 1, 4)]


@pytest.mark.parametrize("name", ["ids.bin", "learned.bin", "rows.bin", "index.json"])
@pytest.mark.parametrize("harm", ["flipped", "shorter", "gone"])
def test_a_damaged_file_is_noticed(folder, name, harm):
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(content if harm == "flipped" else content[:-1] if name != "index.json" else b"{")
    with pytest.raises(StudioError, match=name):
        TokenFile(folder)


def test_rows_of_which_none_became_an_example_are_no_damage(tmp_path):
    with TokenWriter(tmp_path) as writer:
        writer.note(Unusable(0, 1, "Row 1: no.", ""))
        writer.close()
    tokens = Tokens(TokenFile(tmp_path))
    assert list(tokens) == list(tokens.lengths()) == list(tokens.of_records([0])) == []
