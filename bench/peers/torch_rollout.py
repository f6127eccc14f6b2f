"""The average total mesa cost of every candidate of the game linear in PyTorch, compiled by torch.compile."""

import platform

from protocol import absent, serve

try:
    import torch
except ImportError as error:
    absent(str(error))

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def average_costs(candidates, states, plan, rates, discount, regularization):
    """As one writes it; tracing unrolls the loop over the episodes. Shape (candidates,)."""
    goal = states[None, :]
    theta = goal.expand(candidates.shape[0], states.shape[0])
    total = torch.zeros_like(theta)
    weight = 1.0
    for k in range(rates.shape[0]):
        a = candidates[:, None] if k == 0 else plan[k]
        miss = a * theta - goal
        total = total + weight * miss * miss
        theta = theta * (1 - 2 * rates[k] * (a * a + regularization))
        weight = weight * discount
    return total.mean(dim=1)


def compiled(problem):
    given = {
        k: torch.tensor(v, dtype=torch.float32, device=device) if isinstance(v, list) else v
        for k, v in problem.items()
    }
    # each problem has its own graph: nothing is kept from an earlier size
    torch.compiler.reset()
    function = torch.compile(average_costs, fullgraph=True, dynamic=False)

    def evaluate():
        with torch.inference_mode():
            # the costs are read back, as a program that uses them would; that also waits for the device
            return function(**given).cpu()

    return evaluate, torch.Tensor.tolist


serve(
    {
        "name": "PyTorch",
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "device": "gpu" if device.type == "cuda" else "cpu",
    },
    {"compiled": (32, compiled)},
)
