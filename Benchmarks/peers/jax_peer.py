"""The workloads in JAX, compiled with jit.

The product of a Hessian with a vector has the variants `forward` (over reverse) and `reverse`.
"""

import jax
import jax.numpy as jnp
import numpy as np
import recipe
from worker import Case, serve

jax.config.update("jax_enable_x64", True)  # For the float64 products; the rest stays float32.


def network(title):
    parameters, x, y = recipe.mlp() if title != "tiny-mlp" else recipe.tiny_mlp()
    parameters = [jnp.array(p) for p in parameters]
    x = jnp.array(x)
    y = jnp.array(y) if title == "tiny-mlp" else jnp.array(y.astype(np.int32))

    def loss(p, x, y):
        activation = jnp.tanh if title == "tiny-mlp" else jax.nn.relu
        h = activation(x @ p[0] + p[1])
        h = activation(h @ p[2] + p[3])
        z = h @ p[4] + p[5]
        if title == "tiny-mlp":
            return jnp.mean((z - y) ** 2)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))

    return parameters, x, y, loss


def descend(p, g, state):
    rate = recipe.LEARNING_RATES["tiny-mlp"]
    return [a - rate * b for a, b in zip(p, g)], state


def adam(p, g, state):
    m, v, t = state
    t = t + 1
    m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
    v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g)]
    # 1 - 0.999^t loses four digits in float32, which would show in the loss.
    first = (1 / (1 - 0.9 ** t.astype(jnp.float64))).astype(jnp.float32)
    second = (1 / (1 - 0.999 ** t.astype(jnp.float64))).astype(jnp.float32)
    rate = recipe.LEARNING_RATES["mlp"]
    p = [
        a - rate * (b * first) / (jnp.sqrt(c * second) + 1e-8) for a, b, c in zip(p, m, v)
    ]
    return p, (m, v, t)


def training(title):
    p, x, y, loss = network(title)
    zeros = [jnp.zeros_like(a) for a in p]
    update = descend if title == "tiny-mlp" else adam
    state = () if title == "tiny-mlp" else (zeros, [jnp.zeros_like(a) for a in p], jnp.int32(0))

    def advance(p, state, x, y):
        value, g = jax.value_and_grad(loss)(p, x, y)
        p, state = update(p, g, state)
        return value, p, state

    advance = jax.jit(advance, donate_argnums=(0, 1))
    now = [p, state]

    def step():
        value, now[0], now[1] = advance(now[0], now[1], x, y)
        return value

    return Case(step, float, wait=lambda _: jax.block_until_ready(now), checked_step=10)


def hvp(variant):
    p, x, y, loss = network("hvp-mlp")
    direction = [jnp.array(v) for v in recipe.hvp_direction()]
    slope = jax.grad(loss)

    def forward(p, d):
        return jax.jvp(lambda p: slope(p, x, y), (p,), (d,))[1]

    def reverse(p, d):
        return jax.vjp(lambda p: slope(p, x, y), p)[1](d)[0]

    product = jax.jit(forward if variant == "forward" else reverse)

    def norm(leaves):
        return np.sqrt(sum((np.asarray(a, np.float64) ** 2).sum() for a in leaves))

    return Case(lambda: product(p, direction), norm, wait=jax.block_until_ready)


def elementwise():
    x = jnp.array(recipe.elementwise())

    def function(x):
        return jnp.sum(jnp.tanh(x * 1.5 + 0.25) * jax.nn.sigmoid(x) - x * x)

    slope = jax.jit(jax.value_and_grad(function))
    return Case(lambda: slope(x), lambda r: float(r[0]), wait=jax.block_until_ready)


def mixture():
    p, points = (jnp.array(a) for a in recipe.mixture())
    side = recipe.DIMENSIONS

    def function(p):
        alpha, mean, q, low = recipe.mixture_parts(p)
        rest = jnp.zeros((len(q), side, side)).at[:, recipe.ROWS, recipe.COLUMNS].set(low)
        factor = rest + jax.vmap(jnp.diag)(jnp.exp(q))
        mapped = jnp.einsum("kij,nkj->nki", factor, points[:, None, :] - mean)
        terms = alpha + q.sum(1) - 0.5 * (mapped * mapped).sum(2)
        prior = 0.5 * (jnp.exp(2 * q).sum() + (low * low).sum())
        shares = jax.nn.logsumexp(terms, axis=1).sum() - len(points) * jax.nn.logsumexp(alpha)
        return shares + prior

    slope = jax.jit(jax.grad(function))
    return Case(lambda: slope(p), lambda g: float(g[0]), wait=jax.block_until_ready)


def overhead():
    x = jnp.array([0.5], jnp.float32)
    slope = jax.jit(jax.grad(lambda x: recipe.overhead(x)[0]))
    return Case(lambda: slope(x), lambda g: float(g[0]), wait=jax.block_until_ready)


def matmul(title):
    sides, dtype = recipe.matmul_sides(title)
    a, b = (jnp.array(matrix) for matrix in recipe.matrices(*sides, dtype))
    product = jax.jit(lambda a, b: a @ b)
    return Case(lambda: product(a, b), lambda c: float(c[0, 0]), wait=jax.block_until_ready)


def make(title, variant):
    if title in ("mlp", "tiny-mlp"):
        return training(title)
    if title == "hvp-mlp":
        return hvp(variant)
    if title == "elementwise":
        return elementwise()
    if title == "scalar-mixture":
        return mixture()
    if title == "overhead-tensor":
        return overhead()
    if title.startswith("matmul-"):
        return matmul(title)
    raise ValueError(f"no such workload here: {title}")


if __name__ == "__main__":
    serve(make)
