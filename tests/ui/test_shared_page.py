"""The real page of a studio for many people, asked over HTTP: each sees and reaches the own things only."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from starlette.testclient import TestClient

from studio.core import accounts
from studio.core.accounts import accounts_from, line_of
from studio.services.studio import Studio
from studio.ui.app import build
from studio.ui.doors.passwords import Passwords
from studio.ui.doors.shared import SharedDoor
from studio.ui.guard import guarded
from studio.ui.received import Received
from studio.ui.routes import routes
from studio.ui.session import Session
from studio.ui.visitors import NOBODY, SharedStudio, visiting
from tests.services.conftest import planned, write_table

HERE, PASSWORD = "http://127.0.0.1:7860", "a few plain words"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("shared") / "home")


@pytest.fixture(scope="module")
def page(studio: Studio) -> Iterator[gr.Blocks]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(studio._home.path / "uploads"))  # read where a page is built
        with visiting(NOBODY):
            built = build(SharedStudio(studio), local=False, shared=True)
        built.max_file_size = None  # `launch` sets it
        yield built


@pytest.fixture(scope="module")
def server(studio: Studio, page: gr.Blocks) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "COST", 2**4)
        people = "\n".join(line_of(name, PASSWORD) for name in ("ada", "bob"))
        door = SharedDoor(passwords=Passwords(accounts_from(people, where="x")))
        received = Received(studio._home.path / "uploads")
        shared = {"routes": routes(SharedStudio(studio)), "lifespan": guarded(door, (), received)}
        app = gr.routes.App.create_app(page, app_kwargs=shared)
        with TestClient(app, base_url=HERE, headers={"origin": HERE}, follow_redirects=False) as client:
            yield client


@pytest.fixture(scope="module")
def run(studio: Studio, tmp_path_factory: pytest.TempPathFactory, tiny_model_folder) -> str:
    ada = studio.visited_by("user-ada")
    table = write_table(tmp_path_factory.mktemp("files") / "sums.csv")
    return ada.start(planned(ada, table, tiny_model_folder), "the run of ada")


@pytest.fixture
def sign_in(server: TestClient):
    def as_person(name: str) -> TestClient:
        server.cookies.clear()
        server.post("/studio/sign-in", data={"name": name, "password": PASSWORD})
        return server

    return as_person


def press(client: TestClient, page: gr.Blocks, handler: str, session: Session):
    """Trigger an event of the page as its script does, and return the reply."""
    number = next(number for number, fn in page.fns.items() if fn.name == handler)
    body = {"data": [session.document()], "fn_index": number, "session_hash": "a", "trigger_id": None}
    return client.post("/gradio_api/run/predict", json=body)


def test_an_event_of_the_page_is_answered_in_the_name_of_whoever_sent_it(page, run, sign_in) -> None:
    theirs = Session("train", run=run)
    for name, sees in (("ada", True), ("bob", False), ("ada", True)):
        reply = press(sign_in(name), page, "arrive", theirs)
        assert reply.status_code == 200
        assert ("the run of ada" in reply.text) == sees
        assert (run in reply.text) == sees


def test_who_is_signed_out_gets_no_answer_to_an_event(page, run, server) -> None:
    server.cookies.clear()
    reply = press(server, page, "arrive", Session("train", run=run))
    assert reply.status_code == 401
    assert "the run of ada" not in reply.text


def test_anothers_ids_are_unknown_on_every_address_of_the_studio(studio, run, sign_in) -> None:
    dataset = studio.run(run).config.dataset
    addresses = (
        f"/studio/dependents/run/{run}",
        f"/studio/dependents/dataset/{dataset}",
        f"/studio/download/{run}/adapter",
        f"/studio/issues/{dataset}",
        f"/studio/preferences/{dataset}",
        f"/studio/feedback/{dataset}",
        f"/studio/report/{run}",
    )
    bob = sign_in("bob")
    for address in addresses:
        never = address.replace(run, run[:-4] + "aaaa").replace(dataset, dataset[:-4] + "aaaa")
        theirs, none = bob.get(address), bob.get(never)
        assert (theirs.status_code, none.status_code) == (404, 404), address
        assert theirs.text.replace(run, "").replace(dataset, "") == none.text.replace(
            run[:-4] + "aaaa", ""
        ).replace(dataset[:-4] + "aaaa", "")
    assert sign_in("ada").get(addresses[0]).status_code == 200


def test_a_poll_tells_nothing_of_anothers_run(studio, run, sign_in) -> None:
    query = {"run": run, "dataset": studio.run(run).config.dataset, "since": "0"}
    reply = sign_in("bob").get("/studio/live", params=query).json()
    assert (reply["live"], reply["texts"], reply["bars"]) == (False, {}, {})
    assert "points" not in reply
    assert f"status-{run}" in sign_in("ada").get("/studio/live", params=query).json()["texts"]


def test_a_poll_tells_a_page_when_somebody_else_asks_than_it_was_opened_for(run, sign_in) -> None:
    query = {"run": run, "since": "-1"}
    told = [sign_in(name).get("/studio/live", params=query).json()["who"] for name in ("ada", "bob", "ada")]
    assert told[0] == told[2] != told[1]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data"),
        ("POST", "/gradio_api/call/arrive"),
        ("POST", "/gradio_api/call/v2/arrive"),
        ("POST", "/gradio_api/api/predict"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/component_server/"),
        ("POST", "/login"),
        ("GET", "/logout"),
        ("GET", "/monitoring"),
    ],
)
def test_what_the_page_does_not_ask_of_gradio_is_shut(sign_in, method: str, path: str) -> None:
    reply = sign_in("ada").request(method, path)
    assert reply.status_code == 404


def test_the_page_that_everybody_gets_holds_nobodys_things(studio, run, sign_in) -> None:
    reply = sign_in("bob").get("/config")
    assert "components" in reply.json()
    for secret in (run, "the run of ada", studio.run(run).config.dataset, studio.run(run).config.model):
        assert secret not in reply.text


def test_an_upload_becomes_its_owners_and_leaves_the_place_of_uploads(
    studio, page, sign_in, tmp_path
) -> None:
    table = write_table(tmp_path / "mine.csv")
    bob = sign_in("bob")
    (path,) = bob.post("/gradio_api/upload", files={"files": ("mine.csv", table.read_bytes())}).json()
    number = next(number for number, fn in page.fns.items() if fn.name == "add")
    file = {"path": path, "orig_name": "mine.csv", "meta": {"_type": "gradio.FileData"}}
    body = {"data": [file, Session().document()], "fn_index": number, "session_hash": "b"}
    assert bob.post("/gradio_api/run/predict", json=body).status_code == 200
    studio.visited_by("user-bob")._uploads.close()
    assert [view.name for view in studio.visited_by("user-bob").datasets()] == ["mine"]
    assert "mine" not in [view.name for view in studio.visited_by("user-ada").datasets()]
    assert not Path(path).exists()
    left = [file for file in (studio._home.path / "uploads").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in left) == 0  # Gradio leaves empty ones


def test_a_class_that_uploads_the_same_file_gets_it_each(studio, page, sign_in, tmp_path) -> None:
    """Gradio names the place of a file by what is in it: whoever was read first took it from the others."""
    table = write_table(tmp_path / "homework.csv").read_bytes()
    number = next(number for number, fn in page.fns.items() if fn.name == "add")
    paths = {
        name: sign_in(name).post("/gradio_api/upload", files={"files": ("homework.csv", table)}).json()[0]
        for name in ("ada", "bob")
    }
    for name, path in paths.items():
        file = {"path": path, "orig_name": "homework.csv", "meta": {"_type": "gradio.FileData"}}
        body = {"data": [file, Session().document()], "fn_index": number, "session_hash": name}
        reply = sign_in(name).post("/gradio_api/run/predict", json=body)
        assert reply.status_code == 200, reply.text
        studio.visited_by(f"user-{name}")._uploads.close()
        assert "homework" in [view.name for view in studio.visited_by(f"user-{name}").datasets()]
