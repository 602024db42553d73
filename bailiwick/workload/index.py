"""The composite index (R15, R16): weights of its components, and the index per unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.model.errors import InputError
from bailiwick.workload.checks import number, refuse_unknown

COMPONENTS = ("workload", "calls", "potential", "access", "history")
DEVICE = {"workload": 60.0, "potential": 30.0, "history": 10.0}
PHARMA = {"calls": 40.0, "potential": 30.0, "access": 20.0, "history": 10.0}
PRESETS = {"device": DEVICE, "pharma": PHARMA}
BAND = (0.85, 1.15)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class IndexPreset:
    """Weights of the index and the band a territory should keep.

    weights: component -> weight, any positive scale; only their ratios count. band: (low, high), mean = 1.
    """

    name: str = "device"
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEVICE))
    band: tuple[float, float] = BAND

    def __post_init__(self) -> None:
        refuse_unknown(self.weights, COMPONENTS, "[index.weights]")
        checked = {k: number(f"index.weights.{k}", self.weights[k]) for k in COMPONENTS if k in self.weights}
        if sum(checked.values()) <= 0:
            raise InputError("index.weights are all zero; give at least one component a positive weight")
        object.__setattr__(self, "weights", checked)
        object.__setattr__(self, "band", _band(self.band))

    @classmethod
    def device(cls) -> "IndexPreset":
        """60% workload, 30% potential, 10% historic sales."""
        return cls("device", dict(DEVICE))

    @classmethod
    def pharma(cls) -> "IndexPreset":
        """40% calls, 30% potential, 20% access difficulty, 10% historic sales."""
        return cls("pharma", dict(PHARMA))

    @classmethod
    def from_mapping(cls, found: Mapping[str, Any]) -> "IndexPreset":
        """From a parsed TOML table with ``preset``, ``weights`` (replace the preset's) and ``band``."""
        refuse_unknown(found, ("preset", "weights", "band"), "[index]")
        name = found.get("preset", "device")
        if name not in PRESETS:
            raise InputError(f"{name!r} is not an index preset; there are {', '.join(PRESETS)}")
        weights = found.get("weights", PRESETS[name])
        if not isinstance(weights, Mapping):
            raise InputError(f"index.weights must be a table of component = weight, got {weights!r}")
        return cls(name, dict(weights), found.get("band", BAND))

    def warnings(self) -> tuple[str, ...]:
        """What a user must know about these weights: history should weigh least (R17)."""
        history = self.weights.get("history", 0.0)
        others = {k: w for k, w in self.weights.items() if k != "history" and w > 0}
        if history > 0 and others and history >= min(others.values()):
            least = min(others, key=lambda k: others[k])
            return (
                f"history weighs {history:g}, not less than {least} ({others[least]:g}): "
                "past sales should weigh least, or yesterday's coverage decides tomorrow's",
            )
        return ()


def _band(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InputError(f"index.band must be [low, high], got {value!r}")
    low, high = number("index.band low", value[0], 0.0), number("index.band high", value[1], 0.0)
    if not low <= 1.0 <= high:
        raise InputError(f"index.band must hold 1 (the mean territory), got {low:g} to {high:g}")
    return low, high


def index_share(
    components: Mapping[str, Array | None], preset: IndexPreset, *, without: tuple[str, ...] = ()
) -> tuple[Array, dict[str, float], tuple[str, ...]]:
    """Share of the national index by unit, from ``components`` (name -> amounts by unit, None = no data).

    share_u = sum_k w_k · m_ku / M_k with the weights of components without data spread over the rest, so that the
    shares sum to 1 and the index of a territory among T is T times the sum over its units.
    Returns the shares, the weights used, and notes on what was left out.
    Raises InputError when no component has data.
    """
    usable: dict[str, Array] = {}
    notes: list[str] = []
    for name, weight in preset.weights.items():
        amounts = components.get(name)
        if weight <= 0 or name in without:
            continue
        if amounts is None or not np.any(amounts > 0):
            notes.append(f"the index leaves out {name}: no data; the other weights are rescaled")
        else:
            usable[name] = amounts
    total = sum(preset.weights[name] for name in usable)
    if total <= 0:
        raise InputError(
            "the index has no component with data; score a definition that finds volume, or change the weights"
        )
    weights = {name: preset.weights[name] / total for name in usable}
    parts = [
        weights[name] * (amounts / amounts.max()) / np.sum(amounts / amounts.max()) for name, amounts in usable.items()
    ]
    share = np.sum(parts, axis=0)
    return share / share.sum(), weights, tuple(notes)


def gini(values: Array) -> float:
    """Gini coefficient; 0 = all equal."""
    ordered = np.sort(values)
    total, n = float(ordered.sum()), len(ordered)
    if total <= 0 or n == 0:
        return 0.0
    return float(2.0 * np.sum(np.arange(1, n + 1) * ordered) / (n * total) - (n + 1) / n)
