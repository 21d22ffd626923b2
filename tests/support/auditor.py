"""An auditor, who may see what was done but not what was said."""

from tests.support.world import Staff, World


async def auditor(world: World) -> Staff:
    """The auditor Rita."""
    return await signed_in_as(world, "auditor")


async def signed_in_as(world: World, role: str, username: str = "rita") -> Staff:
    """Makes an account with that role in one office, and signs it in."""
    await world.gateway.accounts.add(username, "Rita Rev", role, ["kfz"], "geheim-12345")
    staff = Staff(world.client("staff"))
    body = {"username": username, "password": "geheim-12345"}
    status, signed_in = await staff.call("POST", "/session", body)
    assert status == 200, signed_in
    return staff


async def lines(staff: Staff, query: str = "") -> list[tuple[str, str, str]]:
    """Actor, action and subject of the trail's lines, latest first."""
    status, found = await staff.call("GET", f"/audit?{query}")
    assert status == 200, found
    return [(line["actor"], line["action"], line["subject"]) for line in found["lines"]]
