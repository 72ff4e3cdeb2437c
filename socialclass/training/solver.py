"""Logistic regression: scikit-learn's objective, solved by Newton steps on a smaller problem with the same optimum.

A term that stands in one text only has a coefficient that is that text's residual times its value; all such terms of a
text therefore act as one column of their common length. In a corpus most terms are of this kind. The steps are found
by conjugate gradients (Lin, Weng and Keerthi, JMLR 2008), scaled by the diagonal of the curvature.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

    Array = np.ndarray[Any, np.dtype[np.float64]]

TIGHT, LOOSE = 1e-7, 1e-2
_STEPS, _INNER, _HALVINGS = 100, 300, 40


class Solution(NamedTuple):
    """coef: shape (n_rows, n_terms), n_rows being 1 for two classes; intercept: shape (n_rows,)."""

    coef: "Array"
    intercept: "Array"


def solve(
    matrix: "csr_matrix",
    targets: "np.ndarray[Any, Any]",
    classes: int,
    C: float,
    class_weight: str | None = None,
    tolerance: float = TIGHT,
) -> Solution:
    """Return the minimum of ``|coef|^2 / 2 + C * sum of log losses``, as LogisticRegression defines it.

    matrix: shape (n_texts, n_terms); targets: class numbers, shape (n_texts,).
    tolerance: length of the gradient at which the steps end. The penalty makes the objective strongly convex with
        modulus 1, so no coefficient is further from the optimum than about this.
    """
    import numpy as np

    smaller = _Merged(matrix)
    weight = np.full(len(targets), C)
    if class_weight == "balanced":
        weight *= (len(targets) / (classes * np.bincount(targets, minlength=classes)))[targets]
    wanted = np.eye(classes)[targets] if classes > 2 else (targets == 1).astype(np.float64)[:, None]
    found = _newton(_Problem(smaller.matrix, wanted, weight[:, None]), tolerance)
    intercept = found[-1] - found[-1].mean() if classes > 2 else found[-1]  # the softmax leaves their sum open
    return Solution(smaller.expand(found[:-1]).T.copy(), intercept)


class _Merged:
    """A matrix whose columns with a single entry are merged, and the way back."""

    def __init__(self, matrix: "csr_matrix") -> None:
        import numpy as np
        from scipy.sparse import csr_matrix

        single = np.bincount(matrix.indices, minlength=matrix.shape[1]) == 1
        rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))
        alone = single[matrix.indices]
        self._single, self._columns, self._values = single, matrix.indices[alone], matrix.data[alone]
        self._rows = rows[alone]
        squares = np.bincount(self._rows, self._values * self._values, matrix.shape[0])
        owners = np.flatnonzero(squares)
        self._lengths = np.sqrt(squares)
        self._shared = int(matrix.shape[1] - single.sum())
        self._place = np.zeros(matrix.shape[0], dtype=np.int64)
        self._place[owners] = self._shared + np.arange(len(owners))
        places = np.cumsum(~single, dtype=np.int32) - 1
        self.matrix = csr_matrix(
            (
                np.concatenate([matrix.data[~alone], self._lengths[owners]]),
                (
                    np.concatenate([rows[~alone], owners.astype(np.int32)]),
                    np.concatenate([places[matrix.indices[~alone]], self._place[owners].astype(np.int32)]),
                ),
            ),
            (matrix.shape[0], self._shared + len(owners)),
        )

    def expand(self, coef: "Array") -> "Array":
        """Return the coefficients (n_terms, n_rows) of all columns from those of the merged ones."""
        import numpy as np

        full = np.empty((len(self._single), coef.shape[1]))
        full[~self._single] = coef[: self._shared]
        share = self._values / self._lengths[self._rows]
        full[self._columns] = coef[self._place[self._rows]] * share[:, None]
        return full


class _Problem:
    """The objective at the last point that was asked for; parameters have shape (n_columns + 1, n_rows)."""

    def __init__(self, matrix: "csr_matrix", wanted: "Array", weight: "Array") -> None:
        self.matrix, self.transposed = matrix, matrix.T.tocsr()
        self.squared = self.transposed.multiply(self.transposed).tocsr()
        self.wanted, self.weight = wanted, weight
        self.shares = wanted

    def at(self, point: "Array") -> tuple[float, "Array"]:
        """Return the objective and its gradient."""
        import numpy as np

        logits = self.matrix @ point[:-1] + point[-1]
        if logits.shape[1] == 1:
            total = np.logaddexp(0.0, logits)
            self.shares = np.exp(logits - total)
        else:
            top = logits.max(axis=1, keepdims=True)
            total = top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
            self.shares = np.exp(logits - total)
        losses = total[:, 0] - (self.wanted * logits).sum(axis=1)
        value = float(self.weight[:, 0] @ losses + 0.5 * (point[:-1] ** 2).sum())
        return value, self._back(self.weight * (self.shares - self.wanted), point)

    def curve(self, direction: "Array") -> "Array":
        """Return the Hessian times a direction."""
        ahead = self.matrix @ direction[:-1] + direction[-1]
        if ahead.shape[1] == 1:
            ahead *= 1.0 - self.shares
        else:
            ahead -= (self.shares * ahead).sum(axis=1, keepdims=True)
        return self._back(self.weight * self.shares * ahead, direction)

    def diagonal(self) -> "Array":
        """Return the Hessian's diagonal, kept away from zero."""
        import numpy as np

        curvature = self.weight * self.shares * (1.0 - self.shares)
        return np.vstack([1.0 + self.squared @ curvature, curvature.sum(axis=0) + 1e-12])

    def _back(self, residual: "Array", point: "Array") -> "Array":
        import numpy as np

        return np.vstack([self.transposed @ residual + point[:-1], residual.sum(axis=0)])


def _newton(problem: _Problem, tolerance: float) -> "Array":
    import numpy as np

    point = np.zeros((problem.matrix.shape[1] + 1, problem.wanted.shape[1]))
    value, gradient = problem.at(point)
    first = length = float(np.linalg.norm(gradient))
    for _ in range(_STEPS):
        if length <= tolerance:
            break
        step = _conjugate(problem, gradient, min(0.1, (length / first) ** 0.5))
        slope, scale = float((gradient * step).sum()), 1.0
        for _ in range(_HALVINGS):
            new_value, new_gradient = problem.at(point + scale * step)
            if new_value <= value + 1e-4 * scale * slope or abs(new_value - value) <= 1e-12 * abs(value):
                break
            scale /= 2.0
        new_length = float(np.linalg.norm(new_gradient))
        if new_value >= value and new_length >= length:  # rounding: there is nothing to gain any more
            break
        point, value, gradient, length = point + scale * step, new_value, new_gradient, new_length
    return point


def _conjugate(problem: _Problem, gradient: "Array", enough: float) -> "Array":
    """Return an approximate Newton step: the residual, scaled by the diagonal, is `enough` times smaller."""
    import numpy as np

    scale = problem.diagonal()
    step = np.zeros_like(gradient)
    residual = -gradient
    scaled = residual / scale
    direction, size = scaled, float((residual * scaled).sum())
    goal = enough * enough * size
    for _ in range(_INNER):
        curved = problem.curve(direction)
        ratio = size / float((direction * curved).sum())
        step += ratio * direction
        residual = residual - ratio * curved
        scaled = residual / scale
        new = float((residual * scaled).sum())
        if new <= goal:
            break
        direction = scaled + new / size * direction
        size = new
    return step
