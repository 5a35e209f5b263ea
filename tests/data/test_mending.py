"""A fix on its way through a data set finds the rows of the file again that became no record."""

import csv
import json

from studio.core.records import Conversation, Message
from studio.data.inspect import inspect
from studio.data.mending import Mending, Uploaded


def test_turns_are_mended_in_a_spreadsheet_whose_cells_hold_conversations_as_json(tmp_path):
    path, kept = tmp_path / "chats.csv", []
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(["id", "chat"])
        written.writerows([number, json.dumps(turns)] for number in range(3))
        written.writerow([3, json.dumps([turns[0], *turns])])
    found = inspect(path, "chats.csv", sink=kept)
    assert (found.report.format, found.report.kept) == ("chat", 3)
    (issue,) = [issue for issue in found.report.issues if issue.fix == "mend_turns"]
    assert issue.rows == (5,)

    mending = Mending("mend_turns", {"kind": issue.kind}, set(issue.rows))
    uploaded = Uploaded(path, "chats.csv", found.report.format, found.report.mapping)
    changes = list(mending.changes(kept, uploaded))
    assert (mending.added, len(changes)) == (1, 4)
    assert changes[-1].after.row == 5
    assert changes[-1].after.record == Conversation((Message("user", "q\n\nq"), Message("assistant", "a")))
