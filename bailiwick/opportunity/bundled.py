"""Definitions that come with Bailiwick, and loading one by name or path."""

import tomllib
from importlib.resources import files
from pathlib import Path

from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.opportunity.definition import Definition


def names() -> tuple[str, ...]:
    """Names of the bundled definitions."""
    folder = files("bailiwick.opportunity").joinpath("definitions")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def load(name_or_path: str | Path) -> Definition:
    """A bundled definition by name, or one from a TOML file.

    Raises UnknownNameError when there is neither; InputError (naming the file) when it breaks a rule.
    """
    given = str(name_or_path)
    if given in names():
        text = files("bailiwick.opportunity").joinpath("definitions", f"{given}.toml").read_text(encoding="utf-8")
        return Definition.from_toml(text)
    path = Path(given)
    if not path.is_file():
        if path.suffix == ".toml":
            raise InputError(f"there is no definition file {given}; the bundled ones are {', '.join(names())}")
        raise UnknownNameError("bundled definition or a file", given, names())
    try:
        return Definition.from_toml(path.read_text(encoding="utf-8"))
    except (InputError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{given}: {error}") from error
