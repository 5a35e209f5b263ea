"""The one error a user can cause: what happened, and what to do about it."""


class StudioError(Exception):
    """Something a user did, or the machine lacks; `message` says what and where, `hint` the next step.

    Anything else that is raised is our own mistake and keeps its traceback.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Refused(StudioError):
    """The request was understood and turned down before anything was done (command line exit code 2)."""
