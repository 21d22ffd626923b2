"""What anybody may know: languages, opening hours, the widget's words, the API itself."""

import hashlib
from typing import Literal

from aiohttp import web

from bot.attachments import TYPES
from bot.catalogue import wording
from bot.catalogue.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import NotFound
from bot.http import SETTINGS, TEXTS, Operation, language_of, reply
from bot.replies.replies import Replies
from bot.web.shapes import (
    AttachmentRules,
    CountyStatus,
    LanguageOffered,
    Languages,
    OfficeStatus,
    Status,
    VoiceOffer,
    WidgetTexts,
)
from bot.web.voice_api import voices_here
from handover.desk import Desk
from translations.languages import (
    SOURCE,
    all_languages,
    best_of,
    cldr_locale,
    further_languages,
    language,
)
from translations.texts import Texts

CATALOGUE = web.AppKey("catalogue", Catalogue)
CLOCK = web.AppKey("clock", Clock)
DESK = web.AppKey("desk", Desk)
REPLIES = web.AppKey("replies", Replies)
OPENAPI: web.AppKey[str] = web.AppKey("openapi", str)

_CACHED = "public, max-age=300"


async def languages(request: web.Request) -> web.StreamResponse:
    """The languages that the bot speaks."""
    texts, replies = request.config_dict[TEXTS], request.config_dict[REPLIES]
    offered = [
        LanguageOffered(
            code=code,
            name=language(code).name,
            direction=language(code).direction,
            translated=_how_far(code, texts),
        )
        for code in replies.languages
    ]
    return _cacheable(request, reply(Languages(languages=offered, default=SOURCE)))


def _how_far(code: str, texts: Texts) -> Literal["source", "full", "partial", "machine"]:
    if code == SOURCE:
        return "source"
    if code not in texts.written_languages:
        return "machine"
    return "full" if texts.coverage(code) == 1 else "partial"


async def status(request: web.Request) -> web.StreamResponse:
    """The county, and which of its offices are open now."""
    county, desk = request.config_dict[CATALOGUE].county, request.config_dict[DESK]
    now, spoken = request.config_dict[CLOCK].now(), language_of(request)
    texts, replies = request.config_dict[TEXTS], request.config_dict[REPLIES]
    offices = []
    for office in county.offices:
        hours = desk.offices.calendar.hours_of(office.id, now)
        offices.append(
            OfficeStatus(
                id=office.id,
                name=office.name,
                short=texts.say(f"bot.office_{office.id}", spoken),
                operator=office.operator,
                open=hours.open,
                reopens_at=hours.reopens_at,
                reopens_text=replies.reopens_text(hours.reopens_at, spoken),
                phone=office.phone,
                kinds=desk.offices.kinds(office.id),
                hours=wording.opening_hours(office, texts, spoken),
                privacy_notice=str(office.privacy_notice),
            )
        )
    about = CountyStatus(
        name=county.name,
        switchboard=county.switchboard,
        website=str(county.website),
        imprint=str(county.imprint),
        privacy_notice=str(county.privacy_notice),
        accessibility_statement=str(county.accessibility_statement),
    )
    settings = request.config_dict[SETTINGS]
    rules = (
        AttachmentRules(limit=settings.attachment_limit, types=list(TYPES))
        if settings.attachments
        else None
    )
    return reply(
        Status(
            now=now,
            county=about,
            offices=offices,
            attachments=rules,
            voice=await _voice(request),
        )
    )


async def _voice(request: web.Request) -> VoiceOffer:
    here, codes = await voices_here(request), request.config_dict[REPLIES].languages
    return VoiceOffer(
        listen=[code for code in codes if cldr_locale(code) in here.listen],
        speak=[code for code in codes if cldr_locale(code) in here.speak],
        utterance_s=request.config_dict[SETTINGS].web_utterance_s,
    )


async def widget_texts(request: web.Request) -> web.StreamResponse:
    """The widget's words; German where a language has none of its own."""
    known = [*all_languages(), *further_languages()]
    wanted = best_of(request.match_info["language"], known)
    if wanted is None:
        raise NotFound
    texts_of_all = request.config_dict[TEXTS]
    code = wanted if wanted in texts_of_all.written_languages else SOURCE
    texts = texts_of_all.all_of("widget.", code)
    direction = language(code).direction
    body = WidgetTexts(language=code, direction=direction, texts=texts)
    return _cacheable(request, reply(body))


async def openapi(request: web.Request) -> web.StreamResponse:
    """This API, described."""
    return _cacheable(
        request,
        web.Response(text=request.config_dict[OPENAPI], content_type="application/json"),
    )


def _cacheable(request: web.Request, response: web.Response) -> web.StreamResponse:
    tag = hashlib.sha256((response.text or "").encode()).hexdigest()[:32]
    if any(match.value == tag for match in request.if_none_match or ()):
        response = web.Response(status=304)
    response.etag = tag
    response.headers["Cache-Control"] = _CACHED
    return response


OPERATIONS = (
    Operation(
        "GET", "/api/v1/languages", languages, "Languages on offer",
        None, {200: Languages}, protected=False,
    ),
    Operation(
        "GET", "/api/v1/status", status, "Opening hours now",
        None, {200: Status}, protected=False,
    ),
    Operation(
        "GET", "/api/v1/texts/{language}", widget_texts, "The widget's words",
        None, {200: WidgetTexts}, (404,), protected=False,
    ),
)  # fmt: skip
