export function mixColours(shares, palette) {
  const rgb = [0, 0, 0];
  shares.forEach((s, k) => { const c = palette[k % 6]; for (let j = 0; j < 3; j++) rgb[j] += s * parseInt(c.slice(1 + 2 * j, 3 + 2 * j), 16); });
  return rgb.map((v) => Math.min(255, Math.round(v)));
}
