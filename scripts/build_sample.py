"""Build the bundled sample from a folder of raw market files.

Usage: python scripts/build_sample.py RAW_FOLDER

Reads asc_sites.parquet, asc_hcpcs_2014_2023.parquet, asc_year.parquet and puf_cy2012_sample.tsv.gz; writes the sample beside the
sources layer and the CY2012 fixture beside the tests. Rows come out sorted, so that a second run writes the same bytes.
"""

import shutil
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "bailiwick" / "sources" / "sample"
FIXTURES = ROOT / "tests" / "fixtures" / "cms"
TABLES = {
    "asc_sites.parquet": ("asc_sites.parquet", "npi, name, address, city, state, zip5, lat, lon, ccn", "npi"),
    "asc_hcpcs.parquet": (
        "asc_hcpcs_2014_2023.parquet", "npi, hcpcs, services, payments::DECIMAL(18, 2) AS payments", "npi, hcpcs",
    ),
    "asc_year.parquet": (
        "asc_year.parquet", "npi, year, total_services, total_payments::DECIMAL(18, 2) AS total_payments", "npi, year",
    ),
}  # fmt: skip
MAPPINGS = {
    "asc_sites.toml": '[constants]\nkind = "asc"\n',
    "asc_hcpcs.toml": (
        '[columns]\ncode = "hcpcs"\nsite = "npi"\n\n[constants]\ncode_system = "HCPCS"\nplace = "asc"\n'
        'payer = "medicare_ffs"\nperiod = "2014/2023"\n'
    ),
}


def build(raw: Path) -> None:
    """Write every file of the sample."""
    SAMPLE.mkdir(parents=True, exist_ok=True)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for name, (source, columns, order) in TABLES.items():
        rows = f"SELECT {columns} FROM read_parquet('{raw / source}') ORDER BY {order}"
        duckdb.sql(f"COPY ({rows}) TO '{SAMPLE / name}' (FORMAT parquet, COMPRESSION zstd)")
    for name, text in MAPPINGS.items():
        (SAMPLE / name).write_text(text)
    shutil.copyfile(raw / "puf_cy2012_sample.tsv.gz", FIXTURES / "puf_cy2012_sample.tsv.gz")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
