"""What the API takes and gives, as types: OpenAPI and the page's TypeScript are made from them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Unknown keys are refused by name."""

    model_config = ConfigDict(extra="forbid")


class Slot(BaseModel):
    """A territory of a scenario by its slot."""

    id: str
    name: str
    base_zip: str
    rep: str
    capacity: float
    locked: bool
    gone: bool


class ScenarioRow(BaseModel):
    """A scenario in the list."""

    model_config = ConfigDict(populate_by_name=True)
    id: str
    name: str
    note: str
    created: str
    updated: str
    version: int
    market: str
    source: str = Field(alias="from")


class ScenarioDocument(ScenarioRow):
    """A scenario as it stands. stale: measured on another market than it was made on."""

    definition: str
    weights: dict[str, float] | None
    band: tuple[float, float]
    stale: bool
    can_undo: int
    can_redo: int
    bound: float | None
    objective: float | None
    territories: list[Slot]
    locked_units: list[int]


class MendDocument(ScenarioDocument):
    """A mended scenario: units moved, their share of accounts, whether all is in band now."""

    moved: int
    share: float
    in_band: bool


class ScenarioList(BaseModel):
    """One page of scenarios."""

    items: list[ScenarioRow]
    next: str | None
    total: int


class NewScenario(Strict):
    """source: scenario:ID, plan:NAME or baseline:zips|accounts|area."""

    name: str
    source: str
    note: str = ""
    territories: int | None = Field(default=None, ge=1, le=1000)


class Description(Strict):
    """A new name or note."""

    name: str | None = None
    note: str | None = Field(default=None, max_length=10_000)


class TerritoryChange(Strict):
    """What changes of one territory; a slot one past the last adds one."""

    slot: int = Field(ge=0)
    name: str | None = None
    rep: str | None = None
    base_zip: str | None = None
    capacity: float | None = None
    locked: bool | None = None
    gone: bool | None = None


class Edit(Strict):
    """One edit. units, to: the same length. who: the window it was made in."""

    version: int = Field(ge=0)
    label: str = Field(min_length=1, max_length=200)
    who: str = Field(default="", max_length=64)
    units: list[int] = Field(default=[], max_length=50_000)
    to: list[int] = Field(default=[], max_length=50_000)
    territories: list[TerritoryChange] = Field(default=[], max_length=1000)
    lock: list[int] = Field(default=[], max_length=50_000)
    unlock: list[int] = Field(default=[], max_length=50_000)


class Turn(Strict):
    """The version an action was asked on, and the window."""

    version: int = Field(ge=0)
    who: str = Field(default="", max_length=64)


class Split(Turn):
    """The territory to make two."""

    slot: int = Field(ge=0)


class Merge(Turn):
    """The territory that stays and the one that goes."""

    keep: int = Field(ge=0)
    drop: int = Field(ge=0)


class Publish(Strict):
    """The plan's name in the project."""

    name: str


class DesignRequest(Strict):
    """What to draw. gap: stop once the plan is proven within that share of the bound of its bases."""

    name: str = Field(min_length=1, max_length=120)
    territories: int | None = Field(default=None, ge=1, le=1000)
    seconds: float = Field(default=30.0, gt=0, le=3600)
    seed: int = Field(default=1, ge=0)
    band: tuple[float, float] | None = None
    weights: dict[str, float] | None = None
    gap: float | None = Field(default=None, ge=0, le=10)
    max_minutes: float | None = Field(default=None, gt=0)
    disruption_limit: float | None = Field(default=None, ge=0, le=1)
    from_scenario: str | None = None
    keep_bases: bool = False
    bases: Literal["roster"] | None = None
    definition: str | None = None


class JobDocument(BaseModel):
    """A piece of work. progress: the engine's last word; plans: how many better plans there were."""

    id: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    seconds: float
    progress: dict[str, Any] | None
    plans: int
    scenario: str | None
    error: str | None


class DefinitionText(Strict):
    """A definition as TOML."""

    toml: str = Field(max_length=200_000)


class SignOffRequest(Strict):
    """Who signs a definition for which side."""

    role: Literal["commercial", "marketing", "medical"]
    name: str = Field(min_length=1, max_length=120)


class LoadRequest(Strict):
    """How an uploaded file is read. columns: our field -> their header."""

    source: str
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    vintage: str | None = None
    sum_repeats: bool = False
