"""How a peer in Python is asked for figures, and how it takes time.

A worker stays alive between the rounds, because importing and compiling take far longer than what is
measured. Each line of its input, `TITLE VARIANT SECONDS`, is answered with a line of JSON. compare.py
sets the number of threads and the processors in the environment, before anything is imported.
"""

import argparse
import ctypes
import gc
import json
import os
import statistics
import sys
import time

BLOCK_SECONDS = 0.003


class Case:
    """A workload of one peer.

    step() takes a step and returns a handle; wait(handle) returns when it has been computed; check
    makes a number of the handle of the checked step.
    """

    def __init__(self, step, check, wait=lambda handle: None, checked_step=1):
        self.step, self.wait, self.check = step, wait, check
        self.checked_step = checked_step
        self.repeats = None

    def checked_value(self):
        for _ in range(self.checked_step):
            handle = self.step()
        self.wait(handle)
        return float(self.check(handle))

    def block(self, repeats):
        """Seconds for so many steps."""
        start = time.perf_counter()
        for _ in range(repeats):
            handle = self.step()
        self.wait(handle)
        return time.perf_counter() - start

    def calibrate(self):
        self.repeats = 1
        while self.block(self.repeats) < BLOCK_SECONDS and self.repeats < 1 << 20:
            self.repeats *= 2

    def measure(self, seconds):
        """Nanoseconds a step, block by block."""
        if self.repeats is None:
            self.calibrate()
        self.block(max(1, self.repeats // 4))
        gc.collect()
        gc.disable()
        samples = []
        end = time.perf_counter() + seconds
        while not samples or time.perf_counter() < end:
            samples.append(self.block(self.repeats) / self.repeats * 1e9)
        gc.enable()
        return samples


def _status(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field):
                return 1024 * int(line.split()[1])
    return 0


def _memory(make, title, variant):
    # Libraries load much of their code with the first step, which is not what is asked for.
    make("tiny-mlp", variant).checked_value()
    gc.collect()
    before = _status("VmRSS:")
    case = make(title, variant)
    gc.collect()
    try:
        # What making the data has left behind is not the step's.
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
    except (OSError, AttributeError):
        pass
    for _ in range(10):
        handle = case.step()
    case.wait(handle)
    return {"title": title, "resident_growth_bytes": _status("VmHWM:") - before}


def serve(make):
    """Answers requests; make(title, variant) returns a Case or raises."""
    options = argparse.ArgumentParser()
    options.add_argument("--memory", nargs=2, metavar=("TITLE", "VARIANT"))
    arguments = options.parse_args()
    # Libraries print to standard output at times; answers must not be mixed with that.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(fields):
        print(json.dumps(fields), file=answers, flush=True)

    if arguments.memory:
        answer(_memory(make, *arguments.memory))
        return
    cases = {}
    answer({"ready": True})
    for line in sys.stdin:
        title, variant, seconds = line.split()
        try:
            if (title, variant) not in cases:
                case = make(title, variant)
                cases[title, variant] = case, case.checked_value()
            case, check = cases[title, variant]
            samples = case.measure(float(seconds))
            answer(
                {
                    "title": title,
                    "median_ns": statistics.median(samples),
                    "min_ns": min(samples),
                    "check": check,
                }
            )
        except Exception as error:  # A peer that fails is reported; the others go on.
            answer({"title": title, "error": f"{type(error).__name__}: {error}"[:300]})
