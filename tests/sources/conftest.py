"""Raw files of every source, small enough to read in a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bailiwick.sources import IngestReport, ingest

NOW = "2026-01-02T03:04:05Z"
A, B, C = "1003000126", "1003000134", "1003000142"  # NPIs with right check digits
BAD = "1003000127"

CURRENT = (
    "Rndrng_NPI,Rndrng_Prvdr_Last_Org_Name,Rndrng_Prvdr_First_Name,Rndrng_Prvdr_Ent_Cd,Rndrng_Prvdr_St1,"
    "Rndrng_Prvdr_Zip5,Rndrng_Prvdr_Type,HCPCS_Cd,HCPCS_Desc,Place_Of_Srvc,Tot_Benes,Tot_Srvcs,Avg_Mdcr_Pymt_Amt"
)

# per source: header, three good rows, one bad row, and what its reject must say (column, part of the rule, value)
FILES = {
    "cms-provider-service": (
        CURRENT,
        [
            f"{A},DOE,JANE,I,1 Main Street,02108,Cardiology,99213,words,O,20,30,10.5",
            f"{A},DOE,JANE,I,1 Main Street,02108,Cardiology,99214,words,F,,12,3.333",
            f'{B},"CLINIC, INC",,O,9 Elm Ave Suite 3,2109,Lab,g0101,words,O,*,*,',
        ],
        f"{BAD},X,Y,I,1 Main St,02108,Cardiology,99213,words,O,20,30,10.5",
        ("npi", "check digit", BAD),
    ),
    "nppes": (
        "NPI,Entity Type Code,Provider Organization Name (Legal Business Name),Provider Last Name (Legal Name),"
        "Provider First Name,Provider First Line Business Practice Location Address,"
        "Provider Business Practice Location Address Postal Code,NPI Deactivation Date,NPI Reactivation Date",
        [
            f"{A},1,,DOE,JANE,1 MAIN ST,021081234,,",
            f"{B},2.0,CLINIC INC,,,9 ELM AVE,688472944.0,,",
            f"{C},,,,,,,03/04/2020,",
        ],
        f"{BAD},1,,DOE,JANE,1 MAIN ST,02108,,",
        ("npi", "check digit", BAD),
    ),
    "sites": (
        "npi,ccn,name,kind,address,city,state,zip,lat,lon",
        [
            f"{A},10001,One,hospitals,1 Main St,Boston,MA,2108,42.3,-71.0",
            f"{A},10001,One,hospitals,2 Far Rd,Boston,MA,02109-0001,999,-71.0",
            ",,Two,asc,3 Elm St,Boston,MA,02110,,",
        ],
        f"{B},,Bad,asc,4 Elm St,Boston,MA,ABC,,",
        ("zip", "ZIP", "ABC"),
    ),
    "volumes": (
        "npi,hcpcs,pos,site,period,payer,services,patients,payments,claim",
        [
            f"{A},99213,11,S1,2023,medicare,1.5,1,10.10,c1",
            f"{A},99213,11,S1,2023,medicare,2.25,1,0.20,c2",
            f"{B},66984,24,S2,2023-04,commercial,1,,,c3",
        ],
        f"{A},99213,11,S1,2023,nobody,1,1,1,c4",
        ("payer", "payer is one of", "nobody"),
    ),
    "sales": (
        "account,zip,product,period,units,revenue,invoice",
        ["S1,,Lens,2023-01,1,10.10,i1", "S1,,Lens,2023-01,2,0.20,i2", ",2108,Lens,2023,-1,-5,i3"],
        ",,Lens,2023,1,5,i4",
        ("account", "account or its ZIP", ""),
    ),
    "roster": (
        "rep_id,name,base_zip,capacity_fte,layer,manager",
        ["r1,Ann,2108,1,field,m1", "r2,Bob,,0.5,field,m1", "r3,Cy,02109-1111,,,"],
        "r4,Di,ABC,1,field,m1",
        ("base_zip", "ZIP", "ABC"),
    ),
    "alignment": (
        "unit,layer,territory,share,locked",
        ["2108,field,T1,1,yes", "02109,field,T1,0.5,no", "02109,field,T2,0.5,"],
        "02110,field,T1,2,no",
        ("share", "at most 1", "2"),
    ),
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a source's file: header, then rows."""

    def make(header: str, rows: list[str], name: str = "raw.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return make


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., IngestReport]:
    """Ingest into the test's own store."""

    def run(source: str, *files: Path, vintage: str | None = "2023", mapping: Path | None = None, now: str = NOW):
        return ingest(tmp_path / "store", source, files, vintage=vintage, mapping=mapping, loaded_at=now)

    return run


@pytest.fixture(scope="session")
def raw_files() -> dict:
    """Per source: header, good rows, bad row, reject."""
    return FILES
