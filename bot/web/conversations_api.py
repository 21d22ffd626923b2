"""The conversation API, served to the web on the public port and to our channels internally."""

from collections.abc import AsyncIterator

from aiohttp import web

from bot.attachments import Attachments
from bot.errors import Invalid
from bot.events import Event, StateBody
from bot.export import Export
from bot.http import (
    SETTINGS,
    Accepted,
    After,
    Frame,
    Operation,
    client_address,
    frames,
    read_body,
    read_query,
    reply,
    resume_point,
    stream,
    wants_json,
)
from bot.model import Channel
from bot.stores.conversations import BATCH
from bot.web.access import CONVERSATIONS, in_her_language, limited, named_by
from bot.web.limits import LIMITS
from bot.web.shapes import (
    AttachmentTaken,
    ConversationStarted,
    ConversationView,
    Events,
    GiveFeedback,
    LanguageSet,
    MarkRead,
    PostMessage,
    RequestPerson,
    SendAttachment,
    SetLanguage,
    StartConversation,
)
from bot.web.uploads import read_upload
from translations.languages import language as named

ATTACHMENTS = web.AppKey("attachments", Attachments)
INTERNAL: web.AppKey[bool] = web.AppKey("internal", bool)
"""Whether this listener serves our own channels."""


async def start(request: web.Request) -> web.StreamResponse:
    """Begins a conversation."""
    body = await read_body(request, StartConversation)
    settings, internal = request.config_dict[SETTINGS], request.config_dict[INTERNAL]
    if body.channel == "phone" and not internal:
        raise Invalid(channel="channel_unknown")
    if body.channel != "phone" and body.caller is not None:
        raise Invalid(caller="channel_unknown")
    if not internal:
        await request.config_dict[LIMITS].count(
            "start", client_address(request), settings.new_conversations_per_minute
        )
    started = await request.config_dict[CONVERSATIONS].start(
        body.language,
        Channel(body.channel),
        request.headers.get("Accept-Language", ""),
        body.caller,
    )
    return reply(
        ConversationStarted(
            id=started.id,
            token=started.token,
            language=started.language.code,
            direction=started.language.direction,
            state=started.state,
            messages=started.messages,
        ),
        201,
    )


async def view(request: web.Request) -> web.StreamResponse:
    """The conversation now."""
    row, state = await request.config_dict[CONVERSATIONS].view(*named_by(request))
    direction = named(row.language).direction
    return reply(
        ConversationView(
            id=row.id,
            language=row.language,
            direction=direction,
            state=state,
            last_seq=row.last_seq,
            read_seq=row.staff_read_seq,
        )
    )


@in_her_language
@limited("message")
async def post_message(request: web.Request) -> web.StreamResponse:
    """Stores a message; the answer comes as an event."""
    conversation_id, token = named_by(request)
    body = await read_body(request, PostMessage)
    seq = await request.config_dict[CONVERSATIONS].post(
        conversation_id, token, body.client_message_id, body.text, body.payload, body.heard
    )
    return reply(Accepted(seq=seq), 202)


@in_her_language
@limited("attachment")
async def post_attachment(request: web.Request) -> web.StreamResponse:
    """Takes a file for the person who has or is to get the conversation."""
    attachments, (conversation_id, token) = request.config_dict[ATTACHMENTS], named_by(request)
    await attachments.expect(conversation_id, token)  # before anything of the file is read
    upload = await read_upload(request, request.config_dict[SETTINGS].attachment_limit)
    seq, file = await attachments.add(conversation_id, token, upload)
    return reply(AttachmentTaken(seq=seq, attachment=file), 201)


@in_her_language
async def events(request: web.Request) -> web.StreamResponse:
    """Events as a stream, or as a list where JSON is asked for."""
    conversations, (conversation_id, token) = request.config_dict[CONVERSATIONS], named_by(request)
    if wants_json(request):
        after = read_query(request, After).after
        return reply(Events(events=await conversations.events(conversation_id, token, after)))

    async def read(after: int) -> list[Event]:
        return await conversations.events(conversation_id, token, after)

    def fetch(after: int) -> AsyncIterator[Frame]:
        return frames(read, after, BATCH)

    after = resume_point(request)
    await conversations.language_of(conversation_id, token)  # refuses before the stream begins
    return await stream(request, conversation_id, conversation_id, after, fetch)


@in_her_language
@limited("action")
async def request_person(request: web.Request) -> web.StreamResponse:
    """Asks for a person."""
    conversation_id, token = named_by(request)
    body = await read_body(request, RequestPerson)
    state = await request.config_dict[CONVERSATIONS].request_person(
        conversation_id, token, body.office, body.kind, body.phone, body.text
    )
    return reply(state, 202)


