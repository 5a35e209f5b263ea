"""Small honest values for the screen's tests."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from studio.core.config import RunConfig
from studio.core.verdict import Verdict
from studio.services.studio import Studio
from studio.services.views import RunView
from studio.ui.shell import Shell


@pytest.fixture
def run_view() -> Callable[..., RunView]:
    """A run that is half done; name what shall differ."""

    def make(**changes: Any) -> RunView:
        values: dict[str, Any] = {
            "id": "run1",
            "name": "Support, Quick look",
            "notes": "",
            "created_at": 0.0,
            "dataset_name": "Support",
            "config": RunConfig("data1", "v1", recipe="quick"),
            "status": "running",
            "step": 5,
            "steps": 10,
            "seconds": 12.0,
            "seconds_left": 12.0,
            "tokens_per_second": 250.0,
            "training_rows": 128,
            "held_out_rows": 20,
            "loss_first": 3.0,
            "loss_last": 2.0,
            "eval_loss_first": 3.1,
            "eval_loss": 2.1,
            "eval_loss_best": 2.1,
            "best_step": 5,
            "peak_memory_bytes": None,
            "verdict": Verdict("good", "Going well.", "The error is falling."),
            "checkpoints": (5,),
        }
        return RunView(**(values | changes))

    return make


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A studio on an empty home, where nobody works."""
    return Studio(tmp_path / "home")


@pytest.fixture
def shell(studio: Studio) -> Iterator[Shell]:
    """The frame of a page, open to lay tabs out in it."""
    with gr.Blocks():
        yield Shell(studio, gr.BrowserState({}, secret="test"), gr.HTML(), gr.Tabs(), gr.HTML(), [])
    gc.freeze()  # gradio keeps every page ever laid out: each would be looked through for garbage ever after
