"""The script of a run as a Jupyter notebook (nbformat 4): its own parts, cut where it says `# %%`.

Nothing is written twice, so the two cannot come to differ. The script's last part, which reads the command
line, is left out; one line in its place repeats the run.
"""

import ast
import json

CUT = "# %% "
"""Begins a part and its title, as editors and jupytext know it."""
PROGRAM = "As a program"
RUN = 'repeat(BASE, Path("result"))  # another base: a hub id or a folder in the place of BASE\n'
LANGUAGE = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(script: str) -> str:
    """Return the notebook's file for a script with parts."""
    told = ast.get_docstring(ast.parse(script))
    assert told is not None
    cells = [_text(told)]
    for title, code in parts(script):
        if title != PROGRAM:
            cells += [_text(f"## {title}"), _code(code)]
    cells += [_text("## Repeat the run"), _code(RUN)]
    for number, cell in enumerate(cells):
        cell["id"] = f"part-{number}"
    document = {"cells": cells, "metadata": LANGUAGE, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def parts(script: str) -> list[tuple[str, str]]:
    """Return the parts of a script in their order: title and code."""
    found = [part.partition("\n") for part in f"\n{script}".split(f"\n{CUT}")[1:]]
    return [(title, f"{code.strip()}\n") for title, _, code in found]


def _text(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _code(code: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _lines(code.rstrip("\n")),
    }


def _lines(text: str) -> list[str]:
    """Return the text as a notebook holds it: lines with their ends."""
    return text.splitlines(keepends=True)
