"""The numbers that workloads start from, and the workloads' constants.

The twin of ../Sources/adjoint-benchmarks/Recipe.swift: the same bits for the same stream and place.
"""

import numpy as np

_STEP, _FIRST, _SECOND = (
    np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def bits(stream, count):
    """SplitMix64's output function, applied to the places 0, 1, ..., count - 1 of a stream."""
    place = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(stream << 32)
    z = place * _STEP
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


def _unit(stream, count):
    return (bits(stream, count) >> np.uint64(40)).astype(np.float64) * 2.0**-24


def values(stream, bound, *shape):
    """float32 numbers in [-bound, bound)."""
    unit = _unit(stream, int(np.prod(shape)))
    return ((2 * unit - 1) * bound).astype(np.float32).reshape(shape)


def indices(stream, count, below):
    """Whole numbers below a bound."""
    return (bits(stream, count) % np.uint64(below)).astype(np.int64)


def weights(widths):
    """Weights and biases of linear layers in turn.

    Inputs and weights of both signs keep the training calm. With inputs in [0, 1) all of them push in
    the same direction, units cross the kink of relu together, and the loss of the tenth step moves by
    1e-3 with the rounding of a gradient: it would check nothing.
    """
    parameters = []
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        bound = float(np.sqrt(3 / inputs))
        parameters.append(values(2 * layer, bound, inputs, outputs))
        parameters.append(np.zeros(outputs, np.float32))
    return parameters


def mlp():
    """Parameters, inputs and labels of 784-512-256-10 with relu, batch 128."""
    return weights([784, 512, 256, 10]), values(16, 1, 128, 784), indices(17, 128, 10)


def hvp_direction():
    """The vector that the Hessian of the mlp's loss is multiplied with."""
    return [values(32 + place, 1, *p.shape) for place, p in enumerate(mlp()[0])]


def tiny_mlp():
    """Parameters, inputs and targets of 2-16-16-1 with tanh, batch 32."""
    x = values(16, 1, 32, 2)
    return weights([2, 16, 16, 1]), x, x[:, :1] * x[:, 1:]


def elementwise():
    """The argument of sum(tanh(1.5 x + 0.25) sigmoid(x) - x x)."""
    return values(16, 2, 1 << 22)


def matrices(m, k, n, dtype=np.float32):
    """Two matrices that can be multiplied."""
    return values(16, 1, m, k).astype(dtype), values(17, 1, k, n).astype(dtype)


DIMENSIONS, COMPONENTS, POINTS = 10, 25, 1000
# The places below the diagonal, column by column.
COLUMNS, ROWS = np.triu_indices(DIMENSIONS, 1)


def mixture():
    """Parameters and points of the Gaussian mixture, in float64.

    The parameters are the logarithms of the weights, the means, and for each component the logarithms
    of the diagonal of L and what is below it, column by column.
    """
    count = COMPONENTS * (1 + 2 * DIMENSIONS + len(ROWS))
    return (
        values(16, 0.5, count).astype(np.float64),
        values(17, 1, POINTS, DIMENSIONS).astype(np.float64),
    )


def mixture_parts(p):
    """Weights, means, logarithms of diagonals and the rest of L, of any array type."""
    means = COMPONENTS * (1 + DIMENSIONS)
    factors = p[means:].reshape(COMPONENTS, -1)
    return (
        p[:COMPONENTS], p[COMPONENTS:means].reshape(COMPONENTS, DIMENSIONS),
        factors[:, :DIMENSIONS], factors[:, DIMENSIONS:],
    )


LEARNING_RATES = {"mlp": 1e-3, "tiny-mlp": 0.01}
OVERHEAD_STEPS = 1000


def overhead(x):
    """A chain of 2000 operations on one element."""
    for _ in range(OVERHEAD_STEPS):
        x = x * 1.0001 + 0.0001
    return x


def matmul_sides(title):
    """The sides and the element type that a title of a matrix product stands for."""
    parts = title.split("-")[1:]
    dtype = np.float64 if parts[0] == "f64" else np.float32
    return [int(side) for side in parts[-1].split("x")], dtype
