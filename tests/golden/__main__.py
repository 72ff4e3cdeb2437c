"""Write the golden files: only when the model file's format or the analyser is changed on purpose."""

import json
import subprocess
import sys
from pathlib import Path

from socialclass import AnalyzerSettings, Example, save_model
from socialclass.training import TrainSettings, train_examples

HERE = Path(__file__).parent
FIXED = TrainSettings(AnalyzerSettings(2, 5, 0), damping=100.0, idf_power=2, C=3.0, contrast=0.0, calibrate=False)


def corpus() -> list[Example]:
    """Return the golden corpus."""
    rows = (json.loads(line) for line in (HERE / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
    return [Example(row["text"], row["label"]) for row in rows]


def main() -> None:
    """Train, save, and write down the answers."""
    model = train_examples(corpus(), FIXED)
    save_model(model, str(HERE / "model.joblib"))
    texts = [example.text for example in corpus()]
    answers = [
        {"text": text, "label": each.label, "probabilities": each.probabilities, "reason": each.reason}
        for text, each in zip([*texts, "", "zzz qqq"], model.predict([*texts, "", "zzz qqq"]), strict=True)
    ]
    lines_in = "".join(f"{text}\n" for text in [*texts, "", "zzz qqq"])
    command = [sys.executable, "-m", "socialclass", "classify", "-m", str(HERE / "model.joblib")]
    done = subprocess.run(command, input=lines_in.encode(), capture_output=True, check=True)
    (HERE / "output.tsv").write_bytes(done.stdout)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in answers)
    (HERE / "answers.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
