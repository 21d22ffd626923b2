"""Looks for words in every place that a gateway keeps anything in."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData

from bot.stores.tables import AttachmentRow, Base
from tests.support.world import Citizen, Staff, World


async def tables(world: World) -> dict[str, str]:
    """What stands in each table of the database, also in those that no model of ours names."""
    async with world.gateway.database.engine.connect() as connection:
        return await connection.run_sync(_contents)


async def traces(world: World, folder: Path, *words: str) -> list[str]:
    """Where any of the words stands: in which table, or which file below the folder."""
    await world.gateway.database.forget()
    held = [
        f"{word} in {name}"
        for name, content in (await tables(world)).items()
        for word in words
        if word in content
    ]
    files = [
        f"{word} in {path.name}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if any(form in path.read_bytes() for form in _forms(word))
    ]
    return held + files


def _forms(word: str) -> tuple[bytes, bytes]:
    """How a word may stand in a file: as it is, and as JSON escapes it."""
    return word.encode(), json.dumps(word)[1:-1].encode()


def _contents(connection: Connection) -> dict[str, str]:
    known = MetaData()
    known.reflect(connection)
    missing = Base.metadata.tables.keys() - known.tables.keys()
    assert not missing, missing
    return {
        name: "\n".join(_readable(row) for row in connection.execute(table.select()))
        for name, table in known.tables.items()
    }


def _readable(row: Any) -> str:
    """The row's values as text, and files byte by byte."""
    return " ".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for value in row
    )


async def leave_marks(world: World, staff: Staff, citizen: Citizen, case: str) -> None:
    """Puts words into the case's file that can be looked for: a note, a try, a sent file."""
    note, tried = {"text": "Notizmarke"}, {"outcome": "no_answer", "note": "Anrufmarke"}
    assert (await staff.call("POST", f"/handovers/{case}/notes", note))[0] == 201
    assert (await staff.call("POST", f"/handovers/{case}/attempts", tried))[0] == 200
    async with world.gateway.database.write() as session:
        session.add(
            AttachmentRow(
                id="file", conversation_id=citizen.id, name="Dateimarke.pdf", size=12,
                media_type="application/pdf", content=b"Inhaltsmarke", at=world.clock.now(),
            )
        )  # fmt: skip
