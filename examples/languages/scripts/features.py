"""Puts lengths into bins of equal width."""

import argparse
import csv
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--in", dest="table", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--metrics", required=True)
parser.add_argument("--bins", type=int, required=True)
args = parser.parse_args()

with open(args.table, newline="") as file:
    rows = list(csv.DictReader(file))
lengths = [float(row["length"]) for row in rows]
width = (max(lengths) - min(lengths)) / args.bins or 1

# The runner reads one JSON object a line from this descriptor, and shows the progress of the stage.
with open(int(os.environ["PIPELINE_MESSAGES"]), "w") as messages, open(args.out, "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["garment", "bin"])
    for done, (row, length) in enumerate(zip(rows, lengths), start=1):
        writer.writerow([row["garment"], min(int((length - min(lengths)) / width), args.bins - 1)])
        print(json.dumps({"progress": {"done": done, "total": len(rows), "unit": "rows"}}), file=messages, flush=True)

with open(args.metrics, "w") as file:
    json.dump({"rows": len(rows), "mean_length": sum(lengths) / len(lengths)}, file)
