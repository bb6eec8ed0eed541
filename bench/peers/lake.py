"""Peers of the lake's benchmark: python lake.py LAKE_DIR WORK_DIR. Needs duckdb and chdb.
Loads the lake's own Parquet files into ClickHouse's engine (chdb) and DuckDB, says `ready`, then answers each line
`engine query` on standard input with `seconds answer`. Its tables are kept in WORK_DIR."""
import glob
import os
import sys
import time

import duckdb
from chdb import session

lake, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.makedirs(work, exist_ok=True)
files = f"{lake}/ws1/p*/*.parquet"
DAYS = "'2025-07-01', '2025-07-02', '2025-07-08'"

duck = duckdb.connect(f"{work}/lake.duckdb")
duck.execute("create table if not exists e as select profile, make_timestamp(epoch_us(ts)) ts, event, n_amount as amount"
             f" from read_parquet('{files}', union_by_name=true) order by profile, ts")
ch = session.Session(f"{work}/clickhouse")
ch.query("create database if not exists bench")
ch.query("create table if not exists bench.e (profile UInt64, ts DateTime64(3, 'UTC'), event LowCardinality(String),"
         " amount Float64) engine=MergeTree order by (profile, ts)")
if ch.query("select count() from bench.e").bytes().strip() == b"0":
    for file in sorted(glob.glob(files)):
        ch.query(f"insert into bench.e select profile, ts, event, assumeNotNull(n_amount) from file('{file}', Parquet)")
    ch.query("optimize table bench.e final")

CLICKHOUSE = {
    "funnel": "select countIf(l=1), countIf(l=2), countIf(l=3) from (select profile, windowFunnel(604800)(toDateTime(ts, 'UTC'),"
              " event='event_00', event='event_03', event='event_07') l from bench.e"
              " where event in ('event_00','event_03','event_07') group by profile)",
    "retention": "select sum(r[1]), sum(r[2]), sum(r[3]) from (select profile, retention(toDate(ts)='2025-07-01',"
                 f" toDate(ts)='2025-07-02', toDate(ts)='2025-07-08') r from bench.e where toDate(ts) in ({DAYS}) group by profile)",
    "segment": "select count() from (select profile from bench.e where ts > toDateTime('2025-08-01 00:00:00', 'UTC') group by profile"
               " having countIf(event='event_02') >= 3 and sumIf(amount, event='event_05') > 50 and countIf(event='event_09') = 0)",
    "daily uniques": "select count(), sum(c) from (select toDate(ts) d, uniqExact(profile) c from bench.e group by d)",
}
DUCKDB = {
    "retention": "select count(*) filter (where a), count(*) filter (where a and b), count(*) filter (where a and c) from"
                 " (select bool_or(ts::date = '2025-07-01') a, bool_or(ts::date = '2025-07-02') b, bool_or(ts::date = '2025-07-08') c"
                 f" from e where ts::date in ({DAYS}) group by profile)",
    "segment": "select count(*) from (select profile from e where ts > '2025-08-01' group by profile"
               " having count(*) filter (where event='event_02') >= 3 and sum(amount) filter (where event='event_05') > 50"
               " and count(*) filter (where event='event_09') = 0)",
    "daily uniques": "select count(*), sum(c) from (select ts::date d, count(distinct profile) c from e group by 1)",
}


def answer(engine, query):
    if engine == "clickhouse":
        return ch.query(CLICKHOUSE[query], "CSV").bytes().decode().strip()
    return ",".join(str(n) for n in duck.execute(DUCKDB[query]).fetchone())


print("ready", flush=True)
for line in sys.stdin:
    engine, query = line.strip().split(" ", 1)
    start = time.perf_counter()
    found = answer(engine, query)
    print(f"{time.perf_counter() - start:.6f} {found}", flush=True)
