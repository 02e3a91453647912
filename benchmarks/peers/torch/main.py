"""PyTorch as a measured process: main.py THREADS. Speaks the protocol of src/protocol.ts, as src/serve.ts does."""

import json
import math
import statistics
import sys
import time

import torch

from ops import OPS, NotComparable
from training import training

SAMPLE_MS = 0.1  # shorter calls are timed several at a time, for the clock's sake
CHECK_STEPS = 4
CHECK_MS = 4000


def now():
    return time.perf_counter() * 1e3


def first_losses(step):
    losses, end = [], now() + CHECK_MS
    while not losses or (len(losses) < CHECK_STEPS and now() < end):
        losses.append(step())
    return losses


def samples(step, calls_each, ms):
    times, end = [], now() + ms
    while not times or now() < end:
        start = now()
        for _ in range(calls_each):
            step()
        times.append((now() - start) / calls_each)
    return times


def prepare(work, model):
    if work["kind"] == "train":
        step = training(work["model"], model)
        return step, lambda: first_losses(step)
    return OPS[work["kind"]](work)


def say(message):
    print("@@" + json.dumps(message), flush=True)


torch.set_num_threads(int(sys.argv[1]))
say({"versions": {"torch": torch.__version__}})
step, calls_each = None, 1
for line in sys.stdin:
    request = json.loads(line)
    if request["ask"] == "exit":
        break
    try:
        if request["ask"] == "prepare":
            step, check = prepare(request["work"], request["model"])
            answer = {"check": check()}
            warm = statistics.median(samples(step, 1, request["warmUpMs"]))
            calls_each = max(1, math.ceil(SAMPLE_MS / warm))
        else:
            times = samples(step, calls_each, request["ms"])
            answer = {"median": statistics.median(times), "best": min(times), "calls": len(times) * calls_each}
        say(answer)
    except NotComparable as error:
        say({"error": str(error)})
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
