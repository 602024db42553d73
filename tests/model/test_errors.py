"""Every error of the tree survives a process boundary: message, class, exit code and what it carries."""

import pickle
from collections.abc import Iterator

import pytest

from bailiwick.model import errors
from bailiwick.model.errors import BailiwickError, ConflictError, UnknownNameError


def tree(kind: type[BailiwickError] = BailiwickError) -> Iterator[type[BailiwickError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


MADE = {
    UnknownNameError: lambda: UnknownNameError("ZIP", "9021", ["90210", "90211"]),
    ConflictError: lambda: ConflictError("mine", 1, 3, (4, 5), ("Move", "Mend"), True),
}


@pytest.mark.parametrize("kind", sorted((k for k in tree() if k.__module__ == errors.__name__), key=lambda k: k.__name__))
def test_an_error_is_the_same_on_the_other_side(kind: type[BailiwickError]) -> None:
    error = MADE.get(kind, lambda: kind("one sentence"))()
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (str(again), again.args, again.exit_code, vars(again)) == (str(error), error.args, error.exit_code, vars(error))
