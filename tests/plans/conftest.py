"""A small plan to write, read and compare."""

import numpy as np
import pytest

from bailiwick.model.plan import Certificate, Plan, Territory


@pytest.fixture
def plan() -> Plan:
    territories = (Territory("T01", "Boston MA", "02108", "Ann"), Territory("T02", 'Odd, "name"', "00501"))
    return Plan(
        "design", ("00501", "02108", "90210"), np.array([1, 0, 1], dtype=np.int32), territories,
        Certificate(103.5, 101.25, "fixed-bases", (0.1, -2.0)),
        {"seed": 1, "bailiwick": "0.1.0", "inputs": {"volume/a.parquet": "aa", "site/b.parquet": "bb"}, "none": None},
    )  # fmt: skip
