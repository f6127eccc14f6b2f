"""The protocol of peers: one JSON object per line, and one line of JSON as the answer to each.

First the peer describes itself, or says why it cannot run here. Then it gets a problem of a game that it supports, and
after it requests. A request names a variant, what is wanted ("costs" of all candidates at the first episode, or the whole
"plan" by backward induction), how often to repeat it, and whether the answer should contain the result.
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

    about: the description of the peer: "versions", "device" ("cpu" or "gpu")
    variants: by name, (bits of its arithmetic, games that it supports, functions by what is wanted). A function takes
        the problem, a dict of numbers and lists, and returns two functions: one computes what is wanted and waits for
        it, the other makes a list of that result: the costs, or the plan's numbers by episode.
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
