"""The studio's own styles and scripts: where they lie and the tags that load them."""

import functools
import hashlib
from pathlib import Path

ASSETS = Path(__file__).parents[2] / "assets" / "ui"
STYLES = (
    "tokens", "layout", "parts", "steps", "results", "health", "rows", "runs", "votes", "probe", "arms",
    "export", "chat", "gradio", "fields", "people", "small",
)  # fmt: skip
SCRIPTS = (
    "screen", "dialogs", "turns", "live", "people", "chart", "measures", "figures", "health", "runs", "votes",
    "chat",
)  # fmt: skip


@functools.cache
def version() -> str:
    """Return a hash of all of them: browsers keep files for long, and fetch a changed one at once."""
    files = [ASSETS / "css" / f"{name}.css" for name in STYLES]
    files += [ASSETS / "js" / f"{name}.js" for name in SCRIPTS]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:10]


def style_tags() -> str:
    return "".join(f'<link rel="stylesheet" href="ui-static/css/{name}.css?{version()}">' for name in STYLES)


def script_tags() -> str:
    """Return the scripts' tags for the `head` of each HTML part: Gradio waits for them there, and loads
    each once. In the page's own head it would not wait (seen in 6.31)."""
    return "".join(f'<script src="ui-static/js/{name}.js?{version()}"></script>' for name in SCRIPTS)
