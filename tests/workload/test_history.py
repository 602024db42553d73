import pyarrow as pa

from bailiwick.model.errors import UnknownNameError
from bailiwick.workload import history_by_unit


def locate(zip_code):
    if zip_code != "30301":
        raise UnknownNameError("ZIP", zip_code, ["30301"])
    return 1


def sales(*rows):
    names = ("account", "zip", "revenue", "units")
    return pa.table({n: [r[i] for r in rows] for i, n in enumerate(names)})


def test_a_sale_counts_at_its_account_else_at_its_zip():
    table = sales(("a", None, 100.0, 1), (None, "30301", 50.0, 1), ("?", "30301", 5.0, 1), ("?", "99999", 7.0, 1))
    found, notes = history_by_unit(table, {"a": 0, "b": -1}, locate, 3)
    assert found.tolist() == [100.0, 55.0, 0.0]
    assert notes == ("1 sales (7 revenue) name no known account or ZIP and are left out of history",)


def test_units_stand_in_for_revenue_and_returns_do_not_count_below_zero():
    found, notes = history_by_unit(sales(("a", None, None, 3), ("a", None, None, -9)), {"a": 0}, locate, 1)
    assert found.tolist() == [3.0]
    assert "units" in notes[0]


def test_no_sales_is_no_history():
    assert history_by_unit(None, {}, locate, 2) == (None, ())
    assert history_by_unit(sales(), {}, locate, 2)[0] is None
