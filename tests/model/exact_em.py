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
    """Return ℓ of a `Mixture`, and the parameters that one iteration of EM makes of it."""
    with localcontext(DIGITS):
        x = exact(np.asarray(x, dtype=float).reshape(len(x), -1))
        b, log_likelihood = e_step(x, mixture)
        return float(log_likelihood), [rounded(each) for each in m_step(x, b, covariance_type)]


def e_step(x, mixture):
    """Return b (n, K) and ℓ for decimals `x` (n, D); all as decimals."""
    rows, total = [], Decimal(0)
    weights, means = exact(mixture.weights), exact(mixture.means)
    factors = [cholesky(covariance) for covariance in exact(mixture.covariances)]
    for point in x:
        joint = [
            weight * normal(point - mean, factor)
            for weight, mean, factor in zip(weights, means, factors, strict=True)
        ]
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


def cholesky(covariance):
    """Return the lower factor L of a decimal matrix, Σ = L Lᵀ."""
    D = len(covariance)
    factor = np.full((D, D), Decimal(0))
    for i in range(D):
        for j in range(i + 1):
            left = covariance[i, j] - factor[i, :j] @ factor[j, :j]
            factor[i, j] = left.sqrt() if i == j else left / factor[j, j]
    return factor


def normal(deviation, factor):
    """Return N(x | μ, Σ) for x − μ = `deviation` and Σ = L Lᵀ."""
    D = len(deviation)
    z, determinant = [], Decimal(1)
    for i in range(D):
        known = sum((factor[i, j] * z[j] for j in range(i)), Decimal(0))
        z.append((deviation[i] - known) / factor[i, i])
        determinant *= factor[i, i]
    height = 1 / (determinant * (2 * PI).sqrt() ** D)
    return height * (-sum(value * value for value in z) / 2).exp()
