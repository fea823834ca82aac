// Mixes colours by shares, as `mix_colours` in plots/look.py does and explains.

/**
 * Return a colour, of which the first share is the first of the palette, and so on.
 * What the shares leave of 1 is the paper's.
 * @type {(shares: number[], palette: string[], paper: string) => string}
 */
export function mixColours(shares, palette, paper) {
  let mixed = paper;
  let sum = Math.max(0, 1 - shares.reduce((a, b) => a + b, 0));
  for (const [k, share] of shares.entries()) {
    sum += share;
    const part = `${palette[k % palette.length]} ${100 * (share / sum)}%`;
    if (share) mixed = `color-mix(in oklab, ${mixed}, ${part})`;
  }
  return mixed;
}
