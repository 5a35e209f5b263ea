"""Write labels that look like one in the spelling that is most frequent."""

from collections.abc import Mapping
from dataclasses import replace

from studio.core.records import Completion, Conversation, Labelled, Record, SourcedRecord
from studio.data.checks.label_spellings import slips, spelt_alike
from studio.data.checks.seen import Seen
from studio.data.labels import LabelCounts

TITLE = "Merge spellings"
ACTION = "Use one spelling"
SUMMARY = "Writes each of these labels as the most frequent spelling of it."
NEEDS_PASS = True


class MergeLabels:
    """The options say which label becomes which; without any, what the check found in the records is done.

    The option `kind` is the finding's: "spelling" or "slip".
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self._kind = options.get("kind", "")
        self._merges = {wrong: right for wrong, right in options.items() if wrong != "kind"}
        self._given = bool(self._merges)
        self._labels = LabelCounts()

    def see(self, seen: Seen) -> None:
        self._labels.see(seen.answer)

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        if not self._merges and not self._given:
            self._merges = self._found()
            self._given = True
        if not seen_by_check:
            return sourced
        record = _relabelled(sourced.record, self._merges)
        return sourced if record is sourced.record else replace(sourced, record=record)

    def _found(self) -> dict[str, str]:
        counts = self._labels.counts
        spellings = spelt_alike(counts)
        misspelt = slips({label: counts[label] for label in counts if label not in spellings})
        return {"spelling": spellings, "slip": misspelt}.get(self._kind, spellings | misspelt)


def _relabelled(record: Record, merges: Mapping[str, str]) -> Record:
    match record:
        case Labelled(_, label) if label in merges:
            return replace(record, label=merges[label])
        case Completion(_, completion) if completion in merges:
            return replace(record, completion=merges[completion])
        case Conversation(messages):
            last = max(at for at, message in enumerate(messages) if message.role == "assistant")
            if messages[last].content in merges:
                answer = replace(messages[last], content=merges[messages[last].content])
                return Conversation((*messages[:last], answer, *messages[last + 1 :]))
    return record


begin = MergeLabels
