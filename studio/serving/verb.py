"""`python -m studio serve RUN [RUN ...]`: what was typed, and the server it opens."""

import os
import sys

from studio.core.console import DONE, say
from studio.core.keys import SERVE_KEY
from studio.services.calls import Call, Result
from studio.serving import server


def serve(call: Call) -> Result:
    """answer requests in OpenAI's form with tuned models, many on one base"""
    typed = call.typed
    names = [call.studio.find_run(run) for run in typed.run]
    address = server.Address(typed.host, typed.port, os.environ.get(SERVE_KEY, ""), typed.allow_host)
    found = server.serve(
        call.home,
        names,
        address,
        with_documents=typed.with_retrieval,
        tell=lambda line: say(line, sys.stderr),
    )
    return {"version": 1, "served": list(found)}, DONE
