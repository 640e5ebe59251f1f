"""What share of spoilt items the rules of ``docqa/curate`` find, and what they drop of sound ones.

    python -m benchmarks.curation --data DIR [--show]

DIR holds ``quality_defects.jsonl``: questions and answers of SQuAD 2.0, XQuAD and CMRC 2018 with a defect planted in
each, or none (``ok``). Prints the recall for each kind and language, its mean (macro recall), and the share of sound
items that each rule drops; ``--show`` prints these with their reason. Wordings that the file does not have are measured
by tests/curate/test_defects.py. Without the file it says so and ends with 0.
"""

import argparse
from collections import Counter
from pathlib import Path

from benchmarks.passages import rows
from docqa.curate.rules import first_objection
from docqa.records import Evidence, Origin, QAItem

SOUND = "ok"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder with quality_defects.jsonl")
    parser.add_argument("--show", action="store_true", help="print the sound items that are dropped")
    given = parser.parse_args()
    path = given.data / "quality_defects.jsonl"
    if not path.exists():
        print(f"{path}: no such file; nothing measured")
        return
    judged = [(row, first_objection(_item(row))) for row in rows(path)]
    total = Counter((row["defect"], row["lang"]) for row, _ in judged)
    found = Counter((row["defect"], row["lang"]) for row, objection in judged if objection)
    kinds = sorted({kind for kind, _ in total} - {SOUND})
    print(f"{'recall':<28}{'items':>6}{'en':>7}{'zh':>7}")
    for kind in kinds:
        shares = [found[kind, language] / total[kind, language] for language in ("en", "zh")]
        print(f"{kind:<28}{total[kind, 'en'] + total[kind, 'zh']:>6}{shares[0]:>7.3f}{shares[1]:>7.3f}")
    print(f"macro recall {sum(found[key] / total[key] for key in total if key[0] != SOUND) / (2 * len(kinds)):.3f}")
    sound = total[SOUND, "en"] + total[SOUND, "zh"]
    dropped = Counter(objection.partition(":")[0] for row, objection in judged if row["defect"] == SOUND and objection)
    for rule, count in [*dropped.most_common(), ("all", dropped.total())]:
        print(f"sound items dropped: {rule:<20}{count:>4} of {sound} = {count / sound:.3f}")
    for row, objection in judged if given.show else ():
        if row["defect"] == SOUND and objection:
            print(f"{objection} | {row['question']} | {row['answer']}")


def _item(row: dict[str, str]) -> QAItem:
    evidence = Evidence(chunk_id="chunk", start=0, end=len(row["context"]), quote=row["context"])
    return QAItem(
        id=row["id"],
        chunk_ids=("chunk",),
        document_id="document",
        path="given",
        question=row["question"],
        answer=row["answer"],
        evidence=(evidence,),
        task_type="given/item",
        language=row["lang"],
        difficulty="easy",
        origin=Origin(method="given", prompt=""),
        score=None,
    )


if __name__ == "__main__":
    main()