@in_her_language
@limited("action")
async def set_language(request: web.Request) -> web.StreamResponse:
    """Switches the language."""
    conversation_id, token = named_by(request)
    body = await read_body(request, SetLanguage)
    language = await request.config_dict[CONVERSATIONS].set_language(
        conversation_id, token, body.language
    )
    return reply(LanguageSet(language=language.code, direction=language.direction))


@in_her_language
@limited("action")
async def give_feedback(request: web.Request) -> web.StreamResponse:
    """Keeps whether an answer helped."""
    conversation_id, token = named_by(request)
    body = await read_body(request, GiveFeedback)
    await request.config_dict[CONVERSATIONS].give_feedback(
        conversation_id, token, body.seq, body.helpful, body.comment
    )
    return web.Response(status=204)


@in_her_language
@limited("action")
async def close(request: web.Request) -> web.StreamResponse:
    """Ends the conversation."""
    conversation_id, token = named_by(request)
    return reply(await request.config_dict[CONVERSATIONS].close(conversation_id, token))


@in_her_language
@limited("action")
async def export(request: web.Request) -> web.StreamResponse:
    """Everything kept about the conversation."""
    conversation_id, token = named_by(request)
    response = reply(await request.config_dict[CONVERSATIONS].export(conversation_id, token))
    response.headers["Content-Disposition"] = 'attachment; filename="gespraech.json"'
    return response


@in_her_language
async def erase(request: web.Request) -> web.StreamResponse:
    """Deletes the conversation everywhere."""
    await request.config_dict[CONVERSATIONS].erase(*named_by(request))
    return web.Response(status=204)


@in_her_language
@limited("typing")
async def typing(request: web.Request) -> web.StreamResponse:
    """Says that the citizen is writing."""
    await request.config_dict[CONVERSATIONS].typing(*named_by(request))
    return web.Response(status=204)


@in_her_language
@limited("typing")
async def mark_read(request: web.Request) -> web.StreamResponse:
    """Says how far the citizen's screen has shown the conversation."""
    body = await read_body(request, MarkRead)
    await request.config_dict[CONVERSATIONS].mark_read(*named_by(request), body.seq)
    return web.Response(status=204)


_ONE = "/api/v1/conversations/{id}"
OPERATIONS = (
    Operation(
        "POST", "/api/v1/conversations", start, "Begin a conversation",
        StartConversation, {201: ConversationStarted}, (400, 413, 422, 429), protected=False,
    ),
    Operation("GET", _ONE, view, "Look at a conversation", None, {200: ConversationView}),
    Operation("DELETE", _ONE, erase, "Erase a conversation everywhere", None, {204: None}, (409,)),
    Operation(
        "POST", f"{_ONE}/messages", post_message, "Send a message",
        PostMessage, {202: Accepted}, (400, 409, 413, 422, 429),
    ),
    Operation(
        "POST", f"{_ONE}/attachments", post_attachment, "Send a file to a person",
        SendAttachment, {201: AttachmentTaken}, (400, 409, 413, 415, 422, 429, 503),
        body_type="multipart/form-data",
    ),
    Operation(
        "GET", f"{_ONE}/events", events, "Follow a conversation",
        None, {200: Events}, (400,), query=After, streams=True,
    ),
    Operation(
        "POST", f"{_ONE}/handover", request_person, "Ask for a person",
        RequestPerson, {202: StateBody}, (400, 409, 413, 422, 429),
    ),
    Operation(
        "POST", f"{_ONE}/language", set_language, "Switch the language",
        SetLanguage, {200: LanguageSet}, (400, 413, 422, 429),
    ),
    Operation(
        "POST", f"{_ONE}/feedback", give_feedback, "Say whether it helped",
        GiveFeedback, {204: None}, (400, 413, 422, 429),
    ),
    Operation(
        "POST", f"{_ONE}/close", close, "End a conversation", None, {200: StateBody}, (429,)
    ),
    Operation(
        "POST", f"{_ONE}/typing", typing, "Say that one is writing", None, {204: None}, (429,)
    ),
    Operation(
        "POST", f"{_ONE}/read", mark_read, "Say how far one has read",
        MarkRead, {204: None}, (400, 413, 429),
    ),
    Operation(
        "GET", f"{_ONE}/export", export, "Take one's data along", None, {200: Export}, (429,)
    ),
)  # fmt: skip
