"""Raw files → contract tables, through Ibis on DuckDB."""

from bailiwick.sources.ingest import IngestReport, ingest, source_names
from bailiwick.sources.sample import ingest_sample, sample_files
from bailiwick.sources.warehouse import Warehouse

__all__ = ["IngestReport", "Warehouse", "ingest", "ingest_sample", "sample_files", "source_names"]
