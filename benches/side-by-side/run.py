#!/usr/bin/env python3
"""gouji beside its peers, alternately, in one run.

usage: run.py [--gouji PATH] [--data DIR] [--rounds N] [--threads 1,2] [WORK ...]
WORK: audit-N  tc-4k  chain-2k  sg-12  own  tri-300k  cspa-N  andersen-N  csv-MEGABYTES   (default: audit-1000000 tc-4k chain-2k sg-12 own tri-300k cspa-100k)

Needs `pip install duckdb polars numpy` in the Python that runs it, and `cargo build --release` before. Data are made once
under --data. Prints medians: wall seconds, user + system CPU seconds, peak memory in MB, and the ratio to DuckDB.
"""
import argparse, decimal, json, os, resource, statistics, subprocess, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNT_AND_SUM = "n = count : { v in voucher }, s = sum v.amount : { v in voucher }"

def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gouji", default=str(HERE.parent.parent / "target/release/gouji"))
    parser.add_argument("--data", default=str(HERE / "data"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("work", nargs="*", default=["audit-1000000", "tc-4k", "chain-2k", "sg-12", "own", "tri-300k", "cspa-100k"])
    return parser.parse_args()

def measured(command):
    """Wall, CPU and peak memory of one child, which must end well."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def data_of(work, root):
    folder = root / work
    if not folder.exists():
        kind, _, size = work.partition("-")
        if kind in ("audit", "csv"):
            subprocess.run([sys.executable, HERE / f"gen_{kind}.py", size, folder], check=True)
        else:
            subprocess.run([sys.executable, HERE / "gen_graph.py", work, folder], check=True)
    return folder

def commands(work, folder, args, threads, out):
    """The two sides: gouji, and DuckDB where it can say the same."""
    kind = work.partition("-")[0]
    if kind == "csv":
        theirs = [sys.executable, HERE / "csv_duckdb.py", folder, str(threads)]
        return [args.gouji, "query", COUNT_AND_SUM, folder, "--threads", str(threads)], theirs
    program = HERE / {"chain": "tc.dl"}.get(kind, f"{kind}.dl")
    if kind == "audit":
        threshold = json.loads((folder / "truth.json").read_text())["k"]
        program = out / "audit.dl"
        program.write_text((HERE / "audit.dl").read_text().replace("@K@", str(threshold)))
    ours = [args.gouji, "run", program, "-F", folder, "-D", out, "--threads", str(threads)]
    theirs = {
        "audit": [sys.executable, HERE / "audit_duckdb.py", folder, out, str(threads)],
        "tc": [sys.executable, HERE / "graph_duckdb.py", "tc", folder, str(threads)],
        "chain": [sys.executable, HERE / "graph_duckdb.py", "tc", folder, str(threads)],
        "tri": [sys.executable, HERE / "graph_duckdb.py", "tri", folder, str(threads)],
        "sg": [sys.executable, HERE / "graph_duckdb.py", "sg", folder, str(threads)],
        "own": [sys.executable, HERE / "graph_duckdb.py", "own", folder, str(threads), str(out)],
    }
    return ours, theirs.get(kind)

def sums_are_right(gouji, folder):
    """What gouji loads of a large CSV, added up, against what was written; DuckDB's side compares by itself."""
    found = subprocess.run([gouji, "query", COUNT_AND_SUM, folder, "--format", "json"], capture_output=True, text=True, check=True)
    truth = json.loads((folder / "truth.json").read_text())
    row = json.loads(found.stdout)[0]
    cents = decimal.Decimal(row["s"].removesuffix("元")) * 100
    if (int(row["n"]), cents) != (truth["rows"], truth["cents"]):
        raise SystemExit(f"gouji loads {row}, not {truth}")

def main():
    args = arguments()
    root = Path(args.data)
    out = root / "out"
    out.mkdir(parents=True, exist_ok=True)
    print("| work | threads | gouji wall / CPU / MB | DuckDB wall / CPU / MB | wall | CPU | memory |")
    print("|---|---|---|---|---|---|---|")
    for work in args.work:
        folder = data_of(work, root)
        if work.startswith("csv"):
            sums_are_right(args.gouji, folder)
        for threads in map(int, args.threads.split(",")):
            ours, theirs = commands(work, folder, args, threads, out)
            mine, other = [], []
            for _ in range(args.rounds):
                mine.append(measured(ours))
                if theirs:
                    other.append(measured(theirs))
            median = lambda runs: [statistics.median(column) for column in zip(*runs)]
            show = lambda runs: "{:.2f} / {:.2f} / {:.0f}".format(*median(runs)) if runs else "–"
            ratio = [f"{a / b:.2f}" for a, b in zip(median(mine), median(other))] if other else ["–"] * 3
            print(f"| {work} | {threads} | {show(mine)} | {show(other)} | {' | '.join(ratio)} |", flush=True)

if __name__ == "__main__":
    main()
