"""What a plan folder claims beside its proofs, and which files of prices lie in it: all that may have been altered or taken out by hand."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bailiwick.model.errors import InputError
from bailiwick.plans.folder import PLAN_FILE
from bailiwick.plans.proofs import FILES, Told, sections_in


@dataclass(frozen=True)
class Claims:
    """What ``plan.toml`` says. name: of the plan. kind: of its bound, empty without a certificate. gap, free_gap: None = not told.

    told: the proofs that it says it was stored with, None = written before plans said so. sections: those that it holds. loose: files of
    prices in the folder that no section names. method: how the plan was made.
    """

    name: str
    kind: str
    gap: float | None
    free_gap: float | None
    told: tuple[str, ...] | None
    sections: tuple[str, ...]
    loose: tuple[str, ...]
    method: str


def read(folder: Path) -> Claims:
    """The claims of a plan folder; raises InputError naming file, field and value of a gap that is no number or a list that is none."""
    path = folder / PLAN_FILE
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    proof = found.get("certificate") or {}
    sections = sections_in(proof)
    told = found.get("proofs")
    if told is not None and not (isinstance(told, list) and all(isinstance(each, str) for each in told)):
        raise InputError(f"{path}: proofs is {told!r}, not a list of names; restore the file or design the plan again")
    loose = tuple(name for section, name in FILES.items() if section not in sections and (folder / name).is_file())
    free, provenance = proof.get("free_bases") or {}, found.get("provenance") or {}
    return Claims(
        str(found.get("name", "")), str(proof.get("bound_kind", "")), _gap(path, proof, ""), _gap(path, free, "free_bases."),
        None if told is None else tuple(told), sections, loose, str(provenance.get("method", "")),
    )  # fmt: skip


def _gap(path: Path, row: Mapping[str, Any], under: str) -> float | None:
    return Told(path, row, under).number("gap") if "gap" in row else None
