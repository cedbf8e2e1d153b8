#!/usr/bin/env python3
"""How this project and its peers are run side by side and put into a table.

compare.py [--threads 1 2] [--only REGEX] [--rounds N] [--seconds S] [--memory]

Everything takes turns, round after round, on the same processors: on a shared machine figures taken
one after the other compare the minutes, not the programs. It needs no package itself; the peers' own
Python is in the folder that setup.sh made, $ADJOINT_PEERS or ~/.cache/adjoint-peers. What is missing
there is reported and left out.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.environ.get("ADJOINT_PEERS", os.path.expanduser("~/.cache/adjoint-peers"))
OURS = os.path.join(HERE, "..", ".build", "release", "adjoint-benchmarks")
TOLERANCE = 1e-4

SQUARES = [16, 32, 64, 128, 256, 512, 1024, 2048]
FLAT = ["128x784x512", "128x256x10", "32x192x512", "32x16x16", "128x512x256"]
DOUBLE = ["64x64x64", "256x256x256", "1024x1024x1024", "128x784x512"]
MATMUL = (
    [f"matmul-{n}x{n}x{n}" for n in SQUARES]
    + [f"matmul-{sides}" for sides in FLAT]
    + [f"matmul-f64-{sides}" for sides in DOUBLE]
)
SCALAR = ["scalar-chain", "scalar-rosenbrock", "scalar-product", "scalar-mixture"]

# For each title the peers and their variants. All are fair game: the best of them is the mark.
PRODUCTS = {"torch": ["eager", "eager+onednn"], "jax": ["jit"], "numpy": ["openblas"]}
DOUBLE_PRODUCTS = {"torch": ["eager"], "jax": ["jit"], "numpy": ["openblas"]}
SCALARS = {"casadi": ["graph"], "_Differentiation": ["compiled"], "adolc": ["tape"]}
VARIANTS = {
    "mlp": {
        "torch": [
            "eager", "eager+fused", "eager+fused+onednn", "compiled+fused",
            "compiled+fused+onednn",
        ],
        "jax": ["jit"],
    },
    "tiny-mlp": {"torch": ["eager", "eager+fused", "compiled+fused"], "jax": ["jit"]},
    "hvp-mlp": {
        "torch": ["reverse", "reverse+onednn", "forward+onednn"], "jax": ["forward", "reverse"],
    },
    "elementwise": {"torch": ["eager", "compiled"], "jax": ["jit"]},
    "overhead-tensor": {"torch": ["eager"], "jax": ["jit"]},
    **{title: DOUBLE_PRODUCTS if "-f64-" in title else PRODUCTS for title in MATMUL},
    **{title: SCALARS for title in SCALAR},
    "scalar-mixture": {
        "torch": ["eager", "compiled"], "jax": ["jit"], "casadi": ["graph"], "adolc": ["tape"],
    },
}
# Printed, but no mark: the compiler makes one loop of the chain, and nothing is left of the cost of an
# operation that is recorded, which this title is about.
COMPILED_AWAY = {("overhead-tensor", "jax jit")}
# Nothing in these could run on a second thread.
SINGLE = SCALAR + ["overhead-tensor"]
MEMORY = ["mlp", "elementwise"]


def environment(threads):
    """Thread settings of every library in use here."""
    settings = dict(os.environ)
    # A setting for another processor halves OpenBLAS.
    for name in ("OPENBLAS_CORETYPE", "XLA_FLAGS", "LD_PRELOAD", "ADJOINT_KERNELS"):
        settings.pop(name, None)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ADJOINT_THREADS"):
        settings[name] = str(threads)
    settings["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        settings["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    settings["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(PEERS, "inductor")
    return settings


def pinned(command, threads):
    """The command on as many processors as threads: the last ones, which others use less."""
    if not shutil.which("taskset"):
        return command
    available = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", ",".join(map(str, available[-threads:]))] + command


class Missing(Exception):
    """A peer that is not installed, or fails."""


class Program:
    """An implementation that starts fast enough to be started anew in each round."""

    def __init__(self, command, threads):
        self.command, self.threads = command, threads
        if not os.path.exists(command(None, 0)[0]):
            raise Missing(f"{command(None, 0)[0]} does not exist")

    def ask(self, title, variant, seconds):
        return run(self.command(title, seconds), self.threads)

    def close(self):
        pass


class Worker:
    """A peer in Python, kept alive between the rounds."""

    def __init__(self, script, threads):
        python = os.path.join(PEERS, "bin", "python")
        if not os.path.exists(python):
            raise Missing(f"{python} does not exist; run setup.sh")
        self.log = open(os.path.join(PEERS, f"{script}.log"), "w+")
        self.process = subprocess.Popen(
            pinned([python, os.path.join(HERE, script)], threads), env=environment(threads),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            last = (self.log.read().strip().splitlines() or ["no message"])[-1]
            raise Missing(f"it ended: {last}")
        return json.loads(line)

    def ask(self, title, variant, seconds):
        self.process.stdin.write(f"{title} {variant} {seconds}\n")
        self.process.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            raise Missing(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run(command, threads):
    """The JSON line that a command prints."""
    done = subprocess.run(
        pinned(command, threads), env=environment(threads), capture_output=True, text=True
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise Missing((done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1])
    answer = json.loads(lines[-1])
    if "error" in answer:
        raise Missing(answer["error"])
    return answer


def implementations(threads):
    """Name and maker of everything that can be asked."""

    def ours(title, seconds):
        return [
            OURS, "--json", "--threads", str(threads), "--seconds", str(seconds),
            "--filter", f"^{title}$",
        ]

    def compiled(name):
        return lambda title, seconds: [os.path.join(PEERS, name), str(title), str(seconds)]

    return {
        "ours": lambda: Program(ours, threads),
        "torch": lambda: Worker("torch_peer.py", threads),
        "jax": lambda: Worker("jax_peer.py", threads),
        "numpy": lambda: Worker("numpy_peer.py", threads),
        "casadi": lambda: Worker("casadi_peer.py", threads),
        "_Differentiation": lambda: Program(compiled("differentiation-peer"), threads),
        "adolc": lambda: Program(compiled("adolc-peer"), threads),
    }


class Figures:
    """What one implementation showed, over all rounds."""

    def __init__(self, name):
        self.name, self.medians, self.minimum, self.check = name, [], float("inf"), None

    def add(self, answer):
        self.medians.append(answer["median_ns"])
        self.minimum = min(self.minimum, answer["min_ns"])
        if self.check is None:
            self.check = answer.get("check")

    @property
    def median(self):
        return statistics.median(self.medians)


def text(nanoseconds):
    if nanoseconds < 1e3:
        return f"{nanoseconds:.0f} ns"
    if nanoseconds < 1e6:
        return f"{nanoseconds / 1e3:.3g} us"
    return f"{nanoseconds / 1e6:.3g} ms"


def agrees(a, b):
    return a is None or b is None or abs(a - b) <= TOLERANCE * max(abs(a), abs(b), 1e-2)


def compare(title, alive, missing, rounds, seconds):
    """Figures for ours and for each variant of each peer that has the title."""
    everyone = [("ours", "")] + [
        (peer, variant) for peer, variants in VARIANTS[title].items() for variant in variants
    ]
    figures = {}
    for turn in range(rounds):
        for peer, variant in everyone:
            name = f"{peer} {variant}".strip()
            if peer not in alive or (title, name) in missing:
                continue
            try:
                answer = alive[peer].ask(title, variant or "-", seconds)
            except (Missing, BrokenPipeError) as problem:
                missing[title, name] = str(problem)
                figures.pop(name, None)
                continue
            figures.setdefault(name, Figures(name)).add(answer)
    return list(figures.values())


def table(title, figures):
    """Rows for one title, ours first, and whether all results agree."""
    if not figures or figures[0].name != "ours":
        print(f"| {title} | ours is missing | | | | |")
        return False
    ours, peers = figures[0], figures[1:]
    right = [peer for peer in peers if agrees(peer.check, ours.check)]
    marks = [peer for peer in right if (title, peer.name) not in COMPILED_AWAY]
    if marks:
        by_median = min(marks, key=lambda peer: peer.median)
        by_minimum = min(marks, key=lambda peer: peer.minimum)
        ratios = (
            f"{ours.median / by_median.median:.2f} ({ours.minimum / by_minimum.minimum:.2f})"
        )
        best = by_median.name
    else:
        ratios, best = "", "none"
    others = ", ".join(
        f"{peer.name} {text(peer.median)} ({text(peer.minimum)})"
        + ("" if agrees(peer.check, ours.check) else f" **result {peer.check:.6g}**")
        for peer in sorted(peers, key=lambda peer: peer.median)
    )
    check = "" if ours.check is None else f"{ours.check:.6g}"
    print(
        f"| {title} | {text(ours.median)} ({text(ours.minimum)}) | {ratios} | {best} | {check} "
        f"| {others} |",
        flush=True,
    )
    return len(right) == len(peers)


def report_times(options, titles):
    agreed = True
    for threads in options.threads:
        turn = [title for title in titles if threads == 1 or title not in SINGLE]
        if not turn:
            continue
        alive, missing = {}, {}
        needed = {"ours"} | {peer for title in turn for peer in VARIANTS[title]}
        for name, start in implementations(threads).items():
            if name not in needed:
                continue
            try:
                alive[name] = start()
            except Missing as problem:
                print(f"missing: {name}: {problem}", file=sys.stderr)
        print(f"\n{threads} thread{'s' if threads > 1 else ''}, median (minimum) a step\n")
        print("| title | ours | ours / best | best | check | all variants |")
        print("|---|---|---|---|---|---|")
        for title in turn:
            figures = compare(title, alive, missing, options.rounds, options.seconds)
            agreed = table(title, figures) and agreed
        for (title, name), problem in missing.items():
            print(f"missing: {name} for {title}: {problem}", file=sys.stderr)
        for peer in alive.values():
            peer.close()
    return agreed


def report_memory(options, titles):
    """Growth of the resident memory over ten steps, each implementation in a fresh process."""
    python = os.path.join(PEERS, "bin", "python")
    print("\nPeak memory of ten steps beyond the process before, MB\n")
    print("| title | threads | ours | arrays of ours | torch eager | torch compiled | jax |")
    print("|---|---|---|---|---|---|---|")
    for title in [title for title in MEMORY if title in titles]:
        for threads in options.threads:
            commands = [[OURS, "--memory", "--threads", str(threads), "--filter", f"^{title}$"]] + [
                [python, os.path.join(HERE, script), "--memory", title, variant]
                for script, variant in (
                    ("torch_peer.py", "eager+fused+onednn"),
                    ("torch_peer.py", "compiled+fused+onednn"), ("jax_peer.py", "jit"),
                )
            ]
            cells = []
            for command in commands:
                try:
                    answer = run(command, threads)
                except (Missing, FileNotFoundError) as problem:
                    print(f"missing: {command[1]} for {title}: {problem}", file=sys.stderr)
                    cells.append("")
                    continue
                cells.append(f"{answer['resident_growth_bytes'] / 1e6:.1f}")
                if "peak_bytes" in answer:
                    cells.append(f"{answer['peak_bytes'] / 1e6:.1f}")
            print(f"| {title} | {threads} | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", default="", help="a regular expression for titles")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="for each turn")
    parser.add_argument("--memory", action="store_true", help="memory instead of time")
    options = parser.parse_args()
    titles = [title for title in VARIANTS if re.search(options.only, title)]
    if not titles:
        parser.error(f"no title matches {options.only}")
    if options.memory:
        report_memory(options, titles)
    elif not report_times(options, titles):
        print("results differ by more than 1e-4, or ours is missing", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
