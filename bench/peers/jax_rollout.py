"""The average total mesa cost of every candidate in JAX, and whole inductions, each jitted as a whole."""

import os
import platform
from functools import partial

# other programs use the same GPU
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

from games import GAMES, columns, own_discount
from protocol import absent, serve

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    absent(str(error))


@partial(jax.jit, static_argnames="game")
def average_costs(game, candidates, states, plan, rates, discount, regularization):
    """As one writes it, the loop over the episodes unrolled by tracing. Shape (candidates,)."""
    step = GAMES[game][2]
    first = tuple(numbers[:, jnp.newaxis] for numbers in candidates)
    own = tuple(numbers[jnp.newaxis, :] for numbers in states)
    weighs = own_discount(game, own, discount)
    state, total, weight = own, 0, 1.0
    for k in range(rates.shape[0]):
        decision = first if k == 0 else tuple(numbers[k] for numbers in plan)
        y, state = step(decision, state, own, rates[k], regularization, jnp.clip)
        total = total + weight * (y - own[0]) ** 2
        weight = weight * weighs
    return total.mean(axis=1)


@partial(jax.jit, static_argnames="game")
def backward_induction(game, candidates, states, plan, rates, discount, regularization):
    """The plan, from the last episode to the first, as one program. Shape (numbers of a decision, episodes)."""
    step = GAMES[game][2]
    episodes = rates.shape[0]
    first = tuple(numbers[:, jnp.newaxis] for numbers in candidates)
    own = tuple(jnp.broadcast_to(numbers, (candidates[0].shape[0], numbers.shape[0])) for numbers in states)
    weighs = own_discount(game, own, discount)

    def decide(back, plan):
        t = episodes - 1 - back

        def play(k, carry):
            state, total, weight = carry
            decision = tuple(jnp.where(k == t, now, later[k]) for now, later in zip(first, plan))
            y, state = step(decision, state, own, rates[k], regularization, jnp.clip)
            return state, total + weight * (y - own[0]) ** 2, weight * weighs

        begin = (own, jnp.zeros_like(own[0]), jnp.ones_like(own[0]))
        _, total, _ = jax.lax.fori_loop(t, episodes, play, begin)
        best = jnp.argmin(total.mean(axis=1))
        return tuple(later.at[t].set(of[best]) for later, of in zip(plan, candidates))

    return jnp.stack(jax.lax.fori_loop(0, episodes, decide, tuple(plan)), axis=1)


def compiled(function, problem):
    given = columns(problem)
    floats = partial(jnp.asarray, dtype=jnp.float32)
    arguments = {
        key: [floats(numbers) for numbers in value] if key in ("candidates", "states", "plan") else floats(value)
        for key, value in given.items()
        if key != "game"
    }
    program = function.lower(game=given["game"], **arguments).compile()
    # the result is read back, as a program that uses it would
    return lambda: jax.device_get(program(**arguments)), lambda numbers: numbers.ravel().tolist()


device = jax.devices()[0]
serve(
    {
        "versions": {"jax": jax.__version__, "python": platform.python_version()},
        "device": "cpu" if device.platform == "cpu" else "gpu",
    },
    {
        "jitted": (
            32,
            list(GAMES),
            {"costs": partial(compiled, average_costs), "plan": partial(compiled, backward_induction)},
        )
    },
)
