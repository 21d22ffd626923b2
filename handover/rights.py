"""Who may do what: each operation of the staff API names the roles that may use it.

Rights hold per office.  Somebody who keeps accounts or examines the audit trail does not need to
read what citizens wrote, and so may not (DSGVO, Art. 5 (1) c and f).
"""

from bot.model import Role

CASES = (Role.CASEWORKER, Role.LEAD)
"""See and work on the office's cases."""
FIGURES = (Role.LEAD,)
"""See the office's figures."""
PEOPLE = (Role.ADMIN,)
"""Keep the office's accounts."""
AUDIT = (Role.AUDITOR,)
"""Read the audit trail, and hold a conversation back from erasure."""
ANYBODY = tuple(Role)
"""Whoever is signed in."""
