"""Many departments from one manifest, whatever is killed on the way.

manifest   what is to be made, from what: one TOML file
planning   before a cent is spent: who has not sent, what is missing, what it will cost
records    the rows that decide what is done: jobs, papers, workers, what happened
pacing     how fast a provider's key is asked, shared by every process that asks with it
calling    the line of a job to its model: one loop for all calls, stopped within a second
shop       what one process works with: lines, past reports
making     one document: drafted, then exported
durable    DBOS: a paper is a workflow of two steps with an explicit id
working    a worker: its name, its heartbeat, the work of the dead
running    submit a job, pause, resume, cancel, wait for it
telling    how a job stands: counts, cost, time left
after      what a job's papers say together: the hospital's figures, 雷同, one metric one value
rebuilding what late figures and material change
packing    review packs and their index, in the order of risk

The ledger, not the engine below, keeps what was paid for: DBOS may lose or repeat any step and no recorded call is
asked again.  Surprise: results that DBOS replays by position swap sections when calls run side by side, so nothing
runs side by side inside a step but calls that the ledger finds by what was asked.
"""
