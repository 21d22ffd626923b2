"""The built front ends and the demo page, with the policies that browsers enforce for us."""

from pathlib import Path

from aiohttp import web

from bot.http import Handler

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_HASHED = "public, max-age=31536000, immutable"


def add_public_pages(app: web.Application, folder: Path) -> None:
    """The widget for all who embed it, and the demo page of an invented county."""
    built = folder / "widget/dist"
    app.router.add_get("/", _page(folder / "demo/index.html", "no-cache"))
    app.router.add_get("/demo.css", _page(folder / "demo/demo.css", "no-cache"))
    app.router.add_get("/widget.js", _page(built / "widget.js", "public, max-age=300", shared=True))
    if built.is_dir():
        app.router.add_static("/widget/", built)
    app.on_response_prepare.append(_cache_assets)


def add_console(app: web.Application, built: Path) -> None:
    """The caseworkers' console."""
    app.router.add_get("/", _page(built / "index.html", "no-cache"))
    if (built / "assets").is_dir():
        app.router.add_static("/assets/", built / "assets")
    app.on_response_prepare.append(_cache_assets)


def _page(path: Path, caching: str, *, shared: bool = False) -> Handler:
    async def page(_: web.Request) -> web.StreamResponse:
        if not path.is_file():
            raise web.HTTPNotFound
        response = web.FileResponse(path)
        response.headers["Cache-Control"] = caching
        response.headers["Content-Security-Policy"] = POLICY
        if shared:  # embedded by the county's web site, which has another origin
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return page


async def _cache_assets(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith(("/assets/", "/widget/assets/")):
        response.headers["Cache-Control"] = _HASHED
