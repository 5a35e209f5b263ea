"""A studio under the audit hook as `launch.py` serves it: first for who has its token, then for who signs in.

`python -m tests.attacks.audited_page FOLDER PORT PORT TOKEN` prints what was done that the studio never does.
Each of the two serves until it is asked to stop.
"""

import json
import os
import sys
from pathlib import Path

from tests.attacks.watching import Watch

SIGN_IN = ("STUDIO_USERS", "OPENID_PROVIDER_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET")
"""What makes a studio one of many people: kept for the second time."""


def serve_twice(home: Path, first: int, second: int, token: str) -> None:
    from studio.core.system import prepare_process

    prepare_process()
    from studio.ui.app import serve

    of_many = {name: os.environ.pop(name) for name in SIGN_IN}
    serve(home, port=first, open_browser=False, token=token)
    os.environ.update(of_many)
    serve(home, port=second, open_browser=False)


if __name__ == "__main__":
    watch = Watch(Path(sys.argv[1]))
    sys.addaudithook(watch)
    serve_twice(Path(sys.argv[1]) / "home", int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    assert watch.asked["open"] > 100, "the hook was not asked"
    print(json.dumps(watch.found))
