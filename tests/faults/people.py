"""Citizens who ask for a person, and caseworkers who take their cases, until told to stop."""

import asyncio
import itertools
import random

from tests.faults.client import Answer, Client, Follower
from tests.faults.ledger import Deed, Ledger
from tests.support.gateways import PASSWORD

_MESSAGES = 6
_numbers = itertools.count(1)
_NEAR_THE_FRONT = 5
"""Caseworkers take one of the oldest cases, so that they meet."""


async def _breathe() -> None:
    await asyncio.sleep(random.uniform(0.02, 0.15))


class Citizen:
    """Begins one conversation after another and writes some lines in each."""

    def __init__(self, addresses: list[str], ledger: Ledger) -> None:
        self._addresses, self._ledger = addresses, ledger
        self._clients: list[Client] = []

    async def write(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            client = Client(self._addresses, self._ledger.outages)
            self._clients.append(client)
            await self._talk(client, stop)

    async def _talk(self, client: Client, stop: asyncio.Event) -> None:
        started = (await client.call("POST", "/conversations", {"language": "de"})).body
        client.become(Authorization=f"Bearer {started['token']}")
        path = f"/conversations/{started['id']}"
        follower = Follower(client, f"{path}/events")
        self._ledger.citizens[started["id"]] = follower
        follower.start()
        await client.call("POST", f"{path}/handover", {"office": "kfz"})
        acknowledged = self._ledger.messages.setdefault(started["id"], [])
        for number in range(1, _MESSAGES + 1):
            text = f"Frage Nummer {number} zu meinem Auto"
            body = {"client_message_id": str(number), "text": text}
            answer = await client.call("POST", f"{path}/messages", body)
            if answer.status == 409:
                return  # the caseworker has ended it
            if answer.status == 202:
                acknowledged.append(text)
            else:
                self._ledger.refusals.append(f"message: {answer.status}")
            if stop.is_set():
                return
            await _breathe()

    async def leave(self) -> None:
        for client in self._clients:
            await client.http.close()


class Caseworker:
    """Claims a case, answers, notes something, and gives it back or ends it."""

    def __init__(self, username: str, addresses: list[str], ledger: Ledger) -> None:
        self.username = username
        self._client, self._ledger = Client(addresses, ledger.outages), ledger

    async def sign_in(self) -> None:
        """Opens the console, which follows its feed from now on."""
        body = {"username": self.username, "password": PASSWORD}
        answer = await self._client.call("POST", "/session", body)
        assert answer.status == 200, answer
        listed = (await self._client.call("GET", "/handovers?state=waiting")).body
        follower = Follower(self._client, "/events", listed["seq"])
        self._ledger.consoles.append(follower)
        follower.start()

    async def work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            waiting = (await self._client.call("GET", "/handovers?state=waiting")).body["handovers"]
            if waiting:
                await self._take(random.choice(waiting[:_NEAR_THE_FRONT])["id"])
            await _breathe()

    async def leave(self) -> None:
        await self._client.http.close()

    async def _take(self, case: str) -> None:
        self._ledger.cases.add(case)
        answer = await self._client.call("POST", f"/handovers/{case}/claim")
        if answer.status == 409:
            self._ledger.conflicts += 1
            return
        if not self._note_deed("claim", case, answer):
            return
        for _ in range(random.randint(1, 3)):
            await self._reply(case)
            await _breathe()
        await self._note(case)
        if random.random() < 0.3:
            body = {"to": "queue"}
            answer = await self._client.call("POST", f"/handovers/{case}/return", body)
            self._note_deed("return_to_queue", case, answer)
        else:
            body = {"reason": "resolved"}
            answer = await self._client.call("POST", f"/handovers/{case}/close", body)
            self._note_deed("closed", case, answer)

    async def _reply(self, case: str) -> None:
        number = next(_numbers)
        text = f"Antwort Nummer {number}"
        body = {"client_message_id": str(number), "text": text}
        answer = await self._client.call("POST", f"/handovers/{case}/messages", body)
        if answer.status == 202:
            self._ledger.replies.setdefault((self.username, case), []).append(text)
        else:
            self._ledger.refusals.append(f"reply: {answer.status}")

    async def _note(self, case: str) -> None:
        """A note has no number of its own: who is unsure looks before she writes it again."""
        text = f"Notiz Nummer {next(_numbers)}"
        while (
            found := await self._client.once("POST", f"/handovers/{case}/notes", {"text": text})
        ) is None:
            shown = (await self._client.call("GET", f"/handovers/{case}")).body
            if any(note["text"] == text for note in shown["notes"]):
                break
        if found is None or found[0] == 201:
            self._ledger.notes.setdefault((self.username, case), []).append(text)
        else:
            self._ledger.refusals.append(f"note: {found[0]}")

    def _note_deed(self, deed: Deed, case: str, answer: Answer) -> bool:
        """Keeps what was acknowledged.

        Who gives a case back, hears nothing, says it again and is told that the case is not
        hers has been told that it worked.
        """
        done = answer.status == 200 or (
            deed != "claim" and answer.status == 403 and answer.repeated
        )
        if done:
            self._ledger.deeds.append((deed, self.username, case))
        else:
            self._ledger.refusals.append(f"{deed}: {answer.status}")
        return done
