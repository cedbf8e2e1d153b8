"""The results of the networks in float64, with derivatives written by hand.

The benchmarks check theirs against these. Run it and copy the numbers after a change of the
recipe or of a workload; it needs numpy alone.
"""

import numpy as np
import recipe


def mlp_gradient(p, x, y):
    """Loss and gradient of the network with relu and softmax cross-entropy."""
    h1 = x @ p[0] + p[1]
    a1 = np.maximum(h1, 0)
    h2 = a1 @ p[2] + p[3]
    a2 = np.maximum(h2, 0)
    z = a2 @ p[4] + p[5]
    z = z - z.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    rows = np.arange(len(y))
    d = np.exp(log_p)
    d[rows, y] -= 1
    d /= len(y)
    d2 = d @ p[4].T * (h2 > 0)
    d1 = d2 @ p[2].T * (h1 > 0)
    gradient = [x.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0), a2.T @ d, d.sum(0)]
    return -log_p[rows, y].mean(), gradient


def tiny_gradient(p, x, y):
    """Loss and gradient of the network with tanh and mean squared error."""
    a1 = np.tanh(x @ p[0] + p[1])
    a2 = np.tanh(a1 @ p[2] + p[3])
    e = a2 @ p[4] + p[5] - y
    d = 2 * e / e.size
    d2 = d @ p[4].T * (1 - a2**2)
    d1 = d2 @ p[2].T * (1 - a1**2)
    return (e**2).mean(), [x.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0), a2.T @ d, d.sum(0)]


def double(arrays):
    return [a.astype(np.float64) for a in arrays]


def mlp_loss(steps=10):
    p, x, y = recipe.mlp()
    p, x = double(p), x.astype(np.float64)
    m, v = [0 * a for a in p], [0 * a for a in p]
    for t in range(1, steps + 1):
        loss, g = mlp_gradient(p, x, y)
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g)]
        p = [
            a - 1e-3 * (b / (1 - 0.9**t)) / (np.sqrt(c / (1 - 0.999**t)) + 1e-8)
            for a, b, c in zip(p, m, v)
        ]
    return loss


def tiny_loss(steps=10):
    p, x, y = recipe.tiny_mlp()
    p, x, y = double(p), x.astype(np.float64), y.astype(np.float64)
    for _ in range(steps):
        loss, g = tiny_gradient(p, x, y)
        p = [a - 0.01 * b for a, b in zip(p, g)]
    return loss


def hvp_norm(step=1e-7):
    """The Hessian's product as a central difference of gradients, small enough to meet no kink."""
    p, x, y = recipe.mlp()
    p, x = double(p), x.astype(np.float64)
    direction = double(recipe.hvp_direction())
    ahead = mlp_gradient([a + step * b for a, b in zip(p, direction)], x, y)[1]
    behind = mlp_gradient([a - step * b for a, b in zip(p, direction)], x, y)[1]
    return np.sqrt(sum((((a - b) / (2 * step)) ** 2).sum() for a, b in zip(ahead, behind)))


if __name__ == "__main__":
    print(f"mlp       {mlp_loss():.8f}")
    print(f"tiny-mlp  {tiny_loss():.8f}")
    for step in (1e-7, 1e-8):
        print(f"hvp-mlp   {hvp_norm(step):.8f} with step {step}")
