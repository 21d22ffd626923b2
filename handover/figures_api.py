"""The staff API of those who lead an office: its figures."""

from aiohttp import web

from bot.http import Operation, read_query, reply
from handover.figures import Counting
from handover.figures_shapes import Figures, FiguresQuery
from handover.rights import FIGURES
from handover.staff_guard import caseworker_of

COUNTING = web.AppKey("counting", Counting)
_CSV = "text/csv"


async def get_figures(request: web.Request) -> web.StreamResponse:
    """How one's offices did on some days, and how they do now."""
    query = read_query(request, FiguresQuery)
    return reply(await request.config_dict[COUNTING].figures(caseworker_of(request), query))


async def get_figures_table(request: web.Request) -> web.StreamResponse:
    """The same as a table for Excel."""
    query = read_query(request, FiguresQuery)
    table = await request.config_dict[COUNTING].table(caseworker_of(request), query)
    name = f"auswertung_{query.from_}_{query.to}.csv"
    return web.Response(
        body=table,
        content_type=_CSV,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


OPERATIONS = (
    Operation(
        "GET", "/api/v1/figures", get_figures, "The figures of one's offices",
        None, {200: Figures}, (400, 403, 404, 422), query=FiguresQuery, roles=FIGURES,
    ),
    Operation(
        "GET", "/api/v1/figures.csv", get_figures_table, "The figures as a table",
        None, {200: None}, (400, 403, 404, 422), query=FiguresQuery, roles=FIGURES, media_type=_CSV,
    ),
)  # fmt: skip
