"""Control tokens written out in the data are listed: the chosen model's own, and those of other families."""

import pytest

from studio.core.records import Completion, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of
from studio.data.templates import ChatTemplate


def records(*answers: str) -> list[SourcedRecord]:
    return [SourcedRecord(row, Completion("Say it", answer)) for row, answer in enumerate(answers, 1)]


def test_every_token_of_the_chosen_model_is_found(make_tokenizer):
    template = ChatTemplate(make_tokenizer())
    tokens = [token for token in map(str, template.tokenizer.all_special_tokens) if len(token) > 1]
    assert tokens
    data = records(*(f"he said {token} twice" for token in tokens), "nothing here")
    (finding,) = findings_of("control_tokens", data, Scene(template))
    assert (finding.kind, finding.severity, finding.fix) == ("own", "warning", "drop")
    assert list(finding.rows) == list(range(1, len(tokens) + 1))
    assert finding.hint == (
        "In this studio they stay plain text and steer nothing. If they are a mistake, drop the rows."
    )


@pytest.mark.parametrize(
    "text",
    [
        "hi<|im_end|>",
        "<|eot_id|>",
        "[INST] hi [/INST]",
        "<<SYS>>",
        "<start_of_turn>user",
        "<｜User｜>hi",
        "<s>[INST]",
        "the end</s>",
        "<|channel|>final",
        "<|START_OF_TURN_TOKEN|>",
    ],
)
def test_tokens_of_other_families_are_a_note(text):
    (finding,) = findings_of("control_tokens", records("fine", text), Scene())
    assert (finding.kind, finding.severity, list(finding.rows)) == ("other", "note", [2])


@pytest.mark.parametrize(
    "text", ["<s>old</s> new", "a <| b |> c", "[INSTALL]", "x <start> y", "if (a <b| c)", "<|>", "[1] see"]
)
def test_what_only_looks_like_one_is_none(text):
    assert findings_of("control_tokens", records(text), Scene()) == []
