"""The one error tree. A message says in one sentence what was given, what exists and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class BailiwickError(Exception):
    """Base of every error a user can cause or must know of."""

    exit_code = 1


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
