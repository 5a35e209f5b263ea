"""Only an instruction that every row was learned behind is the run's own."""

import pytest

from studio.core.records import Completion, Conversation, Message, Preference, SourcedRecord
from studio.exporters.instructions import instruction_of

BRIEF, LONG = Message("system", "Be brief."), Message("system", "Tell all.")
TURNS = (Message("user", "Why?"), Message("assistant", "So."))


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([Conversation((BRIEF, *TURNS)), Preference("Why?", "So.", "No.", (BRIEF,))], "Be brief."),
        ([Conversation((BRIEF, *TURNS)), Conversation((LONG, *TURNS))], ""),
        ([Conversation((BRIEF, *TURNS)), Conversation(TURNS)], ""),
        ([Completion("Why?", "So."), Conversation((BRIEF, *TURNS))], ""),
        ([], ""),
    ],
)
def test_the_instruction_is_the_one_that_all_rows_begin_with(records, said):
    rows = [SourcedRecord(number, record) for number, record in enumerate(records, start=1)]
    assert instruction_of(rows) == said
