"""What a person does on the page, from the table to the chat, and what a program asks of the servers."""

from collections.abc import Callable
from pathlib import Path

import httpx

from tests.attacks.visitor import Visitor, asking
from tests.engine import taking_hub
from tests.services.provider import Provider

JUDGE_KEY, ACCESS_TOKEN = "sk-canary-of-the-judge-7d31", "canary-token-of-this-start-3b08"
PASSWORD, MISTYPED = "canary password of ada 4417", "canary password mistyped 5528"
QUESTION = "What is 3 plus one?"


def ask_server(address: str, replies: dict[str, bytes], key: str = "") -> None:
    """Ask a server in OpenAI's form as programs do, and as one with a wrong key does."""
    for given in (key, f"{key}-and-more") if key else ("",):
        with asking(address, replies, **({"Authorization": f"Bearer {given}"} if given else {})) as client:
            models = client.get("/models")
            assert models.status_code == (200 if given == key else 401)
            for stream in (False, True) if given == key else ():
                asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": stream}
                asked |= {"model": models.json()["data"][0]["id"], "max_tokens": 8}
                assert client.post("/chat/completions", json=asked).status_code == 200


def alone(address: str, replies: dict[str, bytes], table: Path, others: tuple[Path, str]) -> dict[str, str]:
    """Do what one person does on the own page with a model and a judge; return the cookies."""
    model, judge = others
    with asking(address, replies, Origin=address) as client:
        assert client.get("/", params={"token": f"{ACCESS_TOKEN}x"}).status_code == 401
        assert client.get("/", params={"token": ACCESS_TOKEN}).status_code == 303
        visitor = Visitor(client)
        train(visitor, table, model)
        for step in (compare, lambda each: let_judge(each, judge), export, send, talk):
            step(visitor)
        run, dataset = visitor.session["run"], visitor.session["dataset"]
        for path in (f"report/{run}", f"issues/{dataset}", f"dependents/run/{run}"):
            assert client.get(f"/studio/{path}").status_code == 200, path
        return {f"the cookie {name}": value for name, value in client.cookies.items()}


def train(visitor: Visitor, table: Path, model: Path) -> None:
    visitor.hand_over(table)
    visitor.wait(lambda: visitor.session["dataset"])
    visitor.press("primary-data")
    visitor.choose("model", "folder")
    visitor.type("elsewhere", str(model))
    visitor.press("fetch")
    visitor.press("recipes", "recipe", value="quick")
    visitor.type("knob-steps", 4)
    visitor.press("knob-steps", "blur")
    visitor.press("primary-method")
    visitor.wait(lambda: visitor.shown("primary-train") == "See the result")


def compare(visitor: Visitor) -> None:
    visitor.press("steps", "go", step="compare")
    visitor.wait(lambda: 'aria-label="Exam"' in visitor.shown("exam"))
    visitor.type("question", QUESTION)
    visitor.press("ask")
    visitor.wait(lambda: "pair" in visitor.shown("answers") and "waiting" not in visitor.shown("answers"))


def let_judge(visitor: Visitor, address: str) -> None:
    visitor.choose("judge-place", "A model behind an address")
    for field, value in (("judge-model", "any"), ("judge-address", address), ("judge-key", JUDGE_KEY)):
        visitor.type(field, value)
    visitor.press("judge-start")
    assert visitor.shown("judge-key") == "", "it stays on the page"
    visitor.wait(lambda: 'class="votes"' in visitor.shown("judge"))


def export(visitor: Visitor) -> None:
    visitor.press("steps", "go", step="export")
    for kind in ("adapter", "merged", "predictions"):
        visitor.press("kinds", "kind", value=kind)
        visitor.press("primary-export")
        visitor.wait(lambda: "Making" not in visitor.shown("primary-export"))
        assert "Download" in visitor.shown("primary-export"), visitor.shown("export-progress")
        assert visitor.client.get(f"/studio/download/{visitor.session['run']}/{kind}").status_code == 200


def send(visitor: Visitor) -> None:
    visitor.choose("hub-place", "me/tuned")
    visitor.type("hub-token", taking_hub.TOKEN)
    visitor.press("hub-send")
    assert visitor.shown("hub-token") == "", "it stays on the page"
    visitor.wait(lambda: "At the hub" in visitor.shown("hub-sent"))


def talk(visitor: Visitor) -> None:
    """Talk on the page, then as a program over the server that the page opens."""
    visitor.press("steps", "go", step="chat")
    visitor.type("chat-question", QUESTION)
    visitor.press("chat-send")
    visitor.wait(lambda: "Ask again" in visitor.shown("talk"))
    visitor.press("door", "open")
    visitor.wait(lambda: "<dt>Address" in visitor.shown("door"))
    address = visitor.shown("door").partition("<code>")[2].partition("<")[0]
    ask_server(address, dict[str, bytes]())
    visitor.press("door", "close")


def in_company(address: str, replies: dict[str, bytes], table: Path, people: Provider) -> dict[str, str]:
    """Sign in by a password, mistyped first, then by the provider; return the cookies."""
    ways: tuple[Callable[[httpx.Client], object], ...] = (by_password, lambda client: at_hub(client, people))
    cookies: dict[str, str] = {}
    for number, way in enumerate(ways):
        with asking(address, replies, Origin=address) as client:
            assert client.get("/").status_code == 401
            way(client)
            visitor = Visitor(client)
            visitor.hand_over(table)
            visitor.wait(lambda visitor=visitor: visitor.session["dataset"])
            cookies |= {f"the cookie {name} {number}": value for name, value in client.cookies.items()}
            assert client.post("/studio/sign-out").status_code == 200
    return cookies


def by_password(client: httpx.Client) -> None:
    for password, status in ((MISTYPED, 401), (PASSWORD, 303)):
        sent = {"name": "ada", "password": password}
        assert client.post("/studio/sign-in", data=sent).status_code == status


def at_hub(client: httpx.Client, people: Provider) -> None:
    place = client.get("/studio/sign-in/hub").headers["location"]
    assert client.get(people.sign_in(place)).status_code == 303
