"""What an exam is given where nobody looks on, nobody stops it, and its models are at hand already."""

from contextlib import contextmanager


def quiet(*_):
    pass


def never():
    return False


def subject(model):
    """Return what gives the model, as `studio.evaluation.subjects` does of one that is loaded."""

    @contextmanager
    def given():
        yield model

    return given
