"""EM again, in decimal arithmetic with 60 digits: the judge where float64 itself is on trial.

Every float64 is a decimal number exactly, so what comes out here is right for the very numbers
stored. Plain loops over the textbook's formulas; slow, and for small data only.
"""

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

import numpy as np

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230782")
# With these limits even the density 1e9 σ away does not underflow.
DIGITS = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)
# NumPy floats become decimals by way of float, exactly.
exact = np.vectorize(lambda value: Decimal(float(value)), otypes=[object])
rounded = np.vectorize(float, otypes=[float])


def iteration(x, mixture, covariance_type="full"):
    """Return b (n, K) and ℓ of a `Mixture`, and the parameters that one iteration of EM makes."""
    with localcontext(DIGITS):
        x = exact(np.asarray(x, dtype=float).reshape(len(x), -1))
        b, log_likelihood = e_step(x, mixture)
        parameters = [rounded(each) for each in m_step(x, b, covariance_type)]
        return rounded(b), float(log_likelihood), parameters


def e_step(x, mixture):
    """Return b (n, K) and ℓ for decimals `x` (n, D); all as decimals."""
    rows, total = [], Decimal(0)
    parameters = exact(mixture.weights), exact(mixture.means), exact(mixture.covariances)
    for point in x:
        joint = [w * normal(point - m, c) for w, m, c in zip(*parameters, strict=True)]
        rows.append([value / sum(joint) for value in joint])
        total += sum(joint).ln()
    return np.array(rows), total


def m_step(x, b, covariance_type):
    """Return weights, means and covariances for decimals `x` (n, D) and `b` (n, K)."""
    (n, D), K = x.shape, b.shape[1]
    totals = b.sum(axis=0)
    means = b.T @ x / totals[:, None]
    scatter = [
        sum(b[i, k] * np.outer(x[i] - means[k], x[i] - means[k]) for i in range(n))
        for k in range(K)
    ]
    if covariance_type == "tied":
        return totals / n, means, np.array([sum(scatter) / n] * K)
    covariances = np.array([s / t for s, t in zip(scatter, totals, strict=True)])
    if covariance_type == "diag":
        covariances *= exact(np.eye(D))
    if covariance_type == "spherical":
        covariances = np.array([np.trace(each) / D * exact(np.eye(D)) for each in covariances])
    return totals / n, means, covariances


def normal(deviation, covariance):
    """Return N(x | μ, Σ) for x − μ = `deviation`: of the first feature, times the rest given it."""
    if not len(deviation):
        return Decimal(1)
    first, variance, between = deviation[0], covariance[0, 0], covariance[1:, 0] / covariance[0, 0]
    height = (-first * first / (2 * variance)).exp() / (2 * PI * variance).sqrt()
    left = covariance[1:, 1:] - variance * np.outer(between, between)
    return height * normal(deviation[1:] - first * between, left)
