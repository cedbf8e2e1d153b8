"""The scalar workloads in CasADi, evaluated by its virtual machine.

The graph and its gradient are built once, so that, unlike with a tape that is recorded in each step,
only the evaluation is timed. The chain is a folded function: its million steps as one expression
would take minutes to build.
"""

import casadi as ca
import numpy as np
import recipe
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
    return ca.Function("rosenbrock", [x], [ca.gradient(value, x)]), point, 0


def product():
    x = ca.SX.sym("x", COUNT)
    value = ca.SX(1)
    for factor in x.elements():
        value = value * factor
    point = ca.DM(1 + 1e-7 * (np.arange(COUNT) % 3))
    return ca.Function("product", [x], [ca.gradient(value, x)]), point, 0


def mixture():
    p, points = recipe.mixture()
    side, components = recipe.DIMENSIONS, recipe.COMPONENTS
    x, point = ca.SX.sym("x", len(p)), ca.SX.sym("point", side)
    diagonals = components * (1 + side)
    width = side + len(recipe.ROWS)

    def log_sum_exp(terms):
        # The largest term is exact in the differences, so it needs no derivative of its own.
        largest = ca.mmax(terms)
        return ca.log(ca.sum1(ca.exp(terms - largest))) + largest

    terms, prior = [], 0
    for k in range(components):
        q = x[diagonals + k * width : diagonals + k * width + side]
        low = x[diagonals + k * width + side : diagonals + (k + 1) * width]
        centered = point - x[components + k * side : components + (k + 1) * side]
        mapped = ca.exp(q) * centered
        for place, (row, column) in enumerate(zip(recipe.ROWS, recipe.COLUMNS)):
            mapped[int(row)] += low[place] * centered[int(column)]
        terms.append(x[k] + ca.sum1(q) - 0.5 * ca.sumsqr(mapped))
        prior += 0.5 * (ca.sumsqr(ca.exp(q)) + ca.sumsqr(low))
    share = ca.Function("share", [x, point], [log_sum_exp(ca.vertcat(*terms))])
    rest = ca.Function("rest", [x], [prior - len(points) * log_sum_exp(x[:components])])
    p_symbol = ca.MX.sym("p", len(p))
    value = ca.sum2(share.map(len(points))(p_symbol, ca.DM(points.T))) + rest(p_symbol)
    return ca.Function("mixture", [p_symbol], [ca.gradient(value, p_symbol)]), ca.DM(p), 0


WORKLOADS = {
    "scalar-chain": chain,
    "scalar-rosenbrock": rosenbrock,
    "scalar-product": product,
    "scalar-mixture": mixture,
}


def make(title, variant):
    function, point, place = WORKLOADS[title]()
    return Case(lambda: function(point), lambda gradient: gradient[place])


if __name__ == "__main__":
    serve(make)
