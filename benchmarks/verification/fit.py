"""Fit the weights of ``docqa.verify.support``.

    python -m benchmarks.verification.fit --data DIR

DIR holds corpus.LANG.jsonl and items.LANG.jsonl. Fitted on half 0 of the articles (`python -m benchmarks.verification`
reports on half 1) and written to docqa/verify/support.toml, all languages at once. Nothing of the data is written but
numbers.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.verification.data import LANGUAGES, Item, load, other_answers, present
from docqa.verify import support
from docqa.verify.support_features import LOCAL, Kinds, Learned, Look, compared, features
from docqa.verify.support_field import Floats
from docqa.verify.support_question import answer_class, ask, bare

FITTED = 0
"""The half of the articles that weights are fitted on."""

REGULARISATION = 0.1
"""C of the logistic regression on scaled features: of .005 to .2, the mean of both halves is flat from .05 on."""

SHARES = {"answerable": 1.0, "plausible": 1.0, "swapped": 1.0, "other answer": 0.5}
"""What an item of each kind weighs. An altered answer is not in its passage, so no feature is needed to tell it."""

FOLDS = 4

BORROWED = (
    "opposite",
    "denied in question only",
    "denied in passage only",
    "denied in both",
    "missing numbers",
    "missing name",
)
"""What tells a question that its passage does not answer, which only the English items have."""

UNTAUGHT = frozenset({*BORROWED, "missing other", "heaviest missing", "terms", "passage share"})
"""The features that do not depend on the answer: without such questions there is nothing to fit them on."""

PRIOR = 3.0
"""Items by which the table of kinds is smoothed towards no preference."""


def main() -> None:
    """Write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus.LANG.jsonl and items.LANG.jsonl")
    parser.add_argument("--out", type=Path, default=support.WEIGHTS, help="the file to write")
    given = parser.parse_args()
    if not all(present(given.data, language) for language in LANGUAGES):
        print(f"{given.data}: no verification data here; nothing fitted")
        return
    halves = {language: [item for item in load(given.data, language) if item.half == FITTED] for language in LANGUAGES}
    weights = fit_all(halves)
    sections = [section(language, weights[language]) for language in LANGUAGES]
    given.out.write_text("\n".join([_head(), *sections]), encoding="utf-8")
    print(f"{given.out}: fitted for {', '.join(LANGUAGES)} on half {FITTED}")


def fit_all(items: Mapping[str, Sequence[Item]]) -> dict[str, support.Weights]:
    """The weights of both languages; Chinese takes from English what its own items cannot teach."""
    english = fit(items["en"], "en")
    return {"en": english, "zh": _with_borrowed(fit(items["zh"], "zh"), english)}


def _with_borrowed(own: support.Weights, other: support.Weights) -> support.Weights:
    """The weights with those of ``BORROWED`` set so that one more of the feature says the same in both languages."""
    borrowed = {name: replace(other.features[name], mean=own.features[name].mean) for name in BORROWED}
    return replace(own, features={**own.features, **borrowed})


def fit(items: Sequence[Item], language: str) -> support.Weights:
    """The weights that tell the grounded items from the others.

    The table of kinds and the weights of rivals are features themselves, so for fitting the others each item gets them
    from the passages of the other folds; else they look surer than they are, which costs English two to three
    points of what is dropped at 90 % kept.
    """
    used = [item for item in [*items, *other_answers(items)] if item.kind in SHARES]
    folds = {passage: at % FOLDS for at, passage in enumerate(sorted({item.passage_id for item in items}))}
    rows: dict[int, dict[str, float]] = {}
    for fold in range(FOLDS):
        known = learn([item for item in items if folds[item.passage_id] != fold], language)
        for at, item in enumerate(used):
            if folds[item.passage_id] == fold and (found := _look(item, known.kinds, language)):
                rows[at] = features(found, known.rivals)
    return _regression([used[at] for at in sorted(rows)], [rows[at] for at in sorted(rows)], learn(items, language))


