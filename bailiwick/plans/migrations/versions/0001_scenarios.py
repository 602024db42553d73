"""Scenarios and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", sa.String(20), nullable=False),
        sa.Column("updated", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_from", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("units", sa.String(64), nullable=False),
        sa.Column("labels", sa.LargeBinary, nullable=False),
        sa.Column("frame", sa.Text, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("scenario", sa.String(32), sa.ForeignKey("scenario.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("target", sa.Integer),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("moves", sa.LargeBinary, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.UniqueConstraint("scenario", "number"),
    )
    op.create_index("ix_change_scenario", "change", ["scenario"])


def downgrade() -> None:
    op.drop_table("change")
    op.drop_table("scenario")
