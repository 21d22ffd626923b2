"""The phone line's client against a real gateway."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.events import Event, MessagePosted, StateChanged
from bot.model import Author, CallOutcome, ConversationState, HandoverKind
from tests.support.world import World
from voice.bot_client import BotClient, BotUnavailable, Conversation, Refused


@pytest.fixture
async def bot(world: World) -> AsyncIterator[BotClient]:
    async with BotClient.open(world.client("internal").base) as client:
        yield client


async def next_of(events: AsyncIterator[Event], author: Author) -> MessagePosted:
    async with asyncio.timeout(10):
        async for event in events:
            if isinstance(event, MessagePosted) and event.author is author:
                return event
    raise AssertionError("the stream ended")


async def begun(bot: BotClient) -> Conversation:
    return await bot.start("de", "+493023125999")


async def test_a_question_is_answered_after_its_own_message(bot: BotClient) -> None:
    conversation = await begun(bot)
    events = conversation.events()
    seq = await conversation.say("answer kfz_ummeldung general", confidence=0.9)
    own = await next_of(events, Author.CITIZEN)
    assert own.seq == seq
    assert own.heard is not None
    assert own.heard.confidence == 0.9
    answer = await next_of(events, Author.BOT)
    assert answer.service == "kfz_ummeldung"
    assert answer.seq > seq


async def test_a_button_is_sent_with_its_payload(bot: BotClient) -> None:
    conversation = await begun(bot)
    events = conversation.events()
    await conversation.say("Kosten", payload="kfz_ummeldung/fees")
    assert (await next_of(events, Author.BOT)).aspect == "fees"


async def test_a_stream_that_breaks_goes_on_without_a_gap(bot: BotClient, world: World) -> None:
    conversation = await begun(bot)
    first = conversation.events()
    await conversation.say("answer kfz_ummeldung fees")
    told = await next_of(first, Author.BOT)
    await first.aclose()  # type: ignore[attr-defined]
    await conversation.say("answer kfz_ummeldung documents")
    again = await next_of(conversation.events(), Author.CITIZEN)
    assert again.seq == told.seq + 1


async def test_the_language_is_switched(bot: BotClient) -> None:
    conversation = await begun(bot)
    await conversation.set_language("tr")
    events = conversation.events()
    await conversation.say("answer kfz_ummeldung fees")
    await next_of(events, Author.BOT)  # that a machine answers, said again
    assert (await next_of(events, Author.BOT)).language == "tr"
    with pytest.raises(Refused):
        await conversation.set_language("xx")


async def test_a_caller_is_put_through(bot: BotClient) -> None:
    conversation = await begun(bot)
    target = await conversation.put_through("kfz")
    assert (target.office, target.extension, target.speaks) == ("kfz", "110", None)
    await conversation.dialled(CallOutcome.NO_ANSWER, target.extension)
    assert (await conversation.put_through("kfz")).extension == "110"


async def test_after_hours_the_office_says_when_it_opens(bot: BotClient, world: World) -> None:
    world.clock.advance(hours=12)
    conversation = await begun(bot)
    with pytest.raises(Refused) as refused:
        await conversation.put_through("kfz")
    assert refused.value.code == "office_closed"
    office = await bot.office("kfz", "en")
    assert office is not None
    assert not office.open
    assert office.reopens is not None
    assert "tomorrow" in office.reopens
    await conversation.leave(HandoverKind.CALLBACK, "kfz", "+493023125999", None)
    async with asyncio.timeout(10):
        async for event in conversation.events():
            if isinstance(event, StateChanged):
                assert event.state is ConversationState.CALLBACK
                break


async def test_a_gateway_that_is_not_there_is_given_up_soon() -> None:
    async with BotClient.open("http://127.0.0.1:9") as bot:
        assert not await bot.ready()
        async with asyncio.timeout(8):
            with pytest.raises(BotUnavailable):
                await bot.start("de", None)
