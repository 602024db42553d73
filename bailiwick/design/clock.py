"""How long a search may take, and what it says on its way."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from bailiwick.model.plan import gap_of

I32 = npt.NDArray[np.int32]
LATE, GRACE = 1.5, 5.0  # times the seconds asked, and seconds more, after which no further settling begins


@dataclass(frozen=True)
class Progress:
    """The best plan so far. objective: hours a year, infinite while out of band; bound: 0 while none is known. territory_of: int32 by unit."""

    iterations: int
    seconds: float
    objective: float
    bound: float
    territory_of: I32
    doing: str

    @property
    def gap(self) -> float:
        """(objective - bound) / bound; infinite while that says nothing."""
        found = gap_of(self.objective, self.bound)
        return np.inf if found is None or self.bound <= 0 else found

    def __str__(self) -> str:
        hours = f"{self.objective:,.0f} line-haul hours a year" if np.isfinite(self.objective) else "not yet in the band"
        gap = f", {100 * self.gap:.2f}% above the bound of its bases" if np.isfinite(self.gap) else ""
        return f"{self.seconds:5.1f} s  {self.doing}: {hours}{gap}"


Told = Callable[[Progress], None]


@dataclass
class Clock:
    """When to stop: by the clock, by counts that replay an earlier run, or because someone said so.

    iterations: rounds of the search to replay. turns: what else is to be replayed: rounds of it without borders, where it began so, then
    settlings of each start before and after its bases move. gap: share of the bound within which a plan is good enough. on_progress: who is told
    on the way. turned: what is to be replayed so far. until: seconds at which those of the present start should end. best: of the plans told of that
    were settled.
    """

    seconds: float
    iterations: int | None = None
    turns: Sequence[int] | None = None
    stop: Callable[[], bool] | None = None
    gap: float = 0.0
    on_progress: Told | None = None
    started: float = field(default_factory=time.monotonic)
    turned: list[int] = field(default_factory=list)
    until: float = 0.0
    best: Progress | None = None

    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.started

    def stopped(self) -> bool:
        """Whether someone said so."""
        return self.stop is not None and self.stop()

    def tell(self, state: Progress) -> None:
        """Tell whoever wants to know."""
        if self.on_progress:
            self.on_progress(state)

    def tell_best(self, state: Progress) -> None:
        """Tell of the best of all settled plans so far, whichever start this one is from."""
        self.best = state if self.best is None or state.objective <= self.best.objective else self.best
        self.tell(replace(self.best, iterations=state.iterations, seconds=state.seconds, doing=state.doing))

    def more(self, done: int, share: float) -> bool:
        """Whether another round of the search may begin."""
        if self.stopped():
            return False
        return done < self.iterations if self.iterations is not None else self.spent() < share * self.seconds

    def before(self, done: int, until: float, planned: bool) -> bool:
        """Whether the first part of a search goes on: until so many seconds, or as the replay says, or as planned where time is not measured."""
        if self.turns is not None:
            return bool(self.turns) and done < self.turns[0]
        return self.spent() < until if self.iterations is None else planned

    def begin(self, left: int = 1) -> bool:
        """Begin a start, of so many that are ``left``; whether its borders may be settled at length."""
        self.until = self.spent() + max(self.seconds - self.spent(), 0.0) / left
        return self.resume()

    def resume(self) -> bool:
        """Go on with a start from other bases; whether its borders may be settled again."""
        self.turned.append(0)
        return not self.over() and not self.stopped()

    @property
    def measured(self) -> bool:
        """Whether time ends the settlings, or what it ended before; else they are counted beforehand."""
        return self.iterations is None or self.turns is not None

    def room(self, kept: float = 0.0) -> bool:
        """Whether another settling fits into the present start and leaves so many seconds; a replay goes by its turns."""
        return self.turns is not None or self.spent() < self.until - kept

    def goes_on(self, done: int, planned: int, kept: float = 0.0) -> bool:
        """Whether another settling follows ``done`` of them: while there is room for it, or as many as planned where time is not measured."""
        return self.room(kept) if self.measured else done < planned

    def over(self) -> bool:
        """Whether the settling of the present start ends here."""
        if self.turns is not None:
            number = len(self.turned) - 1
            return number >= len(self.turns) or self.turned[number] >= self.turns[number]
        if self.turned[-1] == 0:  # one at least, so that a start without any is one that was stopped
            return False
        return self.stopped() or (self.iterations is None and self.spent() > LATE * self.seconds + GRACE)

    def enough(self, objective: float, bound: float) -> bool:
        """Whether a plan in the band is proven near enough to its bound."""
        return self.gap > 0 and objective - bound <= self.gap * bound

    def turn(self) -> None:
        """Count a settling."""
        self.turned[-1] += 1
