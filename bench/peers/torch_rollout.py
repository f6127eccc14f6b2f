"""The average total mesa cost of every candidate in PyTorch, and whole inductions, compiled by torch.compile."""

import platform

from games import GAMES, columns, own_discount
from protocol import absent, serve

try:
    import torch
except ImportError as error:
    absent(str(error))

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def average_costs(game, candidates, states, plan, rates, discount, regularization):
    """As one writes it; tracing unrolls the loop over the episodes. Shape (candidates,)."""
    step = GAMES[game][2]
    first = tuple(numbers[:, None] for numbers in candidates)
    own = tuple(numbers[None, :] for numbers in states)
    weighs = own_discount(game, own, discount)
    state, total, weight = own, 0, 1.0
    for k in range(rates.shape[0]):
        decision = first if k == 0 else tuple(numbers[k] for numbers in plan)
        y, state = step(decision, state, own, rates[k], regularization, torch.clamp)
        total = total + weight * (y - own[0]) ** 2
        weight = weight * weighs
    return total.mean(dim=1)


def play(game, decision, state, own, total, weight, weighs, rate, regularization):
    """One episode of all candidates: the state after it, the costs so far and the weight of the next."""
    y, state = GAMES[game][2](decision, state, own, rate, regularization, torch.clamp)
    return state, total + weight * (y - own[0]) ** 2, weight * weighs


def backward_induction(play, game, candidates, states, plan, rates, discount, regularization):
    """The plan, from the last episode to the first, one call per episode. Shape (episodes, numbers of a decision)."""
    shape = (candidates[0].shape[0], states[0].shape[0])
    first = tuple(numbers[:, None] for numbers in candidates)
    own = tuple(numbers.expand(shape) for numbers in states)
    zeros, ones = torch.zeros(shape, device=device), torch.ones(shape, device=device)
    weighs = own_discount(game, own, torch.tensor(discount, device=device))
    plan = [numbers.clone() for numbers in plan]
    episodes = rates.shape[0]
    for t in reversed(range(episodes)):
        state, total, weight = own, zeros, ones
        for k in range(t, episodes):
            decision = first if k == t else tuple(numbers[k] for numbers in plan)
            state, total, weight = play(game, decision, state, own, total, weight, weighs, rates[k], regularization)
        best = torch.argmin(total.mean(dim=1))
        for numbers, of in zip(plan, candidates):
            numbers[t] = of[best]
    return torch.stack(plan, dim=1)


def tensors(problem):
    """The problem with PyTorch's tensors."""
    given = columns(problem)
    tensor = lambda numbers: torch.tensor(numbers, dtype=torch.float32, device=device)
    lists = {key: [tensor(numbers) for numbers in given[key]] for key in ("candidates", "states", "plan")}
    # each problem has its own graph: nothing is kept from an earlier size
    torch.compiler.reset()
    return {**given, **lists, "rates": tensor(given["rates"])}


def read_back(evaluate):
    """Reads back the result, as a program that uses it would; that also waits for the device."""

    def run():
        with torch.inference_mode():
            return evaluate().cpu()

    return run, lambda numbers: numbers.ravel().tolist()


def costs(problem):
    given = tensors(problem)
    function = torch.compile(average_costs, fullgraph=True, dynamic=False)
    return read_back(lambda: function(**given))


def plan(problem):
    given = tensors(problem)
    function = torch.compile(play, fullgraph=True, dynamic=False)
    return read_back(lambda: backward_induction(function, **given))


serve(
    {
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "device": "gpu" if device.type == "cuda" else "cpu",
    },
    {"compiled": (32, list(GAMES), {"costs": costs, "plan": plan})},
)
