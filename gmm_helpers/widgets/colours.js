// Mixes colours by shares, as `mix_colours` in plots/look.py does and explains.

const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const FROM_CONES = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];
/** @type {WeakMap<string[], number[][]>} the roots of each palette that was used */
const known = new WeakMap();

/** @type {(matrix: number[][], v: number[]) => number[]} */
const multiply = (matrix, v) => matrix.map(([a, b, c]) => a * v[0] + b * v[1] + c * v[2]);

/** @param {string} colour as "#RRGGBB" */
function findRoots(colour) {
  const rgb = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16) / 255);
  const linear = rgb.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return multiply(TO_CONES, linear).map(Math.cbrt);
}

/** @type {(shares: ArrayLike<number>, palette: string[]) => number[]} red, green and blue, to 255 */
export function mixColours(shares, palette) {
  if (!known.has(palette)) known.set(palette, palette.map(findRoots));
  const roots = /** @type {number[][]} */ (known.get(palette));
  const mix = [0, 0, 0];
  for (let k = 0; k < shares.length; k++)
    for (let i = 0; i < 3; i++) mix[i] += shares[k] * roots[k % roots.length][i];
  const cones = mix.map((root) => root ** 3);
  return multiply(FROM_CONES, cones).map((linear) => {
    const v = Math.min(Math.max(linear, 0), 1);
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  });
}
