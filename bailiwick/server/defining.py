"""Opportunity definitions as the workbench edits them: list, preview, versions, signatures, and the codes to choose from."""

import csv
import gzip
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from bailiwick.export.ranked import document as ranked_document
from bailiwick.model.errors import InputError
from bailiwick.opportunity import bundled
from bailiwick.opportunity.definition import Definition, SignOff
from bailiwick.opportunity.rollup import icd10_tree
from bailiwick.opportunity.score import score
from bailiwick.project import Document, Project
from bailiwick.workspace import Workspace

TOP = 50


def listed(project: Project) -> list[Document]:
    """Definitions by name: the project's own first, then the bundled ones."""
    own = sorted(p.stem for p in (project.folder / "definitions").glob("*.toml") if "@" not in p.stem)
    rows = []
    for name in [*own, *[n for n in bundled.names() if n not in own]]:
        found = project.definition(name)
        rows.append({"name": name, "title": found.title or name, "version": found.version, "own": name in own,
                     "current": name == project.settings.definition, "signed": sorted(found.sign_off)})  # fmt: skip
    return rows


def described(project: Project, name: str) -> Document:
    """A definition with its entries, versions and signatures."""
    found = project.definition(name)
    earlier = sorted((project.folder / "definitions").glob(f"{name}@*.toml"))
    return {
        "name": found.name, "title": found.title, "version": found.version, "template": found.template, "measure": found.measure,
        "payer": list(found.payers), "period": found.period, "annualise": found.annualise, "specialties": list(found.specialties),
        "codes": [
            {"system": e.system, "include": list(e.include), "exclude": list(e.exclude), "weight": float(e.weight),
             "weights": {p: float(w) for p, w in e.weights.items()}}
            for e in found.codes
        ],
        "tiers": {"a": float(found.tiers.a), "b": float(found.tiers.b), "by": found.tiers.by},
        "sign_off": {role: {"name": s.name, "date": s.date} for role, s in found.sign_off.items()}, "toml": found.to_toml(), "hash": found.hash,
        "versions": [p.stem.split("@v")[1] for p in earlier],
    }  # fmt: skip


def preview(here: Workspace, toml: str) -> Document:
    """What the definition finds, beside what the project's own finds."""
    wanted = Definition.from_toml(toml)
    with here.tables:
        scores = score(wanted, here.project.warehouse)
    document = ranked_document(scores, wanted, top=TOP)
    before, total_now = {}, "0"
    with suppress(InputError):  # the project's own definition may find nothing yet
        now = here.market().scores
        before = dict(zip(now.accounts.column("site_id").to_pylist(), now.accounts.column("rank").to_pylist(), strict=True))
        total_now = str(now.total)
    for row in document["accounts"]:
        row["rank_now"] = before.get(row["site_id"])
    tiers = scores.accounts.column("tier").to_pylist() if scores.accounts.num_rows else []
    return {**document, "tiers": {t: tiers.count(t) for t in ("A", "B", "C")}, "total_now": total_now}


def save(here: Workspace, name: str, toml: str) -> Document:
    """The next version of a definition, kept beside the earlier one; raises InputError when its name is another or nothing changed."""
    wanted = Definition.from_toml(toml)
    if wanted.name != name:
        raise InputError(f"the definition calls itself {wanted.name!r}, not {name!r}; save it under its own name")
    folder = here.project.folder / "definitions"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    known = [d["name"] for d in listed(here.project)]
    version = 1
    if name in known:
        now = here.project.definition(name)
        if replace(wanted, version=now.version, sign_off={}).to_toml() == replace(now, sign_off={}).to_toml():
            raise InputError(f"definition {name!r} is the same as version {now.version}; change something before saving")
        version = now.version + 1
        (folder / f"{name}@v{now.version}.toml").write_text(now.to_toml(), encoding="utf-8")
    path.write_text(replace(wanted, version=version, sign_off={}).to_toml(), encoding="utf-8")
    here.refresh()
    return described(here.project, name)


def sign(here: Workspace, name: str, role: str, who: str) -> Document:
    """Sign the present version; a bundled definition is copied into the project first."""
    now = here.project.definition(name)
    signed = replace(now, sign_off={**now.sign_off, role: SignOff(who.strip(), here.clock()[:10])})
    folder = here.project.folder / "definitions"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(signed.to_toml(), encoding="utf-8")
    here.refresh()
    return described(here.project, name)


def codes(here: Workspace, system: str, text: str, parent: str, limit: int) -> Document:
    """Codes that begin with the text or whose class holds it, those with volume here first."""
    with here.tables:
        amounts = volumes(here.project, system)
    rows = _icd(text, parent, limit * 4) if system == "ICD10CM" else _hcpcs(text, amounts)
    rows.sort(key=lambda r: (-amounts.get(r["code"], 0.0), r["code"]))
    total = len(rows)
    shown = [{**r, "volume": amounts.get(r["code"], 0.0)} for r in rows[:limit]]
    return {"items": shown, "total": total, "next": None}


def volumes(project: Project, system: str) -> dict[str, float]:
    """Services by code in this project."""
    table = project.warehouse.table("volume")
    found = table.filter(table.code_system == system).group_by("code").aggregate(n=table.services.sum()).to_pyarrow().to_pylist()
    return {r["code"]: float(r["n"] or 0) for r in found}


@lru_cache(maxsize=1)
def _rbcs() -> tuple[tuple[str, str, str], ...]:
    packed = files("bailiwick.opportunity").joinpath("codes", "hcpcs_rbcs.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode()))
    return tuple((r["code"], r["class"], r["label"]) for r in rows)


def _hcpcs(text: str, amounts: dict[str, float]) -> list[Document]:
    wanted = text.strip().casefold()
    known = {code: {"code": code, "class": kind, "label": label} for code, kind, label in _rbcs()}
    for code in amounts:
        known.setdefault(code, {"code": code, "class": "", "label": "no RBCS class"})
    words = wanted.split()
    return [r for r in known.values() if r["code"].casefold().startswith(wanted) or all(w in r["label"].casefold() for w in words)]


@lru_cache(maxsize=1)
def _tree() -> tuple[Sequence[str], dict[str, tuple[str, str, bool]]]:
    """ICD-10-CM codes in order, and code -> (parent, description, leaf); the tree is public (CDC)."""
    icd = icd10_tree()
    order = icd.get_all_codes()
    known = {}
    for code in order:
        known[code.replace(".", "")] = (icd.get_parent(code).replace(".", ""), icd.get_description(code), icd.is_leaf(code))
    return [c.replace(".", "") for c in order], known


def _icd(text: str, parent: str, limit: int) -> list[Document]:
    order, known = _tree()
    wanted = text.strip().replace(".", "").casefold()
    words = text.strip().casefold().split()
    found: list[Document] = []
    for code in order:
        above, label, leaf = known[code]
        if words:
            hit = code.casefold().startswith(wanted) or all(w in label.casefold() for w in words)
        else:
            hit = above == parent.replace(".", "")
        if hit:
            found.append({"code": code, "class": above, "label": label, "leaf": leaf})
        if len(found) >= limit:
            break
    return found


