"""EM again, in decimal arithmetic with 60 digits: the judge where float64 itself is on trial.

Every float64 is a decimal number exactly, so what comes out here is right for the very numbers
stored. Plain loops over the textbook's formulas; slow, and for small data only.
"""

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

import numpy as np

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230782")
# NumPy floats become decimals by way of float, exactly.
exact = np.vectorize(lambda value: Decimal(float(value)), otypes=[object])
rounded = np.vectorize(float, otypes=[float])


def digits():
    """Return a context with 60 digits, where even the density 1e9 σ away does not underflow."""
    return localcontext(Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX))


def e_step(x, weights, means, covariances):
    """Return b (n, K) and ℓ for decimals `x` (n, D); all as decimals."""
    rows, total = [], Decimal(0)
    factors = [cholesky(covariance) for covariance in covariances]
    for point in x:
        joint = [
            weight * normal(point - mean, factor)
            for weight, mean, factor in zip(weights, means, factors, strict=True)
        ]
        rows.append([value / sum(joint) for value in joint])
        total += sum(joint).ln()
    return np.array(rows), total


def m_step(x, b, covariance_type="full"):
    """Return weights, means and covariances for decimals `x` (n, D) and `b` (n, K)."""
    (n, D), K = x.shape, b.shape[1]
    totals = b.sum(axis=0)
    means = b.T @ x / totals[:, None]
    scatter = [
        sum(b[i, k] * np.outer(x[i] - means[k], x[i] - means[k]) for i in range(n))
        for k in range(K)
    ]
    identity = exact(np.eye(D))
    covariances = {
        "full": lambda: [s / t for s, t in zip(scatter, totals, strict=True)],
        "tied": lambda: [sum(scatter) / sum(totals)] * K,
        "diag": lambda: [s / t * identity for s, t in zip(scatter, totals, strict=True)],
        "spherical": lambda: [
            np.trace(s) / t / D * identity for s, t in zip(scatter, totals, strict=True)
        ],
    }[covariance_type]()
    return totals / n, means, np.array(covariances)


def log_likelihood(x, mixture):
    """Return the exact ℓ of a `Mixture` for float64 data, rounded once."""
    with digits():
        x = exact(np.asarray(x, dtype=float).reshape(len(x), -1))
        parameters = exact(mixture.weights), exact(mixture.means), exact(mixture.covariances)
        return float(e_step(x, *parameters)[1])


def run(x, start, iterations, covariance_type="full"):
    """Return the exact ℓ's of a whole run and its last parameters, each rounded once."""
    with digits():
        x = exact(np.asarray(x, dtype=float).reshape(len(x), -1))
        parameters = exact(start.weights), exact(start.means), exact(start.covariances)
        log_likelihoods = []
        for iteration in range(iterations + 1):
            if iteration:
                parameters = m_step(x, b, covariance_type)  # noqa: F821
            b, value = e_step(x, *parameters)
            log_likelihoods.append(value)
        return rounded(log_likelihoods), [rounded(parameter) for parameter in parameters]


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
