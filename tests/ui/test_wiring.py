"""What becomes of a press while the answer to one before it is awaited."""

import gc
from collections.abc import Iterator

import pytest

from studio.services.studio import Studio
from studio.ui.app import build

EACH_COUNTS = {
    "go", "edit", "fill", "rename", "annotate", "remove", "kind", "pick", "turn", "jump", "recipe",
}  # fmt: skip


@pytest.fixture
def repeats(studio: Studio) -> Iterator[list[tuple[str, str, str]]]:
    """The event, the handler's name and what becomes of a repetition, of all that hangs on the page."""
    page = build(studio)
    yield [
        (event, function.name or "", function.trigger_mode)
        for function in page.fns.values()
        for _, event in function.targets
    ]
    gc.freeze()  # gradio keeps every page ever laid out


def test_no_press_is_dropped_that_brings_a_text_or_a_choice(repeats: list[tuple[str, str, str]]) -> None:
    found = {event: mode for event, _, mode in repeats if event in EACH_COUNTS}
    assert set(found) == EACH_COUNTS
    assert set(found.values()) == {"multiple"}


def test_a_page_that_is_being_drawn_is_drawn_once_more_for_what_came_since(
    repeats: list[tuple[str, str, str]],
) -> None:
    modes = {mode for event, name, mode in repeats if event == "then" and name.startswith("draw")}
    assert modes == {"always_last"}
