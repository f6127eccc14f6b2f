"""The average total mesa cost of every candidate of the game linear in NumPy, for bench/rolloutVsNumpy.ts.

Reads one JSON object a line and answers each with one: the problem first, then how often to evaluate which variant.
"""

import json
import platform
import sys
from time import perf_counter

import numpy as np


def average_costs(candidates, states, plan, rates, discount, regularization):
    """As one writes it: every (candidate, state) pair an element. Shape (candidates,)."""
    goal = states[np.newaxis, :]
    theta = np.broadcast_to(goal, (len(candidates), len(states)))
    total = np.zeros(theta.shape)
    weight = 1.0
    for k, rate in enumerate(rates):
        a = candidates[:, np.newaxis] if k == 0 else plan[k]
        y = a * theta
        total += weight * (y - goal) ** 2
        theta = theta - rate * (2 * a * y + 2 * regularization * theta)
        weight *= discount
    return total.mean(axis=1)


def average_costs_in_place(candidates, states, plan, rates, discount, regularization, room):
    """The same in the fewest array operations: the step of theta as one factor, nothing allocated."""
    theta, total, y = room
    theta[:] = states
    total[:] = 0
    weight = 1.0
    for k, rate in enumerate(rates):
        a = candidates[:, np.newaxis] if k == 0 else plan[k]
        np.multiply(theta, a, out=y)
        y -= states
        y *= y
        if weight != 1.0:
            y *= weight
        total += y
        theta *= 1 - 2 * rate * (a * a + regularization)
        weight *= discount
    return total.mean(axis=1)


print(json.dumps({"numpy": np.__version__, "python": platform.python_version()}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "states" in request:
        problem = {k: np.array(v) if isinstance(v, list) else v for k, v in request.items()}
        shape = (len(problem["candidates"]), len(problem["states"]))
        room = [np.empty(shape) for _ in range(3)]
        print("{}", flush=True)
        continue
    if request["variant"] == "natural":
        evaluate = lambda: average_costs(**problem)
    else:
        evaluate = lambda: average_costs_in_place(**problem, room=room)
    start = perf_counter()
    for _ in range(request["repeat"]):
        costs = evaluate()
    seconds = perf_counter() - start
    print(json.dumps({"seconds": seconds / request["repeat"], "costs": costs.tolist()}), flush=True)
