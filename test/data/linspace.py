"""Writes linspace.json, what numpy.linspace gives for awkward axes: python3 test/data/linspace.py"""

import json
import pathlib

import numpy as np

TINY = 5e-324  # the least positive float64
AXES = [
    (-2, 2, 401),
    (-1, 1, 11),
    (-0.7, 1.3, 7),
    (-1.5, 1.75, 131),
    (0, 1, 2),
    (0, 1, 50),  # 49 * (1 / 49) is not 1
    (0.1, 0.7, 7),
    (1 / 3, 2 / 3, 100),
    (0.5, 0.5, 1),
    (-0.0, -0.0, 1),
    (-0.0, 1, 3),
    (-1, -0.0, 3),
    (0, TINY, 11),  # the step underflows to zero
    (-TINY, TINY, 4),
    (0, 1e-320, 7),
    (1, 1 + 2**-52, 5),  # finer than float64
    (2**53, 2**53 + 10, 21),
    (-8.9e307, 8.9e307, 9),
    (1e-300, 1e300, 5),
    (-1e16, 1, 13),
    (-2, 2, 100001),
    (-1, 1, 16777216),
]

rows = []
for low, high, count in AXES:
    points = np.linspace(low, high, count)
    # all of a short one, and some of a long one
    chosen = np.unique(np.linspace(0, count - 1, min(count, 401)).astype(int))
    rows.append({"min": low, "max": high, "count": count, "at": chosen.tolist(), "points": points[chosen].tolist()})

text = {"source": f"numpy.linspace, NumPy {np.__version__}, linspace.py", "axes": rows}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(text) + "\n")
