"""Puts the handover desk together."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.ports import Notifier
from bot.settings import Settings
from bot.stores.database import Database
from handover.calling import Calling
from handover.cases import Cases
from handover.casework import Casework
from handover.composing import CatalogueAnswers, Composing
from handover.correspondence import Correspondence
from handover.desk import Desk
from handover.interpreting import Interpreting
from handover.notices import Notices
from handover.offices import Offices
from handover.views import Views
from handover.watch import Watch
from translations.interpreter import Interpreter
from translations.texts import Texts


@dataclass(frozen=True)
class HandoverDesk:
    """What citizens, caseworkers and time do with cases, and what caseworkers see of them."""

    desk: Desk
    calling: Calling
    casework: Casework
    correspondence: Correspondence
    watch: Watch
    views: Views
    interpreting: Interpreting


def build(
    database: Database,
    notifier: Notifier,
    clock: Clock,
    offices: Offices,
    texts: Texts,
    settings: Settings,
    interpreter: Interpreter,
    notices: Notices,
    answers: CatalogueAnswers,
) -> HandoverDesk:
    """The desk of one county."""
    interpreting = Interpreting(database, notifier, clock, interpreter)
    cases = Cases(database, notifier, clock, offices, texts, settings, interpreting, notices)
    calling = Calling(cases)
    return HandoverDesk(
        Desk(cases),
        calling,
        Casework(cases),
        Correspondence(cases, Composing(interpreter, answers)),
        Watch(cases, calling),
        Views(database, texts, interpreter, offices, clock),
        interpreting,
    )
