"""The protocol for peers in Python: one JSON object per line, and one line of JSON as the answer to each.

First it says what it is, or why it cannot run here. Then comes the problem, of a game that it has ("games"; linear
unless it says otherwise), and after it requests that name a variant, how often to repeat it, and whether the costs are
wanted.
"""

import json
import sys
from time import perf_counter


def absent(why):
    """Reports why there is nothing to measure, and ends."""
    print(json.dumps({"absent": why}), flush=True)
    sys.exit(0)


def serve(about, variants):
    """
    Answers until there are no more requests.

    about: what the peer says of itself: "name", "versions", "device" ("cpu" or "gpu")
    variants: by name, (bits of its arithmetic, function). The function takes the problem, a dict of numbers and lists,
        and returns a function that computes the costs and waits until they are there, and one that makes a list of
        what that returned.
    """
    listed = [{"name": name, "bits": bits} for name, (bits, _) in variants.items()]
    print(json.dumps({**about, "variants": listed}), flush=True)
    problem, prepared = None, {}
    for line in sys.stdin:
        request = json.loads(line)
        if "states" in request:
            problem, prepared = {key: value for key, value in request.items() if key != "game"}, {}
            print("{}", flush=True)
            continue
        name = request["variant"]
        if name not in prepared:
            prepared[name] = variants[name][1](problem)
        evaluate, to_list = prepared[name]
        start = perf_counter()
        for _ in range(request["repeat"]):
            costs = evaluate()
        answer = {"seconds": (perf_counter() - start) / request["repeat"]}
        if request.get("answer"):
            answer["costs"] = to_list(costs)
        print(json.dumps(answer), flush=True)
