"""The features of messages as the classifiers read them."""

from __future__ import annotations

from collections.abc import Sequence

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy import sparse


def row_of(message: Message) -> sparse.csr_matrix:
    """All that featurizers found out about the text of `message` as a whole, in one row."""
    _, sparse_row = message.get_sparse_features(TEXT)
    _, dense_row = message.get_dense_features(TEXT)
    found = [sparse.csr_matrix(row.features) for row in (sparse_row, dense_row) if row]
    return found[0] if len(found) == 1 else sparse.hstack(found, format="csr")


def rows_of(messages: Sequence[Message]) -> sparse.csr_matrix:
    """The rows of `messages`, in their order."""
    return sparse.vstack([row_of(message) for message in messages], format="csr")
