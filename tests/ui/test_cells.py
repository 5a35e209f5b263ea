"""A record's texts as cells of the table: turns ahead of a prompt stand above it, each with its pencil."""

from studio.core.records import Message, Preference, Rated
from studio.ui.panels.cells import cells_of, columns_of

BEFORE = Message("user", "Hello"), Message("assistant", "Hi <you>")


def test_the_turns_ahead_of_a_prompt_stand_above_it_and_can_be_edited():
    record = Preference("How so?", "Because.", "No.", BEFORE)
    cells = cells_of(4, record)
    assert columns_of(record) == ("Question", "Better answer", "Worse answer")
    assert len(cells) == 3
    assert cells[0].index("Hello") < cells[0].index("Hi &lt;you&gt;") < cells[0].index("How so?")
    assert [f'data-role="{role}"' in cells[0] for role in ("0", "1", "prompt")] == [True] * 3


def test_an_answer_without_turns_ahead_of_it_has_a_cell_for_each_text():
    record = Rated("How so?", "Because.", False)
    assert columns_of(record) == ("Question", "Answer", "Rating")
    shown = zip(("How so?", "Because.", "bad"), cells_of(4, record), strict=True)
    assert all(text in cell for text, cell in shown)
    assert 'class="turn"' not in "".join(cells_of(4, record))
