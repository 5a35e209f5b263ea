"""The studio's own addresses beside Gradio's: polls, downloads, the chart's script, fonts and styles.

Ids come in, never paths; every id is looked up by the service, and one that it does not know is a 404.
Who may ask at all is decided before, in the guard.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from studio.charts.curve import curve_document, script_file
from studio.core.errors import StudioError
from studio.exporters.report.page import POLICY
from studio.services.studio import Studio
from studio.ui.assets import ASSETS
from studio.ui.live import Live, Watched

FOREVER = {"Cache-Control": "public, max-age=86400"}


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes to put before Gradio's catch-all."""
    live = Live(studio)

    async def poll(request: Request) -> Response:
        query = request.query_params
        since = query.get("since", "-1")
        if not re.fullmatch(r"-?[0-9]{1,18}", since):
            return JSONResponse({"error": "since must be a number"}, status_code=400)
        page = Watched(**{field.name: query.get(field.name, "") for field in fields(Watched)})
        reply = await to_thread.run_sync(
            lambda: live.reply(page, since=int(since), known=query.get("tag", ""))
        )
        return JSONResponse(reply, headers={"Cache-Control": "no-store"})

    async def dependents(request: Request) -> Response:
        ident = request.path_params["ident"]
        read = studio.run_dependents if request.path_params["what"] == "run" else studio.dataset_dependents
        try:
            lines = await to_thread.run_sync(lambda: read(ident))
        except StudioError as error:
            return JSONResponse({"error": error.message, "hint": error.hint}, status_code=404)
        return JSONResponse({"lines": lines}, headers={"Cache-Control": "no-store"})

    return [
        Route("/studio/live", poll),
        Route("/studio/dependents/{what}/{ident}", dependents),
        *_downloads(studio),
        _report(studio),
        Route("/studio/curve.json", lambda request: JSONResponse(curve_document(), headers=FOREVER)),
        Route("/studio/plotly.min.js", lambda request: FileResponse(script_file(), headers=FOREVER)),
        Mount("/ui-static", StaticFiles(directory=ASSETS)),
    ]


def _downloads(studio: Studio) -> list[BaseRoute]:
    """Return the addresses of files that are made for the visitor."""

    async def export(request: Request) -> Response:
        run, kind = request.path_params["run"], request.path_params["kind"]
        return await _file(lambda: studio.export_path(run, kind), f"{kind}-{run[:8]}.zip")

    async def issues(request: Request) -> Response:
        dataset = request.path_params["dataset"]
        return await _file(lambda: studio.issues_excel(dataset))

    async def preferences(request: Request) -> Response:
        return await _lines("preferences", request, studio.preferences)

    async def feedback(request: Request) -> Response:
        return await _lines("feedback", request, studio.feedback)

    return [
        Route("/studio/download/{run}/{kind}", export),
        Route("/studio/issues/{dataset}", issues),
        Route("/studio/preferences/{dataset}", preferences),
        Route("/studio/feedback/{dataset}", feedback),
    ]


async def _lines(what: str, request: Request, verb: Callable[[str], str]) -> Response:
    """Answer with the JSON lines that a data set keeps."""
    dataset = request.path_params["dataset"]
    try:
        lines = await to_thread.run_sync(lambda: verb(dataset))
    except StudioError as error:
        return _unknown(error)
    named = {"Content-Disposition": f'attachment; filename="{what}-{dataset[:8]}.jsonl"'}
    return Response(lines, media_type="application/jsonl", headers=ATTACHMENT | named)


def _unknown(error: StudioError) -> Response:
    return JSONResponse({"error": error.message, "hint": error.hint}, status_code=404)


def _report(studio: Studio) -> Route:
    """Return the address of a run's report, a page that can run nothing whatever is in its texts."""

    async def report(request: Request) -> Response:
        try:
            page = await to_thread.run_sync(studio.report, request.path_params["run"])
        except StudioError as error:
            return PlainTextResponse(f"{error}\n", status_code=404)
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    return Route("/studio/report/{run}", report)


async def _file(made: Callable[[], Path], name: str = "") -> Response:
    """Return a file as an attachment, under its own name unless it is given another."""
    try:
        path = await to_thread.run_sync(made)
    except StudioError as error:
        return _unknown(error)
    return FileResponse(path, filename=name or path.name, headers=ATTACHMENT)


ATTACHMENT = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
