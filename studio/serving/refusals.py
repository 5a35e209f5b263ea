"""What goes wrong with a request, told in the form that clients of OpenAI's API know."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from studio.core.errors import StudioError
from studio.serving.forms import WrongRequest, error


def refusal(problem: WrongRequest) -> Response:
    return JSONResponse(error(problem), status_code=problem.status)


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, WrongRequest)
    return refusal(problem)


async def _failed(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, StudioError)
    return refusal(WrongRequest(problem.message, status=500))


async def _no_route(request: Request, problem: Exception) -> Response:
    status = getattr(problem, "status_code", 404)
    return refusal(
        WrongRequest(f"There is nothing at {request.url.path} for {request.method}.", status=status)
    )


async def _broken(request: Request, problem: Exception) -> Response:
    """A mistake of our own; what it was stays in this process."""
    return refusal(WrongRequest("The server made a mistake with this request.", status=500, code="mistake"))


HANDLERS: Mapping[int | type[Exception], ExceptionHandler] = {
    WrongRequest: _refused,
    StudioError: _failed,
    404: _no_route,
    405: _no_route,
    Exception: _broken,
}