def _regression(used: Sequence[Item], rows: Sequence[dict[str, float]], learned: Learned) -> support.Weights:
    from sklearn.linear_model import LogisticRegression

    names = list(rows[0])
    values = np.array([[row[name] for name in names] for row in rows])
    mean, scale = values.mean(axis=0), values.std(axis=0)
    scale[scale < 1e-9] = 1.0
    scaled = (values - mean) / scale
    if not any(item.kind == "plausible" for item in used):
        scaled[:, [name in UNTAUGHT for name in names]] = 0.0
    grounded = np.array([item.grounded for item in used])
    shares = np.array([SHARES[item.kind] for item in used])
    # Even odds before anything is looked at: which share of a corpus's items is wrong is not known here.
    shares[~grounded] *= shares[grounded].sum() / shares[~grounded].sum()
    model = LogisticRegression(C=REGULARISATION, max_iter=2000, random_state=0)
    model.fit(scaled, grounded, sample_weight=shares)
    return support.Weights(
        bias=float(model.intercept_[0]),
        features={
            name: support.Weight(*map(float, numbers))
            for name, *numbers in zip(names, model.coef_[0], mean, scale, strict=True)
        },
        learned=learned,
    )


def _look(item: Item, kinds: Kinds, language: str) -> Look | None:
    return support.stated(item.question, item.answer, item.passage, kinds, language)


def learn(items: Iterable[Item], language: str) -> Learned:
    """The table of kinds, and what makes the right span of a passage stand out among the others."""
    grounded = [item for item in items if item.grounded]
    kinds = kind_table(grounded, language)
    found = [look for item in grounded if (look := _look(item, kinds, language))]
    groups = [np.array([own, *others]) for own, others, _ in map(compared, found) if others]
    return Learned(kinds=kinds, rivals=dict(zip(LOCAL, rival_weights(groups), strict=True)))


def rival_weights(groups: Sequence[Floats]) -> list[float]:
    """Weights of a conditional logit: in each group of spans the first is the answer (McFadden 1974)."""
    from scipy.optimize import minimize

    scale = np.concatenate(groups).std(axis=0) + 1e-6

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = float(weights @ weights), 2.0 * weights
        for group in groups:
            scores = (group / scale) @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            value -= float(np.log(chances[0] + 1e-12))
            slope -= (group[0] - chances @ group) / scale
        return value, slope

    found = minimize(loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x / scale
    return [float(weight) for weight in found]


def kind_table(items: Iterable[Item], language: str) -> Kinds:
    """How much more often than by chance a kind of answer is given to a kind of question (log ratio, smoothed)."""
    pairs = Counter(
        (ask(item.question, language).expected, answer_class(bare(item.question, item.answer, language), language))
        for item in items
    )
    asked, given = Counter[str](), Counter[str]()
    for (wanted, kind), count in pairs.items():
        asked[wanted] += count
        given[kind] += count
    total = sum(given.values())
    return {
        wanted: {
            kind: math.log((pairs[wanted, kind] * total / given[kind] + PRIOR) / (asked[wanted] + PRIOR))
            for kind in sorted(given)
        }
        for wanted in sorted(asked)
    }


def section(language: str, weights: support.Weights) -> str:
    """The weights of a language as TOML."""
    width = max(map(len, weights.features)) + 2
    lines = [f"[{language}]", f"bias = {weights.bias:.4f}", "", f"[{language}.features]"]
    for name, weight in weights.features.items():
        quoted = f'"{name}"'
        values = ", ".join(f"{part} = {getattr(weight, part):.4f}" for part in ("weight", "mean", "scale"))
        lines.append(f"{quoted:<{width}} = {{ {values} }}")
    lines += ["", f"[{language}.rivals]"]
    lines += [f'"{name}" = {weight:.4f}' for name, weight in weights.learned.rivals.items()]
    for wanted, row in weights.learned.kinds.items():
        lines += ["", f'[{language}.kinds."{wanted}"]', *(f'"{kind}" = {value:.2f}' for kind, value in row.items())]
    return "\n".join([*lines, ""])


def _head() -> str:
    return (
        f"# Weights of docqa.verify.support, fitted on half {FITTED} of the articles by\n"
        f"#     python -m benchmarks.verification.fit --data DIR\n"
        "# on SQuAD 2.0 (Rajpurkar et al. 2018) and CMRC 2018 (Cui et al. 2019); do not edit by hand.\n"
        "# A feature adds weight * (value - mean) / scale to the log-odds. rivals: what spans of one passage are\n"
        "# compared by. kinds: for what a question asks for, how much more often than by chance each kind of answer\n"
        "# is right (natural logarithm).\n"
    )


if __name__ == "__main__":
    main()
