"""How a peer is asked: one JSON object a line, each answered with one.

First the peer says what it is, or why it cannot run here. Then comes a problem of a game that it has, and after it
requests that name a variant, what is wanted ("costs" of all candidates at the first episode, or the whole "plan" by
backward induction), how often to repeat it, and whether what came out is to be in the answer.
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
    variants: by name, (bits of its arithmetic, games that it has, functions by what is wanted). A function takes the
        problem, a dict of numbers and lists, and returns a function that computes what is wanted and waits until it is
        there, and one that makes a list of what that returned: the costs, or the plan's numbers by episode.
    """
    listed = [
        {"name": name, "bits": bits, "games": games, "wanted": list(functions)}
        for name, (bits, games, functions) in variants.items()
    ]
    print(json.dumps({**about, "variants": listed}), flush=True)
    problem, prepared = None, {}
    for line in sys.stdin:
        request = json.loads(line)
        if "states" in request:
            problem, prepared = request, {}
            print("{}", flush=True)
            continue
        name, wanted = request["variant"], request["wanted"]
        if (name, wanted) not in prepared:
            prepared[name, wanted] = variants[name][2][wanted](problem)
        evaluate, to_list = prepared[name, wanted]
        start = perf_counter()
        for _ in range(request["repeat"]):
            found = evaluate()
        answer = {"seconds": (perf_counter() - start) / request["repeat"]}
        if request.get("answer"):
            answer[wanted] = to_list(found)
        print(json.dumps(answer), flush=True)
