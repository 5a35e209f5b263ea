"""What becomes of a press while the answer to one before it is awaited."""

import gc
from collections import Counter
from collections.abc import Iterator

import gradio as gr
import pytest

from studio.services.studio import Studio
from studio.ui.app import build

EACH_COUNTS = {
    "go", "edit", "fill", "rename", "annotate", "remove", "kind", "pick", "turn", "jump", "recipe",
}  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[gr.Blocks]:
    yield build(Studio(tmp_path_factory.mktemp("page") / "home"))
    gc.freeze()  # gradio keeps every page ever laid out


@pytest.fixture
def repeats(page: gr.Blocks) -> list[tuple[str, str, str]]:
    """The event, the handler's name and what becomes of a repetition, of all that hangs on the page."""
    return [
        (event, function.name or "", function.trigger_mode)
        for function in page.fns.values()
        for _, event in function.targets
    ]


def test_every_part_of_the_page_has_a_name_of_its_own(page: gr.Blocks) -> None:
    """What is typed is known by it (`turns.js`), and so is what a style or a reader's program means."""
    named = Counter(name for block in page.blocks.values() if (name := getattr(block, "elem_id", None)))
    assert [name for name, times in named.items() if times > 1] == []


def test_no_press_is_dropped_that_brings_a_text_or_a_choice(repeats: list[tuple[str, str, str]]) -> None:
    found = {event: mode for event, _, mode in repeats if event in EACH_COUNTS}
    assert set(found) == EACH_COUNTS
    assert set(found.values()) == {"multiple"}


def test_a_page_that_is_being_drawn_is_drawn_once_more_for_what_came_since(
    repeats: list[tuple[str, str, str]],
) -> None:
    modes = {mode for event, name, mode in repeats if event == "then" and name.startswith("draw")}
    assert modes == {"always_last"}


@pytest.mark.parametrize(
    "handler",
    ["move", "offer", "cancel", "apply", "edit", "fill", "put", "stop_writing", "start_exam"],
)
def test_a_press_takes_nothing_away_that_is_half_chosen_in_another_part(
    page: gr.Blocks, handler: str
) -> None:
    """A prompt of several columns, say, while one looks at the next example."""
    pressed = [number for number, function in page.fns.items() if function.name == handler]
    drawn = [function.name for function in page.fns.values() if function.trigger_after in pressed]
    assert set(drawn) == {"draw_again"}
