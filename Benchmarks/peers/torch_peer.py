"""The workloads in PyTorch.

Variants are words joined by `+`: `eager` or `compiled`; `fused` for the fused form of the optimizer;
`onednn` for float32 matrix products by oneDNN, which `set_float32_matmul_precision("medium")` selects.
On processors without bfloat16 matrix units it still computes in float32.
"""

import os

import numpy as np
import recipe
import torch
import torch.nn.functional as F
from worker import Case, serve

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def network(title):
    parameters, x, y = recipe.mlp() if title != "tiny-mlp" else recipe.tiny_mlp()
    parameters = [torch.from_numpy(p).requires_grad_() for p in parameters]
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    activation = torch.tanh if title == "tiny-mlp" else torch.relu
    error = F.mse_loss if title == "tiny-mlp" else F.cross_entropy

    def loss(w1, b1, w2, b2, w3, b3):
        h = activation(torch.addmm(b1, x, w1))
        h = activation(torch.addmm(b2, h, w2))
        return error(torch.addmm(b3, h, w3), y)

    return parameters, loss


def training(title, words):
    parameters, loss = network(title)
    if "compiled" in words:
        loss = torch.compile(loss)
    make = torch.optim.SGD if title == "tiny-mlp" else torch.optim.Adam
    optimizer = make(
        parameters, lr=recipe.LEARNING_RATES[title], fused=True if "fused" in words else None
    )

    def step():
        optimizer.zero_grad(set_to_none=True)
        value = loss(*parameters)
        value.backward()
        optimizer.step()
        return value

    return Case(step, lambda value: value.item(), checked_step=10)


def hvp(words):
    parameters, loss = network("hvp-mlp")
    direction = [torch.from_numpy(v) for v in recipe.hvp_direction()]

    def reverse():
        gradient = torch.autograd.grad(loss(*parameters), parameters, create_graph=True)
        return torch.autograd.grad(gradient, parameters, direction)

    slope = torch.func.grad(loss, argnums=tuple(range(len(parameters))))
    plain = tuple(p.detach() for p in parameters)

    def forward():
        return torch.func.jvp(slope, plain, tuple(direction))[1]

    def norm(product):
        return np.sqrt(sum((p.detach().double() ** 2).sum().item() for p in product))

    return Case(forward if "forward" in words else reverse, norm)


def elementwise(words):
    x = torch.from_numpy(recipe.elementwise()).requires_grad_()

    def function(x):
        return (torch.tanh(x * 1.5 + 0.25) * torch.sigmoid(x) - x * x).sum()

    if "compiled" in words:
        function = torch.compile(function)

    def step():
        x.grad = None
        value = function(x)
        value.backward()
        return value

    return Case(step, lambda value: value.item())


def mixture(words):
    p, points = (torch.from_numpy(a) for a in recipe.mixture())
    p.requires_grad_()
    side = recipe.DIMENSIONS
    places = torch.from_numpy(recipe.ROWS * side + recipe.COLUMNS)

    def function(p):
        alpha, mean, q, low = recipe.mixture_parts(p)
        rest = torch.zeros(len(q), side * side, dtype=p.dtype).index_copy(1, places, low)
        factor = rest.view(-1, side, side) + torch.diag_embed(torch.exp(q))
        mapped = torch.einsum("kij,nkj->nki", factor, points[:, None, :] - mean)
        terms = alpha + q.sum(1) - 0.5 * (mapped * mapped).sum(2)
        prior = 0.5 * (torch.exp(2 * q).sum() + (low * low).sum())
        return torch.logsumexp(terms, 1).sum() - len(points) * torch.logsumexp(alpha, 0) + prior

    if "compiled" in words:
        function = torch.compile(function)

    def step():
        p.grad = None
        function(p).backward()

    return Case(step, lambda _: p.grad[0].item())


def overhead():
    x = torch.tensor([0.5], requires_grad=True)

    def step():
        x.grad = None
        recipe.overhead(x).backward()

    return Case(step, lambda _: x.grad.item())


def matmul(title):
    sides, dtype = recipe.matmul_sides(title)
    a, b = (torch.from_numpy(matrix) for matrix in recipe.matrices(*sides, dtype))
    # A result of its own each time, as a program gets it that does not manage memory by hand.
    return Case(lambda: torch.mm(a, b), lambda c: c[0, 0].item())


def make(title, variant):
    words = variant.split("+")
    if title in ("mlp", "tiny-mlp"):
        case = training(title, words)
    elif title == "hvp-mlp":
        case = hvp(words)
    elif title == "elementwise":
        case = elementwise(words)
    elif title == "scalar-mixture":
        case = mixture(words)
    elif title == "overhead-tensor":
        case = overhead()
    elif title.startswith("matmul-"):
        case = matmul(title)
    else:
        raise ValueError(f"no such workload here: {title}")
    # The setting is global and cases take turns in one process, so each block sets its own.
    block, first = case.block, case.checked_value
    precision = "medium" if "onednn" in words else "highest"

    def with_precision(body):
        def call(*arguments):
            torch.set_float32_matmul_precision(precision)
            return body(*arguments)

        return call

    case.block, case.checked_value = with_precision(block), with_precision(first)
    return case


if __name__ == "__main__":
    serve(make)
