"""Exact amounts as int64 counts of ten-thousandths: sums are exact on every engine, in any order.

One rounding rule everywhere: half up to four decimals, on amounts that are never negative.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SCALE = 10_000
DECIMAL = pa.decimal128(28, 4)

Ints = npt.NDArray[np.int64]


def scaled(values: Ints, numerator: Ints | int, denominator: Ints | int) -> Ints:
    """values · numerator / denominator, half up, without overflow in between."""
    top, bottom = np.asarray(numerator, dtype=np.int64), np.asarray(denominator, dtype=np.int64)
    whole, rest = np.divmod(values, bottom)
    return np.asarray(whole * top + (2 * rest * top + bottom) // (2 * bottom), dtype=np.int64)


def split(values: Ints, rows: Ints, shares: Ints, order: Ints) -> Ints:
    """Split amounts by shares, exactly (largest remainder).

    values: amounts ``[n]``. rows: for each part the amount it belongs to ``[m]``, grouped. shares: part weights
    ``[m]`` (positive sum per row). order: what breaks ties, smallest first ``[m]``.
    Returns parts ``[m]`` that sum to the amounts.
    """
    totals = np.zeros(len(values), dtype=np.int64)
    np.add.at(totals, rows, shares)
    whole, rest = np.divmod(values[rows], totals[rows])
    part = whole * shares + (rest * shares) // totals[rows]
    remainder = (rest * shares) % totals[rows]
    left = values.copy()
    np.subtract.at(left, rows, part)
    ranking = np.lexsort((order, -remainder, rows))
    sorted_rows = rows[ranking]
    first = np.searchsorted(sorted_rows, sorted_rows, side="left")
    place = np.arange(len(rows)) - first
    part[ranking] += place < left[sorted_rows]
    return part


def to_decimals(values: Ints) -> Any:
    """A pyarrow decimal(28, 4) array of the amounts."""
    words = np.empty((len(values), 2), dtype=np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    return pa.Array.from_buffers(DECIMAL, len(values), [None, pa.py_buffer(words.tobytes())])


def of_decimals(column: Any) -> Ints:
    """The int64 amounts of a decimal(28, 4) column without nulls."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not len(array):
        return np.zeros(0, dtype=np.int64)
    words = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, 2)
    return words[array.offset : array.offset + len(array), 0].copy()


def text(value: int) -> str:
    """An amount in its shortest form with thousands separators: 412, 1,230.5."""
    whole, part = divmod(int(value), SCALE)
    tail = f".{part:04d}".rstrip("0") if part else ""
    return f"{whole:,}{tail}"
