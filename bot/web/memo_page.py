"""The page where callers open by a code what they had written down; it needs no script."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from aiohttp import web

from bot.catalogue import wording
from bot.errors import KreislotseError, TooManyRequests
from bot.events import Message
from bot.http import TEXTS, error_detail, language_of
from bot.memos import Memo
from bot.parts import (
    AnyPart,
    Checklist,
    Contact,
    FeeItem,
    Fees,
    Link,
    Links,
    Notice,
    Source,
    Steps,
    Text,
)
from bot.web.about_api import CATALOGUE
from bot.web.memos_api import opened
from bot.web.pages import POLICY
from translations.languages import SOURCE
from translations.languages import language as named
from translations.texts import Texts

PATH = "/code"
_STYLE = "/code.css"
_FOLDER = Path(__file__).parent / "memo"


def add_memo_page(app: web.Application) -> None:
    """Serves the page; its address is short because it is told over the phone."""
    app.router.add_get(PATH, ask_for_code)
    app.router.add_post(PATH, show_memo)
    app.router.add_get(_STYLE, _style)


async def ask_for_code(request: web.Request) -> web.StreamResponse:
    """The form."""
    return _page(request, _form(request))


async def show_memo(request: web.Request) -> web.StreamResponse:
    """What the code of the form stands for, or the form again and what was wrong."""
    try:
        memo = await opened(request, await _typed(request))
    except KreislotseError as error:
        response = _page(request, _form(request, error), error.status)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    return _page(request, _memo(request, memo))


async def _typed(request: web.Request) -> str:
    """The form's code; empty where it is no such form."""
    try:
        code = (await request.post()).get("code")
    except (ValueError, LookupError):  # what is no form, or in no encoding
        return ""
    return code if isinstance(code, str) else ""


async def _style(_: web.Request) -> web.StreamResponse:
    response = web.FileResponse(_FOLDER / "memo.css")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(request: web.Request, content: str, status: int = 200) -> web.Response:
    """The whole page around `content`; never cached, as a library's computer is everybody's."""
    say, county = request.config_dict[TEXTS].say, request.config_dict[CATALOGUE].county
    home = say("memo.back", SOURCE, county=county.name)
    footer = "".join(
        f"<li>{_anchor(str(url), say(f'widget.{key}', SOURCE))}</li>"
        for key, url in (
            ("menu_imprint", county.imprint),
            ("menu_privacy", county.privacy_notice),
            ("menu_accessibility", county.accessibility_statement),
        )
    )
    title = escape(f"{say('memo.title', SOURCE)}: {county.name}")
    text = (_FOLDER / "page.html").read_text("utf-8").format(
        title=title, style=_STYLE, home=_anchor(str(county.website), home), content=content,
        footer=footer,
    )  # fmt: skip
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _form(request: web.Request, error: KreislotseError | None = None) -> str:
    texts = request.config_dict[TEXTS]
    wrong = ' aria-invalid="true"' if error else ""
    described = "problem hint" if error else "hint"
    return (
        f"<h1>{_said(texts, 'title')}</h1><p>{_said(texts, 'lead')}</p>"
        f"{_problem(request, error) if error else ''}"
        f'<form method="post" action="{PATH}">'
        f'<label for="code">{_said(texts, "label")}</label>'
        f'<p id="hint" class="hint">{_said(texts, "hint")}</p>'
        f'<input id="code" name="code" inputmode="numeric" autocomplete="off" required'
        f' maxlength="20" aria-describedby="{described}"{wrong}>'
        f"<button>{_said(texts, 'submit')}</button></form>"
        f"{_in_other_languages(texts)}"
    )


def _problem(request: web.Request, error: KreislotseError) -> str:
    """What was wrong, in German and in the browser's language."""
    texts = request.config_dict[TEXTS]
    rows = [
        _paragraph(_told(error, texts, language), language)
        for language in dict.fromkeys((SOURCE, language_of(request)))
    ]
    return f'<div id="problem" class="problem" role="alert">{"".join(rows)}</div>'


def _told(error: KreislotseError, texts: Texts, language: str) -> str:
    detail = error_detail(error, texts, language)
    return (detail.fields or {}).get("code", detail.message)


def _in_other_languages(texts: Texts) -> str:
    rows = "".join(
        f"<li {_in(code)}><b>{escape(named(code).name)}</b> {_said(texts, 'lead', code)}"
        f" {_said(texts, 'label', code)}: {_said(texts, 'hint', code)}</li>"
        for code in texts.written_languages
        if code != SOURCE
    )
    return f'<ul class="languages">{rows}</ul>'


