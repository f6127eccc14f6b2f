"""The average total mesa cost of every candidate of the game linear in JAX, jitted: XLA fuses the whole rollout."""

import os
import platform

# other programs use the same GPU
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

from protocol import absent, serve

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    absent(str(error))


@jax.jit
def average_costs(candidates, states, plan, rates, discount, regularization):
    """As one writes it, the loop over the episodes unrolled by tracing. Shape (candidates,)."""
    goal = states[jnp.newaxis, :]
    theta = jnp.broadcast_to(goal, (candidates.shape[0], states.shape[0]))
    total = jnp.zeros_like(theta)
    weight = jnp.float32(1)
    for k in range(rates.shape[0]):
        a = candidates[:, jnp.newaxis] if k == 0 else plan[k]
        miss = a * theta - goal
        total = total + weight * miss * miss
        theta = theta * (1 - 2 * rates[k] * (a * a + regularization))
        weight = weight * discount
    return total.mean(axis=1)


def jitted(problem):
    given = {k: jnp.asarray(v, dtype=jnp.float32) for k, v in problem.items()}
    compiled = average_costs.lower(**given).compile()

    def to_list(costs):
        return costs.tolist()

    # the costs are read back, as a program that uses them would
    return lambda: jax.device_get(compiled(**given)), to_list


device = jax.devices()[0]
serve(
    {
        "name": "JAX",
        "versions": {"jax": jax.__version__, "python": platform.python_version()},
        "device": "cpu" if device.platform == "cpu" else "gpu",
    },
    {"jitted": (32, jitted)},
)
