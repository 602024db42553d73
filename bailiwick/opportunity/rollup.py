"""Roll-up views of codes: the Restructured BETOS class (RBCS) of a HCPCS code, with CMS's own labels."""

import csv
import gzip
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class CodeClass:
    """A class of procedures: CMS's identifier and label."""

    id: str
    label: str


@cache
def _classes() -> dict[str, CodeClass]:
    packed = files("bailiwick.opportunity").joinpath("codes", "hcpcs_rbcs.csv.gz").read_bytes()
    rows = csv.DictReader(gzip.decompress(packed).decode().splitlines())
    return {row["code"]: CodeClass(row["class"], row["label"]) for row in rows}


def rbcs(code: str) -> CodeClass | None:
    """The RBCS class (2020 release) of a HCPCS code; None when CMS gives it none."""
    return _classes().get(code.strip().upper())


def codes_of(class_id: str) -> tuple[str, ...]:
    """HCPCS codes of a class, e.g. PE43O; a shorter id takes in every class that begins with it."""
    return tuple(code for code, found in _classes().items() if found.id.startswith(class_id))


def unknown_icd10(codes: Iterable[str]) -> tuple[str, ...]:
    """ICD-10-CM codes that the current code tree does not hold."""
    tree = icd10_tree()
    return tuple(c for c in codes if not tree.is_valid_item(c if len(c) <= 3 else f"{c[:3]}.{c[3:]}"))


def icd10_tree() -> Any:
    """The ICD-10-CM code tree (public, CDC); it takes some seconds to load, so it is loaded only here."""
    with warnings.catch_warnings():  # the package reads its data by a way that Python has deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm as tree
    return tree
