"""Own sales, summed to units."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.model.errors import BailiwickError


def history_by_unit(
    sales: Any, unit_of_account: Mapping[str, int], locate: Callable[[str], int], n_units: int
) -> tuple[npt.NDArray[np.float64] | None, tuple[str, ...]]:
    """Revenue by unit: a sale counts at its account's unit, else at its ZIP; None when there is no sale.

    sales: contract table ``sale`` (pyarrow). unit_of_account: site_id -> unit index, -1 = unplaced.
    locate: ZIP -> unit index, raising on an unknown ZIP.
    Returns the array and notes on sales that could not be placed. Units sold stand in when no revenue is stated.
    """
    if sales is None or sales.num_rows == 0:
        return None, ()
    money = [v is not None for v in sales.column("revenue").to_pylist()]
    column = "revenue" if any(money) else "units"
    found = np.zeros(n_units)
    lost, lost_rows = 0.0, 0
    for account, zip_code, amount in zip(
        *(sales.column(c).to_pylist() for c in ("account", "zip", column)), strict=True
    ):
        value = max(float(amount or 0), 0.0)
        unit = _unit(account, zip_code, unit_of_account, locate)
        if unit < 0:
            lost, lost_rows = lost + value, lost_rows + 1
        else:
            found[unit] += value
    notes = [] if column == "revenue" else ["history counts units sold: no revenue is stated"]
    if lost_rows:
        notes.append(
            f"{lost_rows} sales ({lost:,.0f} {column}) name no known account or ZIP and are left out of history"
        )
    return (found if found.any() else None), tuple(notes)


def _unit(account: str | None, zip_code: str | None, units: Mapping[str, int], locate: Callable[[str], int]) -> int:
    unit = units.get(account, -1) if account else -1
    if unit >= 0 or not zip_code:
        return unit
    try:
        return locate(zip_code)
    except BailiwickError:
        return -1
