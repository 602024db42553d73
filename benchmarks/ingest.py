"""Ingest provider × code rows at national size, and score them: seconds and peak memory.

Usage: python benchmarks/ingest.py [--rows 10000000] [--folder DIR]

Generates rows in the current CMS layout (synthetic, seeded), ingests them, scores a definition over the warehouse, and
computes the same weighted sum in plain DuckDB SQL straight on the CSV, which is the yardstick. Prints one JSON document.
Peak memory is the process's resident set after generating; generation runs in a process of its own.
"""

import argparse
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from bailiwick.sources import Warehouse, ingest

CODES = ("66984", "45380", "45385", "99213", "99214", "20610", "27447", "43239")
WEIGHTS = {code: weight for weight, code in enumerate(CODES[:4], start=1)}

GENERATE = """
COPY (
  WITH body AS (
    SELECT i AS n, (1100000000 + (i // 10) * 7)::BIGINT AS b, i % 10 AS c FROM range({rows}) t(i)
  ), digits AS (
    SELECT *, b // 10 AS nine FROM body
  ), lined AS (
    SELECT *, list_sum(list_transform(range(9), lambda k: CASE WHEN k % 2 = 0
        THEN 2 * ((nine // (10 ** k)::BIGINT) % 10) - CASE WHEN (nine // (10 ** k)::BIGINT) % 10 > 4 THEN 9 ELSE 0 END
        ELSE (nine // (10 ** k)::BIGINT) % 10 END)) + 24 AS total FROM digits
  )
  SELECT (nine * 10 + (10 - total::BIGINT % 10) % 10)::VARCHAR AS Rndrng_NPI,
    'NAME' || (n // 10) AS Rndrng_Prvdr_Last_Org_Name, 'FIRST' AS Rndrng_Prvdr_First_Name,
    'I' AS Rndrng_Prvdr_Ent_Cd, (n // 10) % 9000 || ' MAIN STREET SUITE ' || (n // 10) % 50 AS Rndrng_Prvdr_St1,
    'TOWN' AS Rndrng_Prvdr_City, 'OH' AS Rndrng_Prvdr_State_Abrvtn, lpad(((n // 10) % 90000 + 1000)::VARCHAR, 5, '0')
      AS Rndrng_Prvdr_Zip5, 'Internal Medicine' AS Rndrng_Prvdr_Type,
    ['66984','45380','45385','99213','99214','20610','27447','43239'][(c % 8 + 1)::BIGINT] AS HCPCS_Cd,
    'text of a procedure that is not read' AS HCPCS_Desc, CASE WHEN c < 8 THEN 'O' ELSE 'F' END AS Place_Of_Srvc,
    11 + (n * 7919) % 900 AS Tot_Benes, 12 + (n * 104729) % 2000 AS Tot_Srvcs,
    round(20 + (n % 5000) / 7.0, 8) AS Avg_Mdcr_Pymt_Amt
  FROM lined
) TO '{path}' (HEADER, DELIMITER ',')
"""


def generate(path: Path, rows: int) -> None:
    """Write the synthetic file: ten rows per NPI."""
    con = duckdb.connect()
    con.sql("SET memory_limit = '1500MB'")
    con.sql(GENERATE.format(rows=rows, path=path).replace("(i // 10) * 7)", "(i // 10) * 70)"))


def through_warehouse(store: Path) -> dict[str, int]:
    """Weighted services by NPI from the contract table."""
    volume = Warehouse(store).table("volume")
    weight = volume["code"].cases(*WEIGHTS.items(), else_=0)
    summed = volume.mutate(_w=volume["services"] * weight.cast("decimal(4, 0)")).group_by("npi")
    scored = summed.agg(raw=lambda t: t["_w"].sum())
    return _totals(scored.aggregate(total=scored["raw"].sum(), npis=scored["npi"].count()).to_pyarrow().to_pylist()[0])


def in_plain_sql(path: Path) -> dict[str, int]:
    """The same from the raw file in DuckDB SQL, unchecked."""
    case = " ".join(f"WHEN '{code}' THEN {weight}" for code, weight in WEIGHTS.items())
    rows = f"read_csv('{path}', all_varchar = true)"
    query = f"""SELECT sum(raw) AS total, count(*) AS npis FROM (
        SELECT Rndrng_NPI, sum(Tot_Srvcs::DECIMAL(18, 4) * CASE HCPCS_Cd {case} ELSE 0 END) AS raw FROM {rows} GROUP BY 1)"""
    return _totals(duckdb.sql(query).to_arrow_table().to_pylist()[0])


def through_score(store: Path) -> dict[str, Any]:
    """The opportunity layer's own score of a bundled definition."""
    from bailiwick.opportunity.bundled import load_definition
    from bailiwick.opportunity.score import score

    scores = score(load_definition("cataract-lenses"), Warehouse(store))
    return {"total": str(scores.total), "providers": scores.providers.num_rows}


def _totals(row: dict[str, Any]) -> dict[str, int]:
    return {"total": int(row["total"]), "npis": int(row["npis"])}


def timed(work: Any, *given: Any) -> tuple[Any, float]:
    """What the work gives, and its seconds."""
    start = time.perf_counter()
    found = work(*given)
    return found, round(time.perf_counter() - start, 1)


def run(folder: Path, rows: int) -> dict[str, Any]:
    """Generate, ingest, aggregate both ways; the figures."""
    raw, store = folder / "rows.csv", folder / "project"
    maker = multiprocessing.get_context("spawn").Process(target=generate, args=(raw, rows))
    maker.start()
    maker.join()
    report, ingest_s = timed(
        lambda: ingest(store, "cms-provider-service", [raw], vintage="2023", mapping=None, loaded_at="2026-01-01T00:00:00Z")
    )
    peak_ingest = _peak_mb()
    ours, warehouse_s = timed(through_warehouse, store)
    plain, sql_s = timed(in_plain_sql, raw)
    if ours != plain:
        sys.exit(f"the warehouse gives {ours}, plain SQL {plain}")
    return {
        "rows": rows, "csv_mb": raw.stat().st_size >> 20, "accepted": report.accepted, "rejected": report.rejected,
        "ingest_seconds": ingest_s, "peak_rss_mb_ingest": peak_ingest, "warehouse_seconds": warehouse_s,
        "plain_sql_on_csv_seconds": sql_s, "totals_agree": True, "peak_rss_mb": _peak_mb(),
    }  # fmt: skip


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    """Read the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="bailiwick-ingest-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print(json.dumps(run(folder, given.rows), indent=1))
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
