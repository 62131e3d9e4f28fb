#!/usr/bin/env python3
"""usage: graph.py {tc|sg|own|tri} DATADIR THREADS"""
import sys, duckdb
kind, d, th = sys.argv[1:4]
c = duckdb.connect(); c.execute(f"SET threads={th}")
def load(n, *cols):
    c.execute(f"CREATE TABLE {n} AS FROM read_csv('{d}/{n}.csv', header=false, auto_detect=false, columns={{{','.join(f'{x!r}:{chr(39)}INTEGER{chr(39)}' for x in cols)}}})")
one = lambda q: c.execute(q).fetchone()[0]
if kind in ("tc","chain"):
    load("edge", "a", "b")
    print(one("WITH RECURSIVE tc(a,b) AS (SELECT a,b FROM edge UNION SELECT tc.a,e.b FROM tc JOIN edge e ON tc.b=e.a) SELECT count(*) FROM tc"))
elif kind == "tri":
    load("edge", "a", "b")
    print(one("SELECT count(*) FROM edge x JOIN edge y ON x.b=y.a JOIN edge z ON z.a=x.a AND z.b=y.b"))
elif kind == "sg":
    load("parent", "p", "c")
    print(one("""WITH RECURSIVE sg(x,y) AS (SELECT a.c,b.c FROM parent a JOIN parent b ON a.p=b.p AND a.c<>b.c
      UNION SELECT pa.c,pb.c FROM sg JOIN parent pa ON pa.p=sg.x JOIN parent pb ON pb.p=sg.y) SELECT count(*) FROM sg"""))
elif kind == "own":
    load("holding", "a", "b", "bp"); load("payment", "id", "a", "b", "amt"); load("declared", "a", "b")
    load("company", "a"); load("flagged", "a"); load("cleared", "a")
    c.execute("CREATE TABLE maj AS SELECT DISTINCT a,b FROM holding WHERE bp>5000")
    c.execute("CREATE TABLE control AS WITH RECURSIVE r(a,b) AS (SELECT a,b FROM maj UNION SELECT r.a,m.b FROM r JOIN maj m ON r.b=m.a) FROM r")
    c.execute("CREATE TABLE ultimate AS SELECT * FROM control WHERE a NOT IN (SELECT b FROM maj)")
    c.execute("CREATE TABLE big AS SELECT DISTINCT a,b FROM payment WHERE amt>700000")
    c.execute("CREATE TABLE reach AS WITH RECURSIVE r(a,b) AS (FROM big UNION SELECT r.a,m.b FROM r JOIN big m ON r.b=m.a) FROM r")
    c.execute("CREATE TABLE t AS SELECT a,b FROM payment WHERE amt>300000 AND b NOT IN (FROM cleared)")
    c.execute("CREATE TABLE tainted AS WITH RECURSIVE r(a) AS (FROM flagged UNION SELECT t.b FROM r JOIN t ON r.a=t.a) FROM r")
    o = sys.argv[4] if len(sys.argv) > 4 else "."
    for n, q in dict(
      related="SELECT p.id,p.a,p.b,x.a,p.amt FROM payment p JOIN ultimate x ON x.b=p.a JOIN ultimate y ON y.b=p.b AND y.a=x.a WHERE p.a<>p.b AND NOT EXISTS (FROM declared d WHERE d.a=p.a AND d.b=p.b)",
      circular_owner="SELECT a FROM control WHERE a=b", circular_pay="SELECT a FROM reach WHERE a=b", clean="SELECT a FROM company WHERE a NOT IN (FROM tainted)").items():
        c.execute(f"COPY ({q}) TO '{o}/{n}.csv' (HEADER false)")
    for t in "control reach ultimate tainted".split(): print(t, one(f"SELECT count(*) FROM {t}"))
