// The mathematics of what a reader drags: as Mixture does it, and as a person writes it.

import { format } from "./base.js";

const LOG_10 = Math.log(10);

/** Return log N(x | μ, σ²). */
export const logNormal = (x, mean, deviation) =>
  -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

/** Return log(eᵃ + eᵇ), where both may be so small that eᵃ and eᵇ are 0. */
export function logAddExp(a, b) {
  const peak = Math.max(a, b);
  return peak === -Infinity ? peak : peak + Math.log1p(Math.exp(Math.min(a, b) - peak));
}

/** Return Σᵢ log p(xᵢ) of a mixture of two components. */
export function logLikelihood(points, weights, means, deviations) {
  // The logarithms are taken once, not for each point: a drag asks for this in every frame.
  const heights = weights.map((weight, k) => Math.log(weight) + logNormal(0, 0, deviations[k]));
  let sum = 0;
  for (let i = 0; i < points.length; i++) {
    const z1 = (points[i] - means[0]) / deviations[0];
    const z2 = (points[i] - means[1]) / deviations[1];
    sum += logAddExp(heights[0] - 0.5 * z1 * z1, heights[1] - 0.5 * z2 * z2);
  }
  return sum;
}

/**
 * Return the four entries of L, row by row, where L Lᵀ is the covariance of σ₁, σ₂ and ρ.
 * @type {(s1: number, s2: number, rho: number) => any}
 */
export const cholesky = (s1, s2, rho) => [s1, 0, rho * s2, s2 * Math.sqrt(1 - rho ** 2)];

/**
 * Return √λ₁ ≥ √λ₂ of a covariance, and the first eigenvector's angle. Of its two directions it is
 * the one from −45° to 135°; a little off, so that rounding does not turn it.
 */
export function halfAxes(first, second, correlation) {
  const [a, b, c] = [first ** 2, correlation * first * second, second ** 2];
  const largest = (a + c) / 2 + Math.hypot((a - c) / 2, b);
  const smallest = ((first * second) ** 2 * (1 - correlation ** 2)) / largest; // as λ₁ λ₂ = |Σ|
  const angle = 0.5 * Math.atan2(2 * b, a - c);
  const turned = angle < -Math.PI / 4 - 1e-6 ? angle + Math.PI : angle;
  return { lengths: [Math.sqrt(largest), Math.sqrt(smallest)], angle: turned };
}

/** Return σ₁, σ₂ and ρ of the covariance with a half-axis (x, y) and another right across it. */
export function fromHalfAxes(x, y, other) {
  const across = (other / Math.hypot(x, y)) ** 2;
  const [first, second] = [Math.sqrt(x * x + across * y * y), Math.sqrt(y * y + across * x * x)];
  return [first, second, (x * y * (1 - across)) / (first * second)];
}

/** Round e^value to some digits, half up as by hand; return the logarithm. */
function roundLog(value, digits = 3) {
  if (value === -Infinity) return value;
  const last = (Math.floor(value / LOG_10) + 1 - digits) * LOG_10; // of the last digit
  return Math.log(Math.round(Math.exp(value - last + 1e-9))) + last;
}

/** Write e^value to some digits, however small it is. */
export function fromLog(value, digits = 3) {
  if (value === -Infinity) return "0";
  const rounded = roundLog(value, digits) + 1e-9; // not below a power of ten
  const exponent = Math.floor(rounded / LOG_10);
  if (exponent >= -3) return format(Math.exp(rounded), Math.max(0, digits - 1 - exponent));
  return `${Math.exp(rounded - exponent * LOG_10).toFixed(digits - 1)}e−${-exponent}`;
}

/** Return log(weight × density), both rounded as `fromLog` writes them: so that they agree. */
export const multiplyLog = (weight, density) => roundLog(Math.log(weight) + roundLog(density));

/** Write a probability: with three decimals, or as a power of ten where these would be 0. */
export const writeShare = (share, logShare) =>
  share >= 0.001 ? format(share, 3) : fromLog(logShare);
