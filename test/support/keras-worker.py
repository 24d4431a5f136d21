"""Runs Python snippets for test/support/keras.ts: reads each as a line of JSON on stdin, answers with one on stdout.

A snippet gets the variables of its request, and no others, and assigns `result`.
"""

import json
import os
import sys
import traceback

# The output of libraries must not be mixed with the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

for line in sys.stdin:
    request = json.loads(line)
    names = dict(request["variables"], result=None)
    try:
        exec(compile(request["script"], "<snippet>", "exec"), names)
        answer = {"result": names["result"]}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), file=answers, flush=True)
