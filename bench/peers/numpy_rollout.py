"""The average total mesa cost of every candidate in NumPy, on one thread, and whole inductions."""

import os
import platform

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from games import GAMES, columns, own_discount
from protocol import absent, serve

try:
    import numpy as np
except ImportError as error:
    absent(str(error))


def average_costs(game, candidates, states, plan, rates, discount, regularization):
    """As one writes it: every (candidate, state) pair an element. Shape (candidates,)."""
    step = GAMES[game][2]
    first = tuple(numbers[:, np.newaxis] for numbers in candidates)
    own = tuple(numbers[np.newaxis, :] for numbers in states)
    weighs = own_discount(game, own, discount)
    state, total, weight = own, 0, 1.0
    for k, rate in enumerate(rates):
        decision = first if k == 0 else tuple(numbers[k] for numbers in plan)
        y, state = step(decision, state, own, rate, regularization, np.clip)
        total = total + weight * (y - own[0]) ** 2
        weight = weight * weighs
    return total.mean(axis=1)


def linear_costs_in_place(candidates, states, plan, rates, discount, regularization, room):
    """The same for the game linear, with the minimum number of array operations: no array is allocated."""
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
    """The problem with NumPy's arrays."""
    given = columns(problem)
    lists = {key: [np.array(numbers) for numbers in given[key]] for key in ("candidates", "states", "plan")}
    return {**given, **lists, "rates": np.array(given["rates"])}


def backward(given, costs):
    """The plan, from the last episode to the first. Shape (episodes, numbers of a decision)."""
    candidates, rates = given["candidates"], given["rates"]
    plan = [np.zeros(len(rates)) for _ in candidates]
    for t in reversed(range(len(rates))):
        best = np.argmin(costs(plan=[numbers[t:] for numbers in plan], rates=rates[t:]))
        for numbers, of in zip(plan, candidates):
            numbers[t] = of[best]
    return np.stack(plan, axis=1)


def natural(problem):
    given = arrays(problem)
    return lambda: average_costs(**given), np.ndarray.tolist


def natural_plan(problem):
    given = arrays(problem)
    return lambda: backward(given, lambda **of: average_costs(**{**given, **of})), lambda plan: plan.ravel().tolist()


def in_place_costs(given):
    [candidates], [states] = given["candidates"], given["states"]
    room = [np.empty((len(candidates), len(states))) for _ in range(3)]
    return lambda plan, rates: linear_costs_in_place(
        candidates, states, plan[0], rates, given["discount"], given["regularization"], room
    )


def in_place(problem):
    given = arrays(problem)
    costs = in_place_costs(given)
    return lambda: costs(given["plan"], given["rates"]), np.ndarray.tolist


def in_place_plan(problem):
    given = arrays(problem)
    return lambda: backward(given, in_place_costs(given)), lambda plan: plan.ravel().tolist()


serve(
    {"versions": {"numpy": np.__version__, "python": platform.python_version()}, "device": "cpu"},
    {
        "as one writes it": (64, list(GAMES), {"costs": natural, "plan": natural_plan}),
        "in place": (64, ["linear"], {"costs": in_place, "plan": in_place_plan}),
    },
)
