"""The average total mesa cost of every candidate of the game linear in NumPy, on one thread."""

import os
import platform

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from protocol import absent, serve

try:
    import numpy as np
except ImportError as error:
    absent(str(error))


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
    """The same with the minimum number of array operations: the step of theta is one factor, and nothing is allocated."""
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


def arrays(problem):
    return {k: np.array(v) if isinstance(v, list) else v for k, v in problem.items()}


def natural(problem):
    given = arrays(problem)
    return lambda: average_costs(**given), np.ndarray.tolist


def in_place(problem):
    given = arrays(problem)
    room = [np.empty((len(given["candidates"]), len(given["states"]))) for _ in range(3)]
    return lambda: average_costs_in_place(**given, room=room), np.ndarray.tolist


serve(
    {"name": "NumPy", "versions": {"numpy": np.__version__, "python": platform.python_version()}, "device": "cpu"},
    {"as one writes it": (64, natural), "in place": (64, in_place)},
)
