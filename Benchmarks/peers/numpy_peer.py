"""Matrix products in NumPy, whose wheels bring OpenBLAS."""

import numpy as np
import recipe
from worker import Case, serve


def make(title, variant):
    if not title.startswith("matmul-"):
        raise ValueError(f"no such workload here: {title}")
    sides, dtype = recipe.matmul_sides(title)
    a, b = recipe.matrices(*sides, dtype)
    return Case(lambda: np.matmul(a, b), lambda c: c[0, 0])


if __name__ == "__main__":
    serve(make)
