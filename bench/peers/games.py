"""The games of peers in Python, in plain form, for arrays of any library.

A decision and a state are tuples of arrays that broadcast against each other. Parameters that are not here are 1.
"""


def linear(decision, state, own, rate, regularization, clip):
    """y = a theta. Returns the output and the next state."""
    (a,), (theta,) = decision, state
    y = a * theta
    return y, (theta - rate * (2 * a * y + 2 * regularization * theta),)


def misconception(decision, state, own, rate, regularization, clip):
    """y = a theta + (1 - a) b; the agent expects that training lowers (y - b)^2, with the belief b that it has now."""
    (a,), (theta, belief) = decision, state
    y = a * theta + (1 - a) * belief
    miss = y - own[1]
    return y, (
        theta - rate * (2 * a * miss + 2 * regularization * theta),
        belief - rate * 2 * (1 - a) * miss,
    )


def learned_discount(decision, state, own, rate, regularization, clip):
    """y = (c + d gamma) theta, where gamma is trained too, and is the discount of later episodes."""
    (base, per_discount), (theta, discount) = decision, state
    slope = base + per_discount * discount
    y = slope * theta
    return y, (
        theta - rate * (2 * slope * y + 2 * regularization * theta),
        clip(discount - rate * 2 * per_discount * theta * y, 0, 1),
    )


GAMES = {"linear": (1, 1, linear), "misconception": (1, 2, misconception), "learned-discount": (2, 2, learned_discount)}


def columns(problem):
    """The problem with one column for each number of a decision (candidates, plan) and of a state (states)."""
    decisions, numbers, _ = GAMES[problem["game"]]
    cut = lambda flat, width: [flat[i::width] for i in range(width)]
    return {
        **problem,
        "candidates": cut(problem["candidates"], decisions),
        "plan": cut(problem["plan"], decisions),
        "states": cut(problem["states"], numbers),
    }


def own_discount(game, states, discount):
    """The discount of an agent: from its state, or from the problem."""
    return states[1] if game == "learned-discount" else discount