def _memo(request: web.Request, memo: Memo) -> str:
    texts = request.config_dict[TEXTS]
    zone = request.config_dict[CATALOGUE].county.timezone
    made, until = (wording.day(at, zone) for at in (memo.made_at, memo.expires_at))
    sections = "".join(_section(texts, memo, message) for message in memo.messages)
    return (
        f"<h1>{_said(texts, 'title')}</h1>"
        f"<p>{_said(texts, 'made_on', SOURCE, date=wording.date(made, SOURCE))}"
        f" {_said(texts, 'open_until', SOURCE, date=wording.date(until, SOURCE))}</p>"
        f"{sections}"
        f'<p class="another">{_anchor(PATH, texts.say("memo.another", SOURCE))}</p>'
    )


def _section(texts: Texts, memo: Memo, message: Message) -> str:
    language = message.language
    title = texts.say(f"service.{message.service}.title", language) if message.service else ""
    draft = message.translation is not None and message.translation.by == "draft"
    notes = [_said(texts, "automated", language)]
    notes += [_said(texts, "draft", language)] if draft else []
    parts = "".join(_part(texts, part, language) for part in message.parts)
    return (
        f"<section {_in(language)}><h2>{escape(title or memo.title)}</h2>"
        f'<p class="note">{" ".join(notes)}</p>{parts}</section>'
    )


def _part(texts: Texts, part: AnyPart, language: str) -> str:
    match part:
        case Text() | Notice():
            return _paragraph(part.text)
        case Checklist():
            rows = [f"{i.text} ({i.when})" if i.when else i.text for i in part.items]
            return f"<h3>{escape(part.title)}</h3><ul>{_rows(map(escape, rows))}</ul>"
        case Steps():
            return f"<h3>{escape(part.title)}</h3><ol>{_rows(map(escape, part.items))}</ol>"
        case Fees():
            return _fees(texts, part, language)
        case Contact():
            return _contact(texts, part, language)
        case Links():
            title = f"<h3>{escape(part.title)}</h3>" if part.title else ""
            return f"{title}<ul>{_rows(map(_link, part.items))}</ul>"
        case Source():
            laws = f"<ul>{_rows(map(_link, part.items))}</ul>" if part.items else ""
            return f'<div class="source">{_paragraph(part.text)}{laws}</div>'
        case _:
            return _paragraph(part.plain())


def _fees(texts: Texts, part: Fees, language: str) -> str:
    heads = (texts.say(f"widget.fees_{name}", language) for name in ("what", "amount"))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    rows = "".join(map(_fee, part.items))
    return (
        f"<table><caption>{escape(part.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _fee(item: FeeItem) -> str:
    note = f"<br><small>{escape(item.note)}</small>" if item.note else ""
    what, amount = escape(item.what), escape(item.amount or "")
    return f'<tr><th scope="row">{what}{note}</th><td>{amount}</td></tr>'


def _contact(texts: Texts, part: Contact, language: str) -> str:
    rows = [escape(line) for line in part.lines]
    if part.phone:
        rows.append(_anchor(f"tel:{part.phone.replace(' ', '')}", part.phone))
    if part.mail:
        rows.append(_anchor(f"mailto:{part.mail}", part.mail))
    title = escape(texts.say("widget.contact_hours", language))
    hours = f"<h4>{title}</h4><ul>{_rows(map(escape, part.hours))}</ul>" if part.hours else ""
    return f"<h3>{escape(part.title)}</h3><address>{'<br>'.join(rows)}</address>{hours}"


def _link(link: Link) -> str:
    return _anchor(link.url, link.title) if link.url else escape(link.title)


def _anchor(url: str, title: str) -> str:
    return f'<a href="{escape(url)}">{escape(title)}</a>'


def _rows(items: Iterable[str]) -> str:
    return "".join(f"<li>{item}</li>" for item in items)


def _paragraph(text: str, language: str | None = None) -> str:
    where = f" {_in(language)}" if language else ""
    return f"<p{where}>{escape(text).replace(chr(10), '<br>')}</p>"


def _said(texts: Texts, key: str, language: str = SOURCE, **values: object) -> str:
    return escape(texts.say(f"memo.{key}", language, **values))


def _in(language: str) -> str:
    return f'lang="{language}" dir="{named(language).direction}"'
