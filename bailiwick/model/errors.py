"""The one error tree. A message says in one sentence what was given, what exists and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class BailiwickError(Exception):
    """Base of every error a user can cause or must know of."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from its message, not from what its class is called with, so that each survives a process boundary."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[BailiwickError], args: tuple[Any, ...], state: dict[str, Any]) -> BailiwickError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class WorkError(BailiwickError):
    """The call was right but the work failed (disk full, no feasible plan, interrupted)."""


class InfeasibleError(WorkError):
    """No plan can satisfy the constraints; the message names the culprit and a way out."""


class InputError(BailiwickError):
    """The call or its input is wrong."""

    exit_code = 2


class ContractError(InputError):
    """A table breaks its contract: the message names row, column and rule."""


class UnknownNameError(InputError):
    """A name that does not exist, with the nearest that do.

    Parameters
    ----------
    what: kind of thing asked for, e.g. ``"ZIP"``.
    given: the name as the user wrote it.
    known: every name that exists.
    """

    def __init__(self, what: str, given: str, known: Iterable[str]) -> None:
        names = list(known)
        near = get_close_matches(given, names, n=4, cutoff=0.6) or sorted(names)[:8]
        hint = f"nearest: {', '.join(near)}" if near else "none exist yet"
        super().__init__(f"{given!r} is not a {what}; {hint}")


class StoppedError(BailiwickError):
    """A person ended the work early; the message says what was kept."""

    exit_code = 130


class ConflictError(WorkError):
    """A scenario was changed elsewhere first; nothing was written. units: what the others moved. labels: their changes' names."""

    def __init__(self, name: str, given: int, current: int, units: tuple[int, ...], labels: tuple[str, ...], elsewhere: bool) -> None:
        where = "in another window" if elsewhere else "meanwhile"
        said = f" ({'; '.join(labels[:3])}{' …' if len(labels) > 3 else ''})" if labels else ""
        super().__init__(
            f"scenario {name!r} was changed {where}{said}: it is at version {current}, this change was made on {given}; "
            "look at the difference, then keep theirs or make yours on top"
        )
        self.given, self.current, self.units, self.labels = given, current, units, labels
