"""The file that a page waits for while it is read."""

from studio.core.errors import StudioError
from studio.services.studio import Studio
from studio.services.views_of_data import UploadView


def upload_of(studio: Studio, upload: str) -> UploadView | None:
    if not upload:
        return None
    try:
        return studio.upload(upload)
    except StudioError:
        # It ended in an earlier life of the server, or this one has not taken it up yet: then it comes back.
        return None
