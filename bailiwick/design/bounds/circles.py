"""Circles around units, by road minutes, in which a whole number of bases lies.

Where 1.5 territories of work lie far from all other work, bases opened by half serve it all. In truth two bases must fetch work from outside, or
one leaves work to bases outside. Rounding says so of any circle (Nemhauser & Wolsey 1990, doi:10.1007/BF01585752): of work that would fill
``q + f`` territories at their most, ``bases + (left to others) / (f * most) >= q + 1``; of work that would fill ``q + f`` at their least, ``bases -
(fetched) / ((1 - f) * least) <= q``. Each has a price; which circles are told of is found from what bases open in part serve.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.level import Level
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels.circles import Counts, broken, flowing
from bailiwick.model.travel import near

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
PLACES = 12_000  # at most, of the level from whose places circles are looked for
LARGEST, UNITS = 6.0, 1_500  # territories and units of a circle, at most
OVER = 0.12  # of a territory, that work must differ from whole ones by
BROKEN, ANEW = 0.06, 0.5  # bases that a circle must be off by to be told of; share of its places that may lie in another
STEP = 2  # decimals of minutes
WIDER, FARTHER = 1.3, 15.0  # times, and minutes, beyond a circle over places where its edge over units may lie
CHUNK = 64  # rows of roads at a time, for memory


@dataclass(frozen=True)
class Circles:
    """centre: unit in the middle ``[c]``; minutes: from there to the edge, about; load: work inside, about, not a number = as minutes say; most:
    whether it says how many bases are in it at most, otherwise at least ``[c]``.
    """

    centre: Ints
    minutes: F64
    load: F64
    most: Flags

    def __len__(self) -> int:
        return len(self.centre)

    def some(self, which: Flags | Ints) -> "Circles":
        return Circles(self.centre[which], self.minutes[which], self.load[which], self.most[which])

    def joined(self, other: "Circles") -> "Circles":
        return Circles(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in ("centre", "minutes", "load", "most")))

    def besides(self, known: "Circles") -> "Circles":
        """Those that are not ``known``, or hardly different ones."""
        names = {(int(c), round(float(load), 3), bool(m)) for c, load, m in zip(known.centre, known.load, known.most, strict=True)}
        told = [(int(c), round(float(load), 3), bool(m)) in names for c, load, m in zip(self.centre, self.load, self.most, strict=True)]
        return self.some(~np.array(told, dtype=np.bool_))


NONE = Circles(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_))


@dataclass(frozen=True)
class Drawn:
    """Circles over the units, or points, of a level. start, member: those inside each, as CSR; sign, share, fixed: see ``Counts``; units: how many
    there are on the level.
    """

    circles: Circles
    start: Ints
    member: I32
    sign: F64
    share: F64
    fixed: F64
    units: int

    def over(self, problem: Problem, candidate: Ints) -> Counts:
        """The same as bases that may be open see them."""
        reach = self.circles.minutes.astype(np.float32)
        pointer, base, _ = near(problem.travel, self.circles.centre, reach, candidate)
        circle = np.repeat(np.arange(len(self.circles), dtype=np.int32), np.diff(pointer))
        of = np.concatenate([[0], np.cumsum(np.bincount(base, minlength=len(candidate)))]).astype(np.int64)
        return Counts(of, circle[np.argsort(base, kind="stable")], self.start, self.member, self.sign, self.share, self.fixed)

    def kept(self, which: Flags) -> "Drawn":
        """Some of them."""
        size = np.diff(self.start)
        start = np.concatenate([[0], np.cumsum(size[which])]).astype(np.int64)
        member = self.member[np.repeat(which, size)]
        return Drawn(self.circles.some(which), start, member, self.sign[which], self.share[which], self.fixed[which], self.units)

    def charged(self, dual: F64) -> F64:
        """Hours on a unit of load of each inside circles that say how many bases there are at least ``[m]``: bases inside serve most of it."""
        return charged(self, dual, self.units)

    def priced(self, dual: F64) -> tuple[Circles, F64]:
        """Those that have a price, and it."""
        return self.circles.some(dual > 0.0), dual[dual > 0.0]

    def joined(self, other: "Drawn") -> "Drawn":
        """These, then others of the same level."""
        start = np.concatenate([self.start, self.start[-1] + other.start[1:]])
        member, sign, share, fixed = (np.concatenate([getattr(self, n), getattr(other, n)]) for n in ("member", "sign", "share", "fixed"))
        return Drawn(self.circles.joined(other.circles), start, member, sign, share, fixed, self.units)


def charged(circles: Drawn | Counts, dual: F64, units: int) -> F64:
    """See ``Drawn.charged``; units: how many there are."""
    rate = np.where(circles.sign < 0.0, circles.share * dual, 0.0)
    found = np.bincount(circles.member, weights=np.repeat(rate, np.diff(circles.start)), minlength=units)
    return np.asarray(found, dtype=np.float64)


def unlimited(bases: int) -> Counts:
    """What bases see of no circles."""
    nothing, whole = np.empty(0), np.zeros(1, dtype=np.int64)
    return Counts(np.zeros(bases + 1, dtype=np.int64), np.empty(0, dtype=np.int32), whole, np.empty(0, dtype=np.int32), nothing, nothing, nothing)


def of_some(counts: Counts, bases: Ints) -> Counts:
    """What some of the bases see."""
    size = np.diff(counts.of)[bases]
    of = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    at = np.repeat(counts.of[:-1][bases] - of[:-1], size) + np.arange(of[-1])
    return counts._replace(of=of, cut=counts.cut[at])


def of_both(counts: Counts, other: Counts) -> Counts:
    """What these bases see, then others of the same circles."""
    return counts._replace(of=np.concatenate([counts.of, counts.of[-1] + other.of[1:]]), cut=np.concatenate([counts.cut, other.cut]))


def drawn(problem: Problem, level: Level, circles: Circles, band: tuple[float, float]) -> tuple[Drawn, Ints]:
    """Circles over a level with about the work that they should hold, and which of them say anything there. band: load of a territory."""
    alone = np.flatnonzero(level.set_of < 0)
    members, edges, loads = [], [], []
    for i, minutes in enumerate(_rows(problem, circles.centre, level.unit[alone])):
        edge = _edge(minutes, level.load[alone], float(circles.minutes[i]), float(circles.load[i]))
        inside = alone[minutes <= np.float32(edge)]
        members.append(inside.astype(np.int32))
        edges.append(edge)
        loads.append(float(level.load[inside].sum()))
    fitting = Circles(circles.centre, np.array(edges), np.array(loads), circles.most)
    sign, share, fixed, says = _rounded(fitting, band)
    start = np.concatenate([[0], np.cumsum([len(m) for m in members])]).astype(np.int64)
    member = np.concatenate([*members, np.empty(0, dtype=np.int32)])
    return Drawn(fitting, start, member, sign, share, fixed, len(level.unit)).kept(says), np.flatnonzero(says)


def _edge(minutes: F32, load: F64, about: float, wanted: float) -> float:
    """Minutes within which about the load that is ``wanted`` lies, not far beyond ``about``."""
    close = np.flatnonzero(minutes <= about * WIDER + FARTHER)
    if np.isnan(wanted) or not len(close):
        return about
    order = close[np.argsort(minutes[close], kind="stable")]
    last = order[np.argmin(np.abs(np.cumsum(load[order]) - wanted))]
    return float(np.ceil(float(minutes[last]) * 10**STEP) / 10**STEP)


def _rounded(circles: Circles, band: tuple[float, float]) -> tuple[F64, F64, F64, Flags]:
    """Sign, share and fixed part of what each says, see ``Counts``, and whether it says it clearly."""
    size = np.where(circles.most, *band)
    with np.errstate(divide="ignore", invalid="ignore"):
        fill = circles.load / size
        whole = np.floor(fill)
        over = fill - whole
        share = 1.0 / (size * np.where(circles.most, 1.0 - over, over))
        fixed = np.where(circles.most, -whole, whole + 1.0 - circles.load * share)
    says = np.isfinite(share) & (np.where(circles.most, 1.0 - over, over) >= OVER / 2) & (circles.load > 0.0)
    return np.where(circles.most, 1.0, -1.0), np.where(says, share, 0.0), np.where(says, fixed, 0.0), says


def _rows(problem: Problem, origins: Ints, targets: Ints) -> Iterator[F32]:
    for first in range(0, len(origins), CHUNK):
        yield from problem.travel.legs(origins[first : first + CHUNK], targets)


@dataclass(frozen=True)
class Finder:
    """Looks for circles over the places of a level. nearest, away: of each place the nearest ones, itself first, and minutes ``[places, m]``; load:
    of those served alone ``[places]``. band: load of a territory; drive: load an hour of driving adds.
    """

    level: Level
    nearest: I32
    away: F32
    load: F64
    band: tuple[float, float]
    drive: float

    def found(self, unit: Ints, load: F64, candidate: Ints, pairs: tuple[Ints, I32, F32], share: F64) -> Circles:
        """Circles that break what they say while bases ``candidate`` are open by ``share``. unit, load: who is served; pairs: by base, whom it serves
        and how much of each.
        """
        pointer, to, flow = pairs
        place = np.full(len(self.level.place), -1, dtype=np.int32)
        place[self.level.unit] = np.arange(len(self.level.unit))
        place = place[self.level.place]
        alone = np.where((place >= 0) & (self.level.set_of[place] < 0), place, -1).astype(np.int32)
        home = place[candidate]
        gathered = flowing(pointer, alone[unit][to], flow, load, to, home, np.where(home >= 0, share, 0.0), len(self.load))
        excess, count = broken(self.nearest, self.load, *gathered, *self.band, OVER, LARGEST * self.band[1])
        if self.drive > 0.0:
            excess[:, 1] = 0.0  # what is fetched from outside is not all that fills a base
        least, most = (self._worst(excess[:, side], count[:, side], bool(side)) for side in (0, 1))
        return least.joined(most)

    def _worst(self, excess: F64, count: Ints, most: bool) -> Circles:
        used, kept = np.zeros(len(excess), dtype=np.bool_), []
        for s in np.argsort(-excess, kind="stable").tolist():
            if excess[s] < BROKEN:
                break
            inside = self.nearest[s, : count[s]]
            if used[inside].mean() <= ANEW:
                used[inside] = True
                kept.append(s)
        last = count[kept] - 1
        load = np.array([self.load[self.nearest[s, : count[s]]].sum() for s in kept])
        return Circles(self.level.unit[kept], self.away[kept, last].astype(np.float64), load, np.full(len(kept), most))


def finder(problem: Problem, level: Level, band: tuple[float, float]) -> Finder:
    """What looks for circles over the places of a level."""
    places, load = len(level.unit), np.where(level.set_of < 0, level.load, 0.0)
    full = places * min(1.5 * LARGEST * band[1] / max(float(load.sum()), 1e-12), UNITS / problem.size)
    width = int(np.clip(np.ceil(full), 1, places))
    nearest, away = np.empty((places, width), dtype=np.int32), np.empty((places, width), dtype=np.float32)
    for s, minutes in enumerate(problem.travel.among(level.unit, width)):
        close = np.argpartition(minutes, width - 1)[:width]
        nearest[s] = close[np.argsort(minutes[close], kind="stable")]
        away[s] = minutes[nearest[s]]
    return Finder(level, nearest, away, load, band, problem.drive_load)
