"""Prices raised towards the best of a Lagrangian dual by the volume algorithm (Barahona & Anbil 2000, doi:10.1007/s101070050002)."""

import numpy as np
import numpy.typing as npt

from bailiwick.design.earners import Earners

F64 = npt.NDArray[np.float64]
PATIENCE = 8  # steps without a better bound before they are shortened
SHORTER, LONGER = 0.66, 1.1
PACE, SHORTEST, FARTHEST = 0.3, 1e-3, 2.0  # share of the way to the target that a step goes
FRESH = 0.1  # most that the newest answer counts in the running mean
WATCHED, WORTH = 60, 5e-5  # steps over which the bound must have risen by that share of the target


class Ascent:
    """The best prices so far and their bound. starts: prices to begin from; target: a cost that no bound exceeds; scale: of each price."""

    def __init__(self, earners: Earners, starts: list[F64], target: float) -> None:
        self.earners, self.target = earners, target
        tried = [np.minimum(start, earners.ceiling) for start in starts]
        bounds = [earners.bound(price) for price in tried]
        self.price, self.bound = tried[int(np.argmax(bounds))], max(bounds)
        self.scale = np.maximum(np.abs(self.price), 0.1 * float(np.abs(self.price).mean()) + 1e-300)
        self.mean = earners.served(self.price, earners.chosen(self.price)[1])
        self.pace, self.stale, self.steps = PACE, 0, 0
        self._risen = [self.bound]

    @property
    def slow(self) -> bool:
        """Whether the last steps gained little."""
        return len(self._risen) > WATCHED and self.bound - self._risen[-WATCHED] < WORTH * self.target

    @property
    def ended(self) -> bool:
        """Whether further steps lead nowhere."""
        return self.pace < SHORTEST or self.bound >= self.target * (1.0 - 1e-9)

    def step(self) -> None:
        """Raise the prices of what is served too rarely, lower those of what is served too often, on the mean of the answers."""
        missing = 1.0 - self.mean
        length = float((self.scale * missing * missing).sum())
        if length <= 1e-12 * self.target:
            self.pace = 0.0
            return
        price = np.minimum(self.price + self.pace * (self.target - self.bound) / length * self.scale * missing, self.earners.ceiling)
        bound, chosen = self.earners.chosen(price)
        served = self.earners.served(price, chosen)
        self.steps += 1
        if bound > self.bound:
            agrees = float((self.scale * missing * (1.0 - served)).sum()) >= 0
            self.bound, self.price, self.stale = bound, price, 0
            self.pace = min(self.pace * LONGER, FARTHEST) if agrees else self.pace
        else:
            self.stale += 1
            if self.stale >= PATIENCE:
                self.pace, self.stale = self.pace * SHORTER, 0
        self._risen.append(self.bound)
        self.mean += self._share(missing, served) * (served - self.mean)

    def _share(self, missing: F64, served: F64) -> float:
        """How much of the newest answer brings the mean nearest to serving everything once."""
        change = served - self.mean
        length = float((self.scale * change * change).sum())
        best = float((self.scale * missing * change).sum()) / length if length > 0 else FRESH
        return float(np.clip(best, FRESH / 10, FRESH))
