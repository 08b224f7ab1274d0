#!/usr/bin/env python3
"""Compares `gatewatch sessions` with DuckDB and polars: filter, sort and CSV of the same large response of a gateway.

    python3 -m venv /tmp/others && /tmp/others/bin/pip install duckdb polars
    /tmp/others/bin/python tests/benches/against_others.py target/release/gatewatch [sessions] [rounds]

Times whole processes that write CSV to a file. DuckDB and polars read the response from a file; Gatewatch reads the same
bytes over HTTP from a local server that holds them in memory. The programs take turns. Prints the minimum and the median
of the wall time and the medians of processor time and memory. All three have to write the same rows.
"""

import http.server
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PATH = "/system/webdev/gatewatch/sessions"

DUCKDB = """
import duckdb, sys
response, out, filtered = sys.argv[1:]
where = "where regexp_full_match(username, 'bi.*')" if filtered == "filtered" else ""
# The rows are lists of mixed types, which DuckDB reads faster as lists of text than as JSON.
duckdb.sql(f'''
copy (
  select * exclude (created), strftime(epoch_ms(created), '%Y-%m-%dT%H:%M:%S.%gZ') as creationTime from (
    select r[1] as username, r[2] as project, r[3] as address, r[4] as isDesigner, r[5] as clientId,
           r[6]::bigint as created
    from (select unnest(rows) as r from read_json('{response}', maximum_object_size = 1 << 30,
          columns = {{'rows': 'VARCHAR[][]'}}))
  ) {where} order by username, created
) to '{out}' (format csv, header)
''')
"""

POLARS = """
import json, polars as pl, sys
response, out, filtered = sys.argv[1:]
with open(response, "rb") as file:
    response = json.load(file)
# The rows are lists of mixed types, which polars' JSON reader rejects.
columns = [column["name"] for column in response["columns"]]
frame = pl.DataFrame(response["rows"], schema=columns, orient="row").lazy()
if filtered == "filtered":
    frame = frame.filter(pl.col("username").str.contains(r"\\A(?:bi.*)\\z"))
created = pl.from_epoch("creationTime", time_unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
frame.sort("username", "creationTime").with_columns(created).collect().write_csv(out)
"""


def serve(response: bytes) -> str:
    """Starts a gateway that serves this response, and returns its address."""

    class Gateway(http.server.BaseHTTPRequestHandler):
        """Serves the prepared response."""

        def do_GET(self):
            found = self.path.split("?")[0] == PATH
            body = response if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def demo_response(program: str, sessions: int) -> bytes:
    """Returns the response of the demo gateway."""
    options = ["--listen", "127.0.0.1:0", "--still", "--seed", "42", "--sessions", str(sessions)]
    gateway = subprocess.Popen([program, "demo", *options], stdout=subprocess.PIPE, text=True)
    try:
        url = next(word for word in gateway.stdout.readline().split() if word.startswith("http"))
        with urllib.request.urlopen(url.rstrip("/") + PATH) as response:
            return response.read()
    finally:
        gateway.kill()


def run(command: list[str], out: pathlib.Path | None) -> tuple[float, float, float]:
    """Returns wall time and processor time in milliseconds and memory in megabytes."""
    with open(out or os.devnull, "wb") as stdout:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return wall * 1e3, (used.ru_utime + used.ru_stime) * 1e3, used.ru_maxrss / 1e3


def rows(csv: pathlib.Path) -> list[str]:
    """Returns the sorted lines: sessions with the same user and time may be in any order."""
    return sorted(csv.read_text("utf-8").replace("\r\n", "\n").splitlines())


def main() -> None:
    program = sys.argv[1]
    sessions = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        response = demo_response(program, sessions)
        (folder / "response.json").write_bytes(response)
        url = serve(response)
        os.environ["XDG_CONFIG_HOME"] = str(folder)
        print(f"{sessions} sessions, {len(response) / 1e6:.0f} MB of JSON, {rounds} rounds")
        for rows_kept in ["filtered", "all"]:
            pattern = ["--username", "bi.*"] if rows_kept == "filtered" else []
            gatewatch = [program, "sessions", url, *pattern, "--sort", "username,creationTime", "--format", "csv"]
            outs = {name: folder / f"{name}.csv" for name in ["gatewatch", "duckdb", "polars"]}
            commands = {
                "gatewatch": (gatewatch, outs["gatewatch"]),
                "duckdb": ([sys.executable, "-c", DUCKDB, f"{folder}/response.json", str(outs["duckdb"]), rows_kept], None),
                "polars": ([sys.executable, "-c", POLARS, f"{folder}/response.json", str(outs["polars"]), rows_kept], None),
            }
            times = {name: [] for name in commands}
            for _ in range(rounds):
                for name, command in commands.items():
                    times[name].append(run(*command))
            written = {name: rows(out) for name, out in outs.items()}
            same = all(lines == written["gatewatch"] for lines in written.values())
            print(f"\n{rows_kept}: {len(written['gatewatch']) - 1} rows{'' if same else ', NOT EQUAL'}")
            print(f"{'':12}{'minimum':>10}{'median':>10}{'processor':>12}{'memory':>10}")
            for name, runs in times.items():
                wall, used, memory = zip(*runs)
                print(
                    f"{name:12}{min(wall):7.0f} ms{statistics.median(wall):7.0f} ms"
                    f"{statistics.median(used):9.0f} ms{statistics.median(memory):7.0f} MB"
                )


if __name__ == "__main__":
    main()
