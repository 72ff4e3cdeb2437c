"""Label a CSV of any size in chunks, on as many machines as a Dask cluster has.

    python -m pip install 'socialclass[distributed]'
    python examples/label_with_dask.py examples/export.csv labelled body

Each worker opens the model once; the rows keep their order and their own columns. Pass the address of a scheduler as
fourth argument to work on a cluster that is there; without one, a local cluster is started.
"""

import sys
from functools import cache

import pandas as pd
from dask.dataframe import read_csv
from dask.distributed import Client

from socialclass import Classifier, load_model


@cache
def model() -> Classifier:
    """Return the bundled model, opened once in each process."""
    return load_model()


def label(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return the rows with three more columns: label, probability and reason."""
    predictions = model().predict(rows[text].fillna("").astype(str))
    return rows.assign(
        predicted_label=[each.label for each in predictions],
        probability=[each.probability for each in predictions],
        reason=[each.reason for each in predictions],
    )


def main(source: str, folder: str, text: str = "text", scheduler: str | None = None) -> None:
    """Label `source` (a path or a glob) and write a CSV a chunk into `folder`."""
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with Client(scheduler, **({} if scheduler else local)):  # type: ignore[no-untyped-call]
        table = read_csv(source, blocksize="8MB", dtype=str)
        table.map_partitions(label, text, meta=label(table.head(1), text)).to_csv(f"{folder}/part-*.csv", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
