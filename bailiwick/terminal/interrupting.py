"""Ctrl-C: any command ends at once with one sentence; a design that searches is first asked for its best plan so far."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

KEEPING = b"Stopping; the best plan so far will be kept (Ctrl-C again ends at once and keeps nothing)\n"


class Stopped(BaseException):
    """Ctrl-C, kept from the command-line library, which would print a word of its own and call it a failure."""


class Asking:
    """Asked by a search whether to stop. Before its first question there is no plan to keep, so that Ctrl-C ends at once; then the first
    Ctrl-C makes the answer yes, and a second one ends at once.
    """

    def __init__(self) -> None:
        self.asked, self.yes = False, False

    def __call__(self) -> bool:
        self.asked = True
        return self.yes

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """What Ctrl-C does."""
        if self.yes or not self.asked:
            raise Stopped
        self.yes = True
        os.write(2, KEEPING)  # a console may be in the middle of a line, and cannot be entered twice


def _at_once(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped


@contextmanager
def interruptible(handler: Callable[[int, FrameType | None], None] = _at_once) -> Iterator[None]:
    """Ctrl-C goes to ``handler`` within."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended = False

    def noted(number: int, frame: FrameType | None) -> None:
        nonlocal ended
        try:
            handler(number, frame)
        except Stopped:
            ended = True
            raise

    earlier = signal.signal(signal.SIGINT, noted)
    try:
        yield
    except Exception as error:
        if ended:  # a database in the middle of a query tells of the interruption as a fault of its own
            raise Stopped from error
        raise
    finally:
        signal.signal(signal.SIGINT, earlier)
