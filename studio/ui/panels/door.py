"""The server beside the page: closed, opening, open with all that a program needs to ask it, or failed."""

import json
from collections.abc import Mapping

from studio.services.views_of_talks import ServerView
from studio.ui.markup import escape, event_button, notice
from studio.ui.voices import load_text

WHAT = (
    "Programs on this computer can ask the ticked models too, while the studio is open: in the form of "
    "OpenAI's API, so what speaks to ChatGPT speaks to them."
)


NONE = "None is left. Stop the server, then open it for others."


def title(server: ServerView | None) -> str:
    """Return the line over the fold."""
    if server is None:
        return "For your programs: a server (API)"
    state = {"opening": "opening…", "open": f"open at {server.address}", "failed": "could not be opened"}
    return f"For your programs: {state[server.state]}"


def door(server: ServerView | None, called: Mapping[str, str]) -> str:
    """`called`: what each model is on the screen, by the name that programs ask for."""
    if server is None:
        return f"<p>{WHAT}</p>{event_button('open', 'Open a server')}"
    if server.state == "opening":
        said = '<p class="waiting" role="status">The models are loaded, then it opens.</p>'
        return said + event_button("close", "Cancel")
    if server.state == "failed":
        return notice("error", "No server.", server.note) + event_button("close", "Put this message away")
    return _open(server, called)


def _open(server: ServerView, called: Mapping[str, str]) -> str:
    names = "".join(_model(name, called.get(name, ""), away=name in server.runs) for name in server.names)
    names = names or f"<li>{NONE}</li>"
    key = f"<dt>Key</dt><dd><code>{escape(server.key)}</code></dd>" if server.key else ""
    return (
        f'<dl class="address"><dt>Address</dt><dd><code>{escape(server.address)}</code></dd>{key}'
        f'<dt>Models</dt><dd><ul>{names}</ul></dd><dt>Now</dt><dd data-live="server-load">'
        f"{escape(load_text(server))}</dd></dl>"
        f"{_ways(server) if server.names else ''}"
        f"{event_button('close', 'Stop the server')}"
    )


def _model(name: str, title: str, *, away: bool) -> str:
    button = (
        f'<button type="button" class="plain" data-event="away" data-id="{escape(name)}" '
        f'aria-label="Put away: {escape(name)}">Put away</button>'
    )
    return (
        f"<li><span><code>{escape(name)}</code> <small>{escape(title)}</small></span>"
        f"{button if away else ''}</li>"
    )


def _ways(server: ServerView) -> str:
    """Return what is written to ask it, once for each kind of program."""
    return f"{_lines('From a shell (curl)', curl(server))}{_lines('From Python', python(server))}"


def _lines(name: str, text: str) -> str:
    return (
        f'<div class="panel-head"><h3>{name}</h3><button type="button" class="plain" data-copy '
        f'aria-label="Copy: {name}">Copy</button></div><pre class="source" tabindex="0" role="region" '
        f'aria-label="{name}">{escape(text)}</pre>'
    )


def curl(server: ServerView) -> str:
    key = f' -H "Authorization: Bearer {server.key}"' if server.key else ""
    asked = json.dumps({"model": server.names[0], "messages": [{"role": "user", "content": "Hello"}]})
    return f"curl {server.address}/chat/completions{key} -H \"Content-Type: application/json\" -d '{asked}'\n"


def python(server: ServerView) -> str:
    return (
        "from openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{server.address}", api_key="{server.key or "none"}")\n'
        "answer = client.chat.completions.create(\n"
        f'    model="{server.names[0]}", messages=[{{"role": "user", "content": "Hello"}}]\n'
        ")\n"
        "print(answer.choices[0].message.content)\n"
    )
