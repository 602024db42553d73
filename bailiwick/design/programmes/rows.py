"""The rows of a linear program, collected one by one."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import LinearConstraint
from scipy.sparse import csr_array

F64 = npt.NDArray[np.float64]


class Rows:
    """Rows of a linear program as they come: entries, and the least and most of each."""

    def __init__(self) -> None:
        self.row: list[npt.NDArray[np.int64]] = []
        self.column: list[npt.NDArray[np.int64]] = []
        self.value: list[F64] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, column: npt.ArrayLike, value: npt.ArrayLike, low: float, high: float) -> int:
        """One row; its number."""
        at = np.asarray(column, dtype=np.int64)
        self.row.append(np.full(len(at), len(self.low)))
        self.column.append(at)
        self.value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), at.shape))
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def constraint(self, columns: int) -> LinearConstraint:
        """All rows so far, over so many ``columns``."""
        entries = (np.concatenate(self.value), (np.concatenate(self.row), np.concatenate(self.column)))
        return LinearConstraint(csr_array(entries, shape=(len(self.low), columns)), np.array(self.low), np.array(self.high))
