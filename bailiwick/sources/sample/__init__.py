"""The bundled sample: every ambulatory surgery centre that Medicare paid, with ten years of services by code."""

from importlib.resources import files
from pathlib import Path

from bailiwick.sources.ingest import IngestReport, ingest


def sample_files() -> Path:
    """Folder of the bundled sample."""
    return Path(str(files("bailiwick.sources.sample")))


def ingest_sample(store: Path, loaded_at: str) -> tuple[IngestReport, IngestReport]:
    """Load the sample's sites and volumes through the ordinary sources."""
    folder = sample_files()
    sites = ingest(store, "sites", [folder / "asc_sites.parquet"], vintage="2023",
                   mapping=folder / "asc_sites.toml", loaded_at=loaded_at)  # fmt: skip
    volumes = ingest(store, "volumes", [folder / "asc_hcpcs.parquet"], vintage="2014/2023",
                     mapping=folder / "asc_hcpcs.toml", loaded_at=loaded_at)  # fmt: skip
    return sites, volumes
