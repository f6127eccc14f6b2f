"""Checks how good the networks of a result are: given the plan of the later agents, which cost does another search reach?

    python3 bench/peers/networks.py out/mlp/result.json bench/results/networks.json

For each episode SciPy's L-BFGS minimises the agent's average total mesa cost from the agent's own weights, the next
agent's, and random ones up to 20 in all. Costs, gradients and starts are written in this file, in NumPy and float64.
"""

import json
import sys

import numpy as np
import scipy
from scipy.optimize import minimize

RESTARTS, ITERATIONS = 20, 3000


def layers_of(weights, widths):
    """The matrices and biases of each layer, neuron by neuron with its bias last."""
    at = 0
    for inputs, outputs in zip(widths, widths[1:]):
        block = weights[at : at + outputs * (inputs + 1)].reshape(outputs, inputs + 1)
        at += block.size
        yield block[:, :-1], block[:, -1:]


def forward(weights, widths, theta):
    """y, dy/dθ, d²y/dθ² and what `backward` needs; the values of a layer have shape [neurons, states]."""
    h, h1, h2 = theta[None, :], np.ones((1, theta.size)), np.zeros((1, theta.size))
    tape = []
    layers = list(layers_of(weights, widths))
    for l, (matrix, bias) in enumerate(layers):
        z, z1, z2 = matrix @ h + bias, matrix @ h1, matrix @ h2
        tape.append((matrix, h, h1))
        if l == len(layers) - 1:
            return z[0], z1[0], z2[0], tape
        t = np.tanh(z)
        s = 1 - t * t
        h, h1, h2 = t, s * z1, s * z2 - 2 * t * s * z1 * z1
        tape[-1] += (t, s, z1)


def backward(tape, by_y, by_slope):
    """The derivatives by the weights of Σ by_y·y + by_slope·dy/dθ."""
    parts = []
    g, g1 = by_y[None, :], by_slope[None, :]
    for matrix, h, h1, *inner in reversed(tape):
        if inner:
            t, s, z1 = inner
            g, g1 = g * s + g1 * (-2 * t * s * z1), g1 * s
        parts.append(np.hstack([g @ h.T + g1 @ h1.T, g.sum(axis=1, keepdims=True)]).ravel())
        g, g1 = matrix.T @ g, matrix.T @ g1
    return np.concatenate(parts[::-1])


def main(source, target):
    result = json.load(open(source))
    config, plan = result["config"], np.array(result["plan"]["weights"])
    schedule, axis = config["schedule"], config["theta"]
    rates = schedule.get("learningRates") or [schedule["learningRate"]] * schedule["training"] + [0.0] * schedule[
        "deployment"
    ]
    widths, gamma, decay = config["layers"], config["discount"], config["regularization"]
    bounds = 4.0
    own = np.linspace(axis["min"], axis["max"], axis["count"])

    def cost(episode):
        def of(weights):
            theta, total, tape = own, 0.0, []
            for k in range(episode, len(rates)):
                y, y1, y2, saved = forward(weights if k == episode else plan[k], widths, theta)
                weight = gamma ** (k - episode)
                total = total + weight * (y - own) ** 2
                moved = theta - rates[k] * (2 * y * y1 + 2 * decay * theta)
                inside = np.abs(moved) < bounds
                tape.append((2 * weight * (y - own), y, y1, y2, inside, rates[k], saved))
                theta = np.clip(moved, -bounds, bounds)
            later = np.zeros_like(own)
            for by_y, y, y1, y2, inside, rate, saved in reversed(tape):
                later = later * inside
                if saved is tape[0][6]:
                    step = -2 * rate * later
                    gradient = backward(saved, by_y + step * y1, step * y)
                later = by_y * y1 + later * (1 - 2 * rate * (y1 * y1 + y * y2 + decay))
            return total.mean(), gradient / own.size

        return of

    rng = np.random.default_rng(1)

    def random_weights():
        scale = rng.uniform(0.5, 2)
        return np.concatenate(
            [
                np.hstack([rng.normal(0, scale / np.sqrt(i), (o, i)), rng.normal(0, scale / 2, (o, 1))]).ravel()
                for i, o in zip(widths, widths[1:])
            ]
        )

    rows = []
    # after the end of training, each agent has the same problem
    last = max((t for t, rate in enumerate(rates) if rate > 0), default=-1) + 1
    for episode in range(min(last + 1, len(rates))):
        of = cost(episode)
        starts = [plan[episode]] + ([plan[episode + 1]] if episode + 1 < len(rates) else [])
        starts += [random_weights() for _ in range(RESTARTS - len(starts))]
        options = {"maxiter": ITERATIONS, "maxfun": 2 * ITERATIONS, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-10}
        found = [minimize(of, w, jac=True, method="L-BFGS-B", options=options).fun for w in starts]
        here, gradient = of(plan[episode])
        rows.append(
            {
                "episode": episode,
                "cost": here,
                "gradientNorm": float(np.linalg.norm(gradient)),
                "fromItself": found[0],
                "best": min(found[1:]),
                "ratio": here / min(found),
                "found": sorted(found[1:]),
            }
        )
        print(f"{episode}: {here:.6g}, from itself {found[0]:.6g}, best of the others {min(found[1:]):.6g}", flush=True)
        assert np.isclose(here, result["cost"][episode], rtol=1e-9, atol=1e-14), result["cost"][episode]
    versions = {"numpy": np.__version__, "scipy": scipy.__version__}
    with open(target, "w") as file:
        json.dump({"config": config, "restarts": RESTARTS, "iterations": ITERATIONS, **versions, "rows": rows}, file, indent=1)
        file.write("\n")


main(*sys.argv[1:])
