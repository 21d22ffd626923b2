"""The handover desk: queue, claims, opening hours, accounts, audit and the staff API."""
