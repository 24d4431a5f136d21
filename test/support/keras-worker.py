"""Runs Python snippets for test/support/keras.ts: a line of JSON on stdin each, a line of JSON on stdout back.

A snippet sees the variables that come with it, starts from nothing else, and sets `result`.
"""

import json
import os
import sys
import traceback

# What libraries print must not get into the answers.
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
