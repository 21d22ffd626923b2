"""What callers have written down: memos behind codes, and mails that are still to be sent."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table("memos",
    sa.Column("code_hash", sa.String(), nullable=False),
    sa.Column("service", sa.String(), nullable=False),
    sa.Column("language", sa.String(), nullable=False),
    sa.Column("created_at", _AT, nullable=False),
    sa.Column("expires_at", _AT, nullable=False),
    sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_memos")),
    )
    op.create_index(op.f("ix_memos_expires_at"), "memos", ["expires_at"])
    op.create_table("memo_mails",
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("conversation_id", sa.String(), nullable=False),
    sa.Column("address", sa.String(), nullable=False),
    sa.Column("service", sa.String(), nullable=False),
    sa.Column("language", sa.String(), nullable=False),
    sa.Column("created_at", _AT, nullable=False),
    sa.Column("next_at", _AT, nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_memo_mails_conversation_id"), ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_memo_mails")),
    )
    for column in ("conversation_id", "next_at"):
        op.create_index(op.f(f"ix_memo_mails_{column}"), "memo_mails", [column])


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before")
