"""What this file knows: the scalar workloads in CasADi, evaluated by its virtual machine.

The graph and its gradient are built once, so that, unlike with a tape that is recorded in each step,
only the evaluation is timed. The chain is a folded function: its million steps as one expression
would take minutes to build.
"""

import casadi as ca
import numpy as np
from worker import Case, serve

COUNT = 1_000_000


def chain():
    x, total = ca.SX.sym("x"), ca.SX.sym("total")
    following = ca.sin(x) * 0.9 + ca.exp(-x * x) / (1 + x * x)
    step = ca.Function("step", [ca.vertcat(x, total)], [ca.vertcat(following, total + following)])
    start = ca.MX.sym("start")
    total = step.fold(COUNT)(ca.vertcat(start, 0))[1]
    return ca.Function("chain", [start], [ca.gradient(total, start)]), ca.DM(0.5), 0


def rosenbrock():
    x = ca.SX.sym("x", COUNT)
    a = 1 - x[:-1]
    b = x[1:] - x[:-1] * x[:-1]
    value = ca.sum1(a * a + 100 * (b * b))
    point = ca.DM((np.arange(COUNT) % 7) * 0.1)
    return ca.Function("rosenbrock", [x], [ca.gradient(value, x)]), point, 10


def product():
    x = ca.SX.sym("x", COUNT)
    value = ca.SX(1)
    for factor in x.elements():
        value = value * factor
    point = ca.DM(1 + 1e-7 * (np.arange(COUNT) % 3))
    return ca.Function("product", [x], [ca.gradient(value, x)]), point, 0


WORKLOADS = {
    "scalar-chain": chain,
    "scalar-rosenbrock": rosenbrock,
    "scalar-product": product,
}


def make(title, variant):
    function, point, place = WORKLOADS[title]()
    return Case(lambda: function(point), lambda gradient: gradient[place])


if __name__ == "__main__":
    serve(make)
