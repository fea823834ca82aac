"""Stub."""
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
DARK = ("#56a0ff", "#ffc04d", "#33d0a0", "#f0a0d0", "#ff8040", "#90d0ff")
MARKERS = ("o", "^", "s", "D", "v", "P")
DASHES = ((), (6, 2), (2, 2), (6, 2, 2, 2), (9, 3), (4, 1, 1, 1))
def look():
    return {"light": list(COLOURS), "dark": list(DARK), "order": list(MARKERS), "dashes": [list(d) for d in DASHES],
     "markers": {"o": "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z", "^": "M0-1 1 1-1 1z", "s": "M-1-1H1V1H-1z", "D": "M0-1.3 1.3 0 0 1.3-1.3 0z", "v": "M0 1 1-1-1-1z", "P": "M-.4-1H.4V-.4H1V.4H.4V1H-.4V.4H-1V-.4H-.4z", "x": "M-1-1L1 1M-1 1L1-1"}}
