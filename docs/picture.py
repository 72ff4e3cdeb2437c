"""Draw docs/demo.svg: what ``make demo`` shows on a terminal. Run as ``python -m docs.picture``."""

import io
from pathlib import Path

from rich.console import Console

from socialclass import load_model
from socialclass.labelling.record_way import LabelOptions, label_records
from socialclass.reading import ReadOptions, read_records
from socialclass.report.terminal import TableWriter

HERE = Path(__file__).parent


def main() -> None:
    """Label the sample export into a recording console and save what it recorded."""
    classifier, options = load_model(), LabelOptions()
    console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print("$ socialclass classify --text-field body examples/export.csv", highlight=False)
    writer = TableWriter(io.BytesIO(), options.names(classifier), classifier.classes, console=console)
    console.print(writer.head())
    records = read_records(str(HERE.parent / "examples/export.csv"), ReadOptions(text_field="body"))
    for record, added in label_records(records, classifier, options):
        for row in writer.rows(record, added):
            console.print(row, soft_wrap=True)
    (HERE / "demo.svg").write_text(console.export_svg(title="socialclass", unique_id="socialclass"), encoding="utf-8")


if __name__ == "__main__":
    main()
