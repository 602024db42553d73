"""Writing one file so that it is either the old one or the new one, never half of either."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bailiwick.model.errors import WorkError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; renamed onto it at the end, removed when something stops the writing.

    Raises WorkError when the system refuses.
    """
    beside = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        beside.replace(path)
    except OSError as error:
        raise WorkError(
            f"{path} could not be written ({error.strerror or error}); "
            "free space or choose another path and run it again"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
