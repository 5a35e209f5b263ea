"""Records to token ids with what is learned marked: the last station before training."""

from collections.abc import Iterable, Sequence
from typing import Literal

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.core.records import Completion, Conversation, Labelled, Message, Text
from studio.data.encoding import Encoder
from studio.data.templates import ChatTemplate, Part

SpanRole = Literal["context", "learned", "cut"]
ENCODING = 1
"""One more with every change that gives any row other tokens: they are kept in files for later runs."""


def encode_chat(conversation: Conversation, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return the conversation as the model's own chat template writes it, every answer learned.

    The ids are those of `tokenizer.apply_chat_template`, save where an answer would melt into the prompt
    before it, or where data spells out a control token. A longer example is cut at its end.

    Raises StudioError naming the row where the template does not take its turns.
    """
    try:
        return _example(template.parts(conversation.messages), template, max_length, row)
    except StudioError as error:
        raise StudioError(f"Row {row}: {error.message}", error.hint) from error


def encode_completion(record: Completion, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return prompt and completion as one text without turns, the completion and its end learned."""
    try:
        return _example(_completion_parts(record, template), template, max_length, row)
    except StudioError as error:
        raise StudioError(f"Row {row}: {error.message}", error.hint) from error


def encode_text(record: Text, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return a document as it is, every token and the end of the text learned."""
    try:
        return _example(_text_parts(record.text, template), template, max_length, row)
    except StudioError as error:
        raise StudioError(f"Row {row}: {error.message}", error.hint) from error


def encode_labelled(record: Labelled, template: ChatTemplate, max_length: int, row: int) -> Example:
    """Return the text between what the tokenizer puts around every text by itself, with its label.

    A longer text loses its end, never what stands behind it. Raises StudioError where there is no text.
    """
    before, after = template.around
    room = max_length - len(before) - len(after)
    try:
        ids = _tokenise([Part(record.text, template=False)], template.encoder)[0]
    except StudioError as error:
        raise StudioError(f"Row {row}: {error.message}", error.hint) from error
    if not ids:
        raise StudioError(f"Row {row}: the text is empty.", "Fill it in, or leave the row out.")
    kept = (*before, *ids[:room], *after)
    return Example(row, kept, (IGNORED,) * len(kept), max(0, len(ids) - room), label=record.label)


def encode_text_prompt(text: str, template: ChatTemplate) -> list[int]:
    """Return the ids to continue a text from: what `encode_text` begins with, without the end."""
    *parts, _ = _text_parts(text, template)
    return _tokenise(parts, template.encoder)[0]


def encode_prompt(messages: Sequence[Message], template: ChatTemplate) -> list[int]:
    """Return the ids to generate an answer from: exactly what training saw before such an answer."""
    return _tokenise(template.prompt_parts(messages), template.encoder)[0]


def encode_completion_prompt(prompt: str, template: ChatTemplate) -> list[int]:
    """Return the ids to generate a completion from: exactly what `encode_completion` puts before it."""
    parts = _completion_parts(Completion(prompt, "completion"), template)
    return _tokenise([part for part in parts if not part.learned], template.encoder)[0]


def spans(example: Example, template: ChatTemplate, max_length: int) -> tuple[tuple[str, SpanRole], ...]:
    """Return an uncut example as the model reads it, in stretches of context, learned and cut text."""
    ids = example.input_ids
    roles: list[SpanRole] = ["context" if label == IGNORED else "learned" for label in example.labels]
    roles[max_length:] = ["cut"] * len(roles[max_length:])
    edges = [at for at in range(1, len(roles)) if roles[at] != roles[at - 1]]
    found: list[tuple[str, SpanRole]] = []
    shown = 0
    for start, end in zip([0, *edges], [*edges, len(roles)], strict=True):
        # Decoding from the beginning keeps the spaces between words; half a letter waits for the rest.
        text = template.tokenizer.decode(ids[:end], clean_up_tokenization_spaces=False)
        text = text if end == len(roles) else text.removesuffix("\ufffd")
        found.append((text[shown:], roles[start]))
        shown = len(text)
    return tuple((text, role) for text, role in found if text)


def _text_parts(text: str, template: ChatTemplate) -> tuple[Part, ...]:
    parts = (
        Part(template.starts_with),
        Part(text, learned=True, template=False),
        Part(template.end_of_text, learned=True),
    )
    return tuple(part for part in parts if part.text)


def _completion_parts(record: Completion, template: ChatTemplate) -> tuple[Part, ...]:
    """Write prompt and completion one behind the other, on a line of its own where no white space parts them.

    That line break belongs to the completion: a prompt alone cannot tell whether one will be needed.
    """
    apart = record.prompt[-1:].isspace() or record.completion[:1].isspace()
    parts = (
        Part(template.starts_with),
        Part(record.prompt, template=False),
        Part("" if apart else "\n", learned=True),
        Part(record.completion, learned=True, template=False),
        Part(template.end_of_text, learned=True),
    )
    return tuple(part for part in parts if part.text)


def _example(parts: Sequence[Part], template: ChatTemplate, max_length: int, row: int) -> Example:
    ids, learned = _tokenise(parts, template.encoder)
    cut = max(0, len(ids) - max_length)
    ids, learned = ids[:max_length], learned[:max_length]
    labels = (token if learn else IGNORED for token, learn in zip(ids, learned, strict=True))
    return Example(row, tuple(ids), tuple(labels), cut)


def _tokenise(parts: Sequence[Part], encoder: Encoder) -> tuple[list[int], list[bool]]:
    """Return the ids and, for each, whether it is learned."""
    ids: list[int] = []
    learned: list[bool] = []
    for section in _sections(parts, encoder):
        section_ids, section_learned = _encode_section(section, encoder, first=not ids)
        ids += section_ids
        learned += section_learned
    return ids, learned


def _sections(parts: Iterable[Part], encoder: Encoder) -> list[list[Part]]:
    """Group the parts into stretches that can be encoded apart without changing an id."""
    sections: list[list[Part]] = [[]]
    for part in parts:
        if not part.template:
            sections[-1].append(part)
            continue
        for text in encoder.split_apart(part.text):
            if encoder.starts_apart(text):
                sections.append([])
            sections[-1].append(Part(text, part.learned))
    return [section for section in sections if section]


def _encode_section(section: list[Part], encoder: Encoder, *, first: bool) -> tuple[list[int], list[bool]]:
    """Encode a section in one go where its data holds no control token, else that data apart.

    What stands before the answer with such data is encoded as if it stood alone, as in a prompt.
    """
    data = [part for part in section if not part.template]
    spelled = [part for part in data if encoder.holds_control_token(part.text)]
    if not spelled:
        ids, learned = _encode_joined(section, encoder, first)
        if encoder.has_only_controls_of(ids, "".join(part.text for part in section if part.template)):
            return ids, learned
        spelled = [part for part in data if encoder.is_hidden_control(part.text)] or data
    start = end = next(at for at, part in enumerate(section) if part is spelled[0])
    while start and section[start - 1].learned == section[start].learned:
        start -= 1
    while end < len(section) and section[end].learned == section[start].learned:
        end += 1
    ids, learned = _encode_joined(section[:start], encoder, first) if start else ([], [])
    for part in section[start:end]:
        at_start = first and not ids
        if not part.template:
            part_ids = encoder.encode_data(part.text, first=at_start)
        else:
            part_ids = encoder.encode(part.text) if at_start else encoder.encode_after(part.text)
        ids = ids + part_ids
        learned = learned + [part.learned] * len(part_ids)
    if end == len(section):
        return ids, learned
    rest_ids, rest_learned = _encode_section(section[end:], encoder, first=first and not ids)
    return ids + rest_ids, learned + rest_learned


def _encode_joined(parts: list[Part], encoder: Encoder, first: bool) -> tuple[list[int], list[bool]]:
    """Encode parts as one text; where a token would reach across the edge of what is learned, cut there.

    Only then are the ids before an answer the same as those of the prompt alone, as it is asked with.
    """
    ids = _encode_text(parts, encoder, first)
    learned: list[bool] = []
    for end in range(1, len(parts) + 1):
        last = end == len(parts)
        if not last and parts[end].learned == parts[end - 1].learned:
            continue
        prefix = ids if last else _encode_text(parts[:end], encoder, first)
        if ids[: len(prefix)] != prefix:
            head_ids, head_learned = _encode_joined(parts[:end], encoder, first)
            tail_ids, tail_learned = _encode_joined(parts[end:], encoder, False)
            return head_ids + tail_ids, head_learned + tail_learned
        learned += [parts[end - 1].learned] * (len(prefix) - len(learned))
    return ids, learned


def _encode_text(parts: list[Part], encoder: Encoder, first: bool) -> list[int]:
    text = "".join(part.text for part in parts)
    if not first and not encoder.starts_apart(text):
        return encoder.encode_after(text)
    return encoder.encode_template(text) if all(part.template for part in parts) else encoder.encode(text)
