"""The tables of scenarios: what stands now, and every change that led to it, never rewritten."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

scenario = Table(
    "scenario", metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("created", String(20), nullable=False),  # UTC, ISO 8601
    Column("updated", String(20), nullable=False),
    Column("version", Integer, nullable=False),  # number of the last change
    Column("made_from", Text, nullable=False, default=""),
    Column("origin", Text, nullable=False),  # JSON: definition, weights, band, provenance and certificate of the plan it began as
    Column("market", String(64), nullable=False),  # hash of the inputs it is measured on
    Column("units", String(64), nullable=False),  # hash of the unit ids that labels are by
    Column("labels", LargeBinary, nullable=False),  # zlib of int16: territory of each unit
    Column("frame", Text, nullable=False),  # JSON: territories and locked units
    Column("removed", Boolean, nullable=False, default=False),
)  # fmt: skip

change = Table(
    "change", metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("scenario", String(32), ForeignKey("scenario.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("kind", String(8), nullable=False),  # edit, undo, redo
    Column("target", Integer),  # of undo and redo: the number of the edit
    Column("label", String(200), nullable=False),
    Column("at", String(20), nullable=False),
    Column("who", String(64), nullable=False),  # the window that made it
    Column("moves", LargeBinary, nullable=False),  # zlib of int32 [m, 3]: unit, from, to
    Column("before", Text),  # frame before and after, where it changed
    Column("after", Text),
    UniqueConstraint("scenario", "number"),
)  # fmt: skip
