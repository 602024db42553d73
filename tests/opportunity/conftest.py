"""A warehouse of a few rows in memory, as the fixture ``make``."""

from dataclasses import dataclass
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from bailiwick.model.tables import TABLES

DEFAULTS = {
    "provider": {"entity": "person", "status": "active", "specialty": "Ophthalmology"},
    "site": {"kind": "asc", "zip": "30301", "location_quality": "zip"},
    "volume": {"code_system": "HCPCS", "code": "66984", "place": "asc", "period": "2023", "payer": "medicare_ffs",
               "basis": "observed"},
    "affiliation": {"basis": "observed"},
}  # fmt: skip


class FakeWarehouse:
    """Rows as dicts by table; missing columns take a default, else null."""

    def __init__(self, **rows):
        self.rows = rows

    def table(self, name):
        contract = TABLES[name]
        given = [{"source": "test", "vintage": "2023", "loaded_at": "", **DEFAULTS.get(name, {}), **r}
                 for r in self.rows.get(name, [])]  # fmt: skip
        full = [{c.name: r.get(c.name) for c in contract.columns} for r in given]
        schema = ibis.schema({c.name: c.type for c in contract.columns})
        return ibis.memtable(pa.Table.from_pylist(full, schema=schema.to_pyarrow()))


def provider(npi, **more):
    return {"npi": npi, "name": f"name {npi}", **more}


def volume(npi, services, site=None, **more):
    return {"npi": npi, "site": site, "services": None if services is None else Decimal(str(services)), **more}


@dataclass(frozen=True)
class Make:
    warehouse = FakeWarehouse
    provider = staticmethod(provider)
    volume = staticmethod(volume)


@pytest.fixture(scope="session")
def make():
    return Make()
