"""The table of fits that `compare` makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import criteria, validation
from gmm_helpers.model.criteria import CRITERIA, relative_widths
from gmm_helpers.model.trace import Trace

ONE_IN_1D = {"full", "diag", "spherical"}  # one model in one dimension


@dataclass(frozen=True, eq=False)
class Comparison:
    """Fits of one data set for each covariance type and each K; printed, it is a table.

    A fit is *regular* if `spurious_components` marks none of its components. Only regular fits
    are compared.

    Attributes
    ----------
    covariance_types : tuple of str
        The types, one for each row of the arrays.
    Ks : tuple of int
        The numbers of components, one for each column.
    traces : tuple of tuple of Trace
        The best regular run for each type and each K, without its half-steps: `traces[i][j]`.
    spurious : tuple of tuple of Trace or None
        A run that ends higher than this one for the sake of a spurious component, if there was one.
    reasons : tuple of tuple of str
        Why there is no fit, in which case `traces` holds the mixture with fewer components, one of
        them written twice; else "".
    n : int
        How many points there are.
    log_likelihoods, n_parameters, aic, bic : ndarray, shape (n_types, n_Ks)
        ℓ in nats, and what it costs; of a criterion the lowest is best.
    converged : ndarray of bool, shape (n_types, n_Ks)
    """

    covariance_types: tuple
    Ks: tuple
    traces: tuple
    spurious: tuple
    reasons: tuple
    n: int
    log_likelihoods: np.ndarray
    n_parameters: np.ndarray
    aic: np.ndarray
    bic: np.ndarray
    converged: np.ndarray

    def trace(self, K: int, covariance_type: str | None = None) -> Trace:
        """Return the best regular run for this K, and this type where there are several."""
        if covariance_type is None and self.covariance_types[1:]:
            raise ValueError(f"Name the covariance_type: one of {self.covariance_types}.")
        kind = self.covariance_types[0] if covariance_type is None else covariance_type
        validation.check_covariance_type(kind)
        K = validation.check_count(K, "K", at_least=1)
        if kind not in self.covariance_types or K not in self.Ks:
            raise ValueError(
                f"There is no fit for K = {K} and {kind!r}: the table has K in {self.Ks} and "
                f"types in {self.covariance_types}."
            )
        return self.traces[self.covariance_types.index(kind)][self.Ks.index(K)]

    def best(self, criterion: str = "bic") -> Trace:
        """Return the run whose "aic" or "bic" is lowest; of equal ones, the first."""
        validation.check_one_of(criterion, "criterion", CRITERIA)
        if (cell := self._lowest(criterion)) is None:
            raise ValueError(_NONE)
        return self.traces[cell[0]][cell[1]]

    def held_out(self, x: ArrayLike) -> np.ndarray:
        """Return ℓ of other data under each of the mixtures, shape (n_types, n_Ks), in nats."""
        mixtures = [[trace.mixture for trace in row] for row in self.traces]
        return np.array([[each.log_density(x).sum() for each in row] for row in mixtures])

    def _lowest(self, criterion, row: int | slice = slice(None)):
        """Return where the criterion is lowest, (i, j), in all rows or one; None without a fit."""
        values = np.full(self.bic.shape, np.inf)
        values[row] = getattr(self, criterion)[row]
        values[np.array(self.reasons) != ""] = np.inf
        cell = np.unravel_index(values.argmin(), values.shape)
        return cell if np.isfinite(values[cell]) else None

    def __str__(self):
        return "\n".join([_HEADER, *self._lines(), *self._notes()])

    def _lines(self):
        """Return the table's lines: for each cell its fit, and a spurious one that is higher."""
        lines = []
        for i, j in np.ndindex(self.bic.shape):
            kind, trace, spurious = self.covariance_types[i], self.traces[i][j], self.spurious[i][j]
            if self.reasons[i][j]:
                parameters = f"{self.Ks[j]:>4}{self.n_parameters[i, j]:>4}"
                lines.append(f"{kind:<10}{parameters}  no fit: {self.reasons[i][j]}")
            else:
                stars = [criterion for criterion in CRITERIA if self._lowest(criterion) == (i, j)]
                smallest = trace.mixture.weights.argmin()
                lines.append(self._line(kind, trace, smallest, stars))
            if spurious:
                marked = criteria.spurious_components(spurious.mixture, self.n, kind)
                smallest = np.where(marked, spurious.mixture.weights, np.inf).argmin()
                lines.append(self._line("  spurious", spurious, smallest))
        return lines

    def _line(self, name, trace, k, stars=()):
        """Return the line of a run, with what is to say of its component k."""
        K, (ell, m, *costs) = trace.mixture.n_components, _score(trace, self.n)
        pairs = zip(CRITERIA, costs, strict=True)
        costs = [f"{cost:>11.3f}{'*' if each in stars else ' '}" for each, cost in pairs]
        width = f"{relative_widths(trace.mixture)[k]:.2g}" if K > 1 else "–"
        return (
            f"{name:<10}{K:>4}{m:>4}{ell:>12.3f}{' ' if trace.converged else '?'}"
            f"{''.join(costs)}{self.n * trace.mixture.weights[k]:>8.1f}{width:>9}"
        )

    def _notes(self):
        """Return what to know of this table, below its legend."""
        notes = [_LEGEND]
        if any(map(any, self.spurious)):
            notes.append(_OF_SPURIOUS)
        if any(map(any, self.reasons)):
            notes.append(_OF_COPIES)
        one = [kind for kind in self.covariance_types if kind in ONE_IN_1D]
        if one[1:] and self.traces[0][0].mixture.n_features == 1:
            notes.append(f"In one dimension {' and '.join(one)} are one model.")
        last, kinds = len(self.Ks) - 1, [*enumerate(self.covariance_types)]
        for criterion in CRITERIA:
            at_end = [kind for i, kind in kinds if self._lowest(criterion, i) == (i, last)]
            if at_end and last:
                found = f"{criterion.upper()} is lowest at K = {self.Ks[-1]} with"
                notes.append(f"Try larger K: {found} {', '.join(at_end)}.")
        if not self.converged.all():
            notes.append("? not converged: raise max_iter or tol")
        return notes


