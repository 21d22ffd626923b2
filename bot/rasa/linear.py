"""A linear support vector machine over sparse rows: quick to train, small to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

FILE = "{}.npz"


@dataclass(frozen=True)
class LinearModel:
    """One weight for each feature and class; the margins of all classes for a row."""

    classes: tuple[str, ...]
    weights: NDArray[np.float16]
    """Features by classes: a row of few features reads few rows of it."""
    bias: NDArray[np.float32]

    @classmethod
    def fit(cls, rows: sparse.csr_matrix, labels: Sequence[str], c: float) -> LinearModel:
        """Learns from `rows`, each with its label; the same from the same rows always.

        A class of few examples weighs no more than one of many.
        """
        machine = LinearSVC(C=c, random_state=0).fit(rows, labels)
        weights = machine.coef_.T if len(machine.classes_) > 2 else _both(machine.coef_.T)
        bias = machine.intercept_ if len(machine.classes_) > 2 else _both(machine.intercept_)
        return cls(
            tuple(machine.classes_),
            np.ascontiguousarray(weights, dtype=np.float16),
            bias.astype(np.float32),
        )

    @classmethod
    def load(cls, folder: Path, name: str) -> LinearModel:
        """Reads what `save` wrote."""
        with np.load(folder / FILE.format(name)) as stored:
            return cls(tuple(stored["classes"].tolist()), stored["weights"], stored["bias"])

    def save(self, folder: Path, name: str) -> None:
        """Writes the model as arrays: nothing that is run on reading."""
        np.savez_compressed(
            folder / FILE.format(name),
            classes=np.array(self.classes),
            weights=self.weights,
            bias=self.bias,
        )

    def margins(self, row: sparse.csr_matrix) -> NDArray[np.float32]:
        """How far `row` lies on the side of each class."""
        chosen = self.weights[row.indices].astype(np.float32)
        margins: NDArray[np.float32] = row.data.astype(np.float32) @ chosen + self.bias
        return margins


def _both(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The two columns that a machine of two classes keeps as one."""
    return np.concatenate([-values, values], axis=-1)
