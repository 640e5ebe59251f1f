"""What the tasks ask for in words: their instructions, the labels of their lists, whom a text is rewritten for."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from docqa.records import Chunk, content_id

Labels = Mapping[str, tuple[str, ...]]
"""By language."""

KINDS_OF_TEXT: Labels = {
    "en": ("definition", "procedure", "requirement", "specification", "description", "explanation", "warning"),
    "zh": ("定义", "操作步骤", "要求", "技术参数", "描述", "原因说明", "警示"),
}
ENTITIES: Labels = {
    "en": ("organization", "person", "role", "place", "time", "quantity", "product", "substance", "document"),
    "zh": ("机构", "人员", "岗位", "地点", "时间", "数量", "产品", "物质", "文件"),
}
INTENTS: Labels = {
    "en": ("ask for a value", "ask how to", "ask why", "ask for permission", "ask what it means", "report a problem"),
    "zh": ("查询数值", "询问做法", "询问原因", "询问是否允许", "询问含义", "反映问题"),
}
AUDIENCES: Labels = {
    "en": ("a new colleague", "a customer without technical knowledge", "a busy manager", "a twelve-year-old"),
    "zh": ("新入职的同事", "不懂技术的客户", "没有时间的主管", "十二岁的孩子"),
}
LABELS: Mapping[str, Labels] = {"classification": KINDS_OF_TEXT, "entities": ENTITIES, "intent": INTENTS}
"""The lists that labels are taken from, by kind of task and language."""


def instruction(kind: str, chunk: Chunk, question: str = "") -> str:
    """The instruction of a task about a chunk, in its language.

    Args:
        question: what reading comprehension asks.
    """
    labels = LABELS[kind][chunk.language] if kind in LABELS else ()
    joined = ("、" if chunk.language == "zh" else ", ").join(labels)
    wording = _chosen(kind, chunk, _wordings()[kind][chunk.language])
    return wording.format(labels=joined, audience=audience(chunk), question=question)


def colon(language: str) -> str:
    """What stands between a term and what is said of it."""
    return "：" if language == "zh" else ": "


def audience(chunk: Chunk) -> str:
    """Whom a chunk is rewritten for."""
    return _chosen("audience", chunk, AUDIENCES[chunk.language])


def _chosen(what: str, chunk: Chunk, among: Sequence[str]) -> str:
    return among[int(content_id(what, chunk.id), 16) % len(among)]


@cache
def _wordings() -> dict[str, dict[str, list[str]]]:
    text = resources.files(__package__).joinpath("instructions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