_HEADER = "covariance   K   m           ℓ         AIC         BIC   points    width"
_LEGEND = """\
* the lowest of its column; m: free parameters; points: n times the
smallest weight; width: that component's least standard deviation
divided by the others' pooled one"""
_NONE = "There is no regular fit in the table: try smaller K, the type 'tied', or a ridge."
_OF_SPURIOUS = """\
spurious: higher only for the sake of these few points, which have next
to no width in some direction (as rounded data may); never the best"""
_OF_COPIES = """\
no fit: a fit with fewer components stands in, one of them written twice"""


class Cell(NamedTuple):
    """What stands in the table for a K and a type; as in `Comparison`."""

    trace: Trace
    spurious: Trace | None = None
    reason: str = ""

    def relabelled(self, kind):
        """Return the same for a type that is the same model."""
        spurious = self.spurious and replace(self.spurious, covariance_type=kind)
        return Cell(replace(self.trace, covariance_type=kind), spurious, self.reason)


def tabulate(rows, Ks, n):
    """Return the `Comparison` of a row of cells for each type, fitted to `n` points."""
    traces, spurious, reasons = zip(*[zip(*row, strict=True) for row in rows.values()], strict=True)
    scores = np.array([[_score(trace, n) for trace in row] for row in traces])
    converged = np.array([[trace.converged for trace in row] for row in traces])
    ells, counts, aics, bics = np.moveaxis(scores, -1, 0)
    counts = counts.astype(int)
    for array in (ells, counts, aics, bics, converged):
        array.setflags(write=False)
    cells = traces, spurious, reasons
    return Comparison(tuple(rows), Ks, *cells, n, ells, counts, aics, bics, converged)


def _score(trace, n):
    """Return ℓ, the number of free parameters, AIC and BIC of a run on `n` points."""
    ell, (K, D) = trace.log_likelihoods[-1], trace.mixture.means.shape
    m = criteria.free_parameters(K, D, trace.covariance_type)
    return ell, m, criteria.aic(ell, m), criteria.bic(ell, m, n)
