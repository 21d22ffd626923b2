"""The phone line: callers' numbers, extensions, calls to them; German for what callers left."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conversations", sa.Column("caller", sa.String()))
    op.add_column("accounts", sa.Column("extension", sa.String()))
    op.create_index(op.f("ix_accounts_extension"), "accounts", ["extension"], unique=True)
    op.add_column("handovers", sa.Column("text_german", sa.String()))
    op.add_column("handovers", sa.Column("text_reason", sa.String()))
    op.create_table("calls",
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("conversation_id", sa.String(), nullable=False),
    sa.Column("handover_id", sa.String(), nullable=False),
    sa.Column("extension", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=True),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("dialled_at", _AT, nullable=False),
    sa.Column("answered_at", _AT, nullable=True),
    sa.Column("ended_at", _AT, nullable=True),
    sa.Column("outcome", sa.String(), nullable=True),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_calls_conversation_id"), ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_calls_handover_id"), ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calls_account_id"), ondelete="SET NULL"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_conversation_id"), "calls", ["conversation_id"])
    op.create_index(op.f("ix_calls_handover_id"), "calls", ["handover_id"])
    running = sa.text("state IN ('ringing', 'talking')")
    for name, column in (("ix_calls_running", "account_id"), ("ix_calls_of_conversation", "conversation_id")):
        op.create_index(name, "calls", [column], unique=True, sqlite_where=running, postgresql_where=running)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before")
