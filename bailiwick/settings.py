"""Project settings: one TOML file, read once by the command line; lower layers take the values."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from typing import Any

from bailiwick.model.errors import InputError, WorkError
from bailiwick.opportunity import bundled
from bailiwick.team import constraints, layers
from bailiwick.team.constraints import Constraints
from bailiwick.team.layers import Layer
from bailiwick.workload.call_plan import CallPlan, Capacity
from bailiwick.workload.index import IndexPreset

FILE = "bailiwick.toml"

HEAD = """\
# Bailiwick project. Each commented line shows its default: remove the # and change it.
[project]
name = "{name}"
definition = "{definition}"        # a bundled definition, or a file below definitions/
"""

DEFAULTS = """
[call_plan]
# calls_a_year = { a = 24, b = 12, c = 4 }
# minutes_a_call = { a = 45, b = 45, c = 45 }
# wait_minutes = 15
# stops_per_trip = 3           # calls combined in one outing from the base

[capacity]
# days = 220
# hours_a_day = 8
# max_calls_a_day = 7
# administration_share = 0.10
# face_time_target = 0.60

[index]
# preset = "device"            # or "pharma"
# band = [0.85, 1.15]

[design]
# territories = 40
# seconds = 60
# seed = 1
# gap = 0                      # percent above the bound of its bases at which a design stops, 0 = search all the time

[constraints]
# band_kind = "relative"        # or "absolute": full-time equivalents, driving counted to who drives
# max_minutes = 240             # no account further from its base
# locks = [["60601", "T001"]]   # ZIP, territory (number or representative); or the name of a CSV
# forbidden = []                # ZIP, territory that must not be
# groups = []                   # lists of ZIPs kept together
# keep_together = []            # "county", "group_id", "system_id"
# barriers = []                 # pairs of neighbouring ZIPs that do not count as such
# bridges = []                  # pairs of ZIPs that count as neighbours though they share no border
# measures = { tier_a = [0.7, 1.3] }   # further bands, about the mean territory
# share = true                  # units heavier than the band are shared between territories, in the fewest shares that fit
# shares = { "60601" = [0.6, 0.4] }    # ZIP or account, and its shares
# today = "field"               # layer of the ingested alignment; ZIPs whose row says locked stay in their territory
# disruption_limit = 0.2        # most share of accounts that may change hands
# stay_bonus = 1.0              # hours a year that keeping one account is worth

# Teams that share the market; the first that fits takes the account, `rest` is what none takes. Design each with --layer NAME.
# [layers.distributor]
# states = ["AK", "HI", "PR"]
# [layers.specialist]
# tiers = ["A"]
"""


@dataclass(frozen=True)
class DesignSettings:
    """How long and from which seed the design searches; ``territories`` is the default number. gap: percent above the bound at which it stops."""

    territories: int = 40
    seconds: float = 60.0
    seed: int = 1
    gap: float = 0.0

    def __post_init__(self) -> None:
        for name in ("territories", "seed"):
            if type(getattr(self, name)) is not int:
                raise InputError(f"design.{name} must be a whole number, got {getattr(self, name)!r}")
        if self.territories < 1:
            raise InputError(f"design.territories must be at least 1, got {self.territories}")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"design.seed must be a whole number from 0, got {self.seed}")
        if type(self.seconds) not in (int, float) or not 0 < self.seconds < inf:
            raise InputError(f"design.seconds must be a number above 0, got {self.seconds!r}")
        if type(self.gap) not in (int, float) or not 0 <= self.gap < inf:
            raise InputError(f"design.gap must be a percentage from 0, got {self.gap!r}")


@dataclass(frozen=True)
class Settings:
    """Everything a project may set."""

    name: str
    definition: str
    call_plan: CallPlan = field(default_factory=CallPlan)
    capacity: Capacity = field(default_factory=Capacity)
    index: IndexPreset = field(default_factory=IndexPreset.device)
    design: DesignSettings = field(default_factory=DesignSettings)
    constraints: Constraints = field(default_factory=Constraints)
    layers: tuple[Layer, ...] = ()


def read(folder: Path) -> Settings:
    """The settings of a project folder.

    Raises InputError when the folder is no project, the file is no TOML, or a key is unknown.
    """
    path = folder / FILE
    if not path.is_file():
        raise InputError(
            f"{folder} is not a Bailiwick project (it has no {FILE}); make one with `bailiwick init {folder}`"
        )
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}; correct that line") from error
    return from_mapping(found, path)


def from_mapping(found: Mapping[str, Any], path: Path) -> Settings:
    """Settings from parsed TOML; ``path`` is named in errors."""
    sections = ("project", "call_plan", "capacity", "index", "design", "constraints", "layers")
    _refuse_unknown(found, sections, f"{path}")
    project = found.get("project", {})
    _refuse_unknown(project, ("name", "definition"), f"[project] in {path}")
    if "definition" not in project:
        raise InputError(f'[project] in {path} names no definition; add e.g. definition = "cataract-lenses"')
    design = found.get("design", {})
    _refuse_unknown(design, tuple(f.name for f in fields(DesignSettings)), f"[design] in {path}")
    return Settings(
        name=str(project.get("name", path.parent.name)),
        definition=str(project["definition"]),
        call_plan=CallPlan.from_mapping(found.get("call_plan", {})),
        capacity=Capacity.from_mapping(found.get("capacity", {})),
        index=IndexPreset.from_mapping(found.get("index", {})),
        design=DesignSettings(**design),
        constraints=constraints.from_mapping(found.get("constraints", {}), path.parent),
        layers=layers.from_mapping(found.get("layers", {})),
    )


def _refuse_unknown(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(f"{unknown[0]!r} is not a setting of {where}; it knows {', '.join(known)}")


def write_new(folder: Path, definition: str, sections: str | None = None) -> Path:
    """Make a project folder with commented settings; ``sections`` stand below [project] instead of the commented defaults.

    Raises InputError when the folder is a project already or is not empty, WorkError when it cannot be made.
    """
    path = folder / FILE
    if path.exists():
        raise InputError(f"{folder} is a project already (it has {FILE}); choose another folder or remove that file")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists and is not empty; choose another folder")
    bundled.load(definition)  # an unknown definition is said before anything is made
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "definitions").mkdir(exist_ok=True)
        path.write_text(HEAD.format(name=folder.resolve().name, definition=definition) + (sections or DEFAULTS), encoding="utf-8")
    except OSError as error:
        raise WorkError(
            f"{folder} could not be made ({error.strerror or error}); choose a folder you may write to"
        ) from error
    return path
