"""Memberships, notes, attempts, notices, attachments, holds; an audit trail that only grows."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)
_NO = sa.false()


def upgrade() -> None:
    _conversations()
    _accounts()
    _handovers()
    _words_of_caseworkers()
    _files_and_notices()
    _only_appended("audit")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before")


def _conversations() -> None:
    op.add_column("conversations", sa.Column("citizen_read_seq", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("staff_read_seq", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("held_at", _AT))
    op.add_column("conversations", sa.Column("held_by", sa.String()))
    op.add_column("conversations", sa.Column("hold_reason", sa.String()))
    op.add_column("conversations", sa.Column("erasure_asked_at", _AT))


def _accounts() -> None:
    op.create_table("memberships",
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("office", sa.String(), nullable=False),
    sa.Column("role", sa.String(), nullable=False),
    sa.Column("team", sa.String(), nullable=True),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id"), ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("account_id", "office", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_office"), "memberships", ["office"])
    old = sa.table("accounts", sa.column("id"), sa.column("role"), sa.column("offices", _JSON))
    new = sa.table("memberships", sa.column("account_id"), sa.column("office"), sa.column("role"))
    rows = [
        {"account_id": account, "office": office, "role": role}
        for account, role, offices in op.get_bind().execute(sa.select(old.c.id, old.c.role, old.c.offices)).all()
        for office in offices
    ]
    if rows:
        op.bulk_insert(new, rows)
    op.drop_column("accounts", "role")
    op.drop_column("accounts", "offices")
    op.add_column("accounts", sa.Column("languages", _JSON, nullable=False, server_default="[]"))
    op.add_column("accounts", sa.Column("capacity", sa.Integer()))
    op.add_column("accounts", sa.Column("away", sa.Boolean(), nullable=False, server_default=_NO))
    op.add_column("accounts", sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=_NO))
    op.add_column("accounts", sa.Column("totp_secret", sa.String()))
    op.add_column("accounts", sa.Column("totp_used_step", sa.Integer()))
    op.add_column("accounts", sa.Column("openid_subject", sa.String()))
    op.add_column("accounts", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=_NO))
    op.add_column("accounts", sa.Column("offered_at", _AT))
    op.create_index(op.f("ix_accounts_openid_subject"), "accounts", ["openid_subject"], unique=True)
    op.create_index(op.f("ix_accounts_seen_at"), "accounts", ["seen_at"])
    # whoever is signed in signs in once more: sessions get a name by which they can be ended
    op.drop_table("sessions")
    op.create_table("sessions",
    sa.Column("token_hash", sa.String(), nullable=False),
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("browser", sa.String(), nullable=True),
    sa.Column("created_at", _AT, nullable=False),
    sa.Column("expires_at", _AT, nullable=False),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id"), ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    sa.UniqueConstraint("id", name=op.f("uq_sessions_id")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])


def _handovers() -> None:
    op.add_column("handovers", sa.Column("team", sa.String()))
    op.add_column("handovers", sa.Column("due_at", _AT))
    op.add_column("handovers", sa.Column("snoozed_until", _AT))
    op.add_column("handovers", sa.Column("snooze_reason", sa.String()))
    op.add_column("handovers", sa.Column("offered_at", _AT))
    _add_reference("handovers", "offered_to", "accounts")
    _add_reference("handovers", "merged_into", "handovers")
    op.create_index(op.f("ix_handovers_merged_into"), "handovers", ["merged_into"])
    op.create_index(op.f("ix_handovers_closed_at"), "handovers", ["closed_at"])
    op.create_index("ix_handovers_asked", "handovers", ["office", "requested_at"])
    op.add_column("staff_events", sa.Column("note_id", sa.String()))


def _words_of_caseworkers() -> None:
    for name, *columns in (
        ("attempts", sa.Column("outcome", sa.String(), nullable=False), sa.Column("note", sa.String())),
        ("notes", sa.Column("text", sa.String(), nullable=False)),
    ):
        op.create_table(name,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("handover_id", sa.String(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f(f"fk_{name}_handover_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_handover_id"), name, ["handover_id"])


def _files_and_notices() -> None:
    op.create_table("attachments",
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("conversation_id", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("media_type", sa.String(), nullable=False),
    sa.Column("size", sa.Integer(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("at", _AT, nullable=False),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_attachments_conversation_id"), ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_conversation_id"), "attachments", ["conversation_id"])
    op.create_table("notices",
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("handover_id", sa.String(), nullable=False),
    sa.Column("way", sa.String(), nullable=False),
    sa.Column("event", sa.String(), nullable=False),
    sa.Column("created_at", _AT, nullable=False),
    sa.Column("next_at", _AT),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("delivered_at", _AT),
    sa.Column("problem", sa.String()),
    sa.Column("reference", sa.String()),
    sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_notices_handover_id"), ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_handover_id"), "notices", ["handover_id"])
    where = sa.text("next_at IS NOT NULL")
    op.create_index("ix_notices_due", "notices", ["next_at"], sqlite_where=where, postgresql_where=where)


def _add_reference(table: str, column: str, other: str) -> None:
    """A nullable reference; SQLite takes it in one piece with its column or not at all."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f'ALTER TABLE {table} ADD COLUMN {column} VARCHAR CONSTRAINT fk_{table}_{column}'
            f' REFERENCES {other} (id) ON DELETE SET NULL'
        )
    else:
        op.add_column(table, sa.Column(column, sa.String()))
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, other, [column], ["id"], ondelete="SET NULL")


def _only_appended(table: str) -> None:
    """The database itself refuses to alter or delete a line, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
