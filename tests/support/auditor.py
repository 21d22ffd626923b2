"""An auditor, who may see what was done but not what was said."""

from tests.support.world import Staff, World


async def auditor(world: World) -> Staff:
    """The auditor Rita."""
    return await world.somebody("rita", "auditor", name="Rita Rev")


async def lines(staff: Staff, query: str = "") -> list[tuple[str, str, str]]:
    """Actor, action and subject of the trail's lines, latest first."""
    status, found = await staff.call("GET", f"/audit?{query}")
    assert status == 200, found
    return [(line["actor"], line["action"], line["subject"]) for line in found["lines"]]
