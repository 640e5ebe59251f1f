"""Stands in for a language model: replies to docqa's prompts that are of the right shape, length and sense.

It asks about sentences of the passage by their longest words, and answers by finding the sentence with those words
again, so that a whole run can be driven against a simulated server and most of its items are kept. What it says depends
on the prompt alone, never on the order of the calls. It is no model, and nothing here measures quality.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

_PASSAGE = re.compile(r"<passage>\n(.*?)\n</passage>", re.S)
_SHAPE = re.compile(r'(?:Reply with JSON only: |只回复 JSON：)\{"(\w+)"')
_QUESTION = re.compile(r"^(?:Question: |问题：)(.*)$", re.M)
_PROMPT = re.compile(r"^(?:Prompt: |提示：)(.*)$", re.M)
_LABELS = re.compile(r'(?:one of )?("[^"]+"(?:, "[^"]+")+)(?: 之一)?\}')
_TASK = re.compile(r"^(?:Task: |任务：)(.*)$", re.M)
_COUNT = re.compile(r"up to (\d+) (?:questions|tasks)|最多 (\d+) 个|of (\d+) turns|共 (\d+) 轮")
_POINT = re.compile(r"(?:asks about: |问的是：)(.*)$", re.M)
_RATES = re.compile(r"^\[(\d+)\] (?:Question: |问题：)(.*)$", re.M)
_TOPIC = re.compile(r"“(.*)”")
_AND = "” + “"
_SENTENCE = re.compile(r"[^.。！!?？；\n|]{20,400}(?:[.。！!?？；]|(?=\n)|$)")

_RATED, _PAIRED = "QA pairs to rate:", "Create question-answer pairs"

_MISSING = '{"questions": [{"question": "..."'  # of the prompt that asks for what is left open

_UNSAID = (
    {"question": "What is required for “staff uniforms”?", "answer": "The documents do not say it."},
    {"question": "对“值班员的制服”有什么规定？", "answer": "现有文件没有规定值班员的制服。"},
)
_TRANSLATED = ("设备应当按规定检查，结果应当记录。", "The unit shall be checked as the rules say.")

_GUESS = (
    "Somebody from the office does that whenever there is time.",
    "一般由办公室的人员在有空的时候完成。",
)

REWORDED = 0.4
"""The share of second answers that are put in other words, so that a judge is asked."""

KNOWN = 0.2
"""The share of questions that the closed book thinks it knows."""

ABSTAINS = 0.1
"""The share of prompts without a passage that the teacher knows nothing of."""

SAME = 0.1
"""The share of evolved questions that are found to ask for the same."""

INACCURATE = 0.1
"""The share of answers that are rated low."""


def answer(body: dict[str, Any]) -> str:
    """The reply to a request of the chat completions API."""
    user = body["messages"][-1]["content"]
    shape = _SHAPE.search(user)
    if shape is None:
        return _other(body, user)
    passages = _PASSAGE.findall(user)
    asked = _QUESTION.findall(user)
    question = asked[-1] if asked else ""
    made = {
        "questions": lambda: {"questions": _questions(passages[0], user)},
        "missing": lambda: {"questions": [_UNSAID["只回复" in user]]},
        "items": lambda: {
            "items": [{**q, **_grounded(passages[0], q["question"])} for q in _questions(passages[0], user)]
        },
        "joined": lambda: {"joined": _joined(passages)},
        "turns": lambda: {
            "turns": [{"kind": "follow-up", "about": topic} for topic in _first_topics(passages[0], user)]
        },
        "said": lambda: _turn(passages[0], user),
        "tasks": lambda: {"tasks": _tasks(passages[0], user)},
        "question": lambda: _another(passages[0], user),
        "equal": lambda: {"equal": chance(user) < SAME},
        "quotes": lambda: _quoted(passages, question),
        "steps": lambda: _reasoned(passages[0], question),
        "answerable": lambda: _reading(passages, question),
        "known": lambda: _recollection(question) if question else _taught(user),
        "accuracy": lambda: {"accuracy": 3.5 if chance("rated " + user) < INACCURATE else 5},
        "verdict": lambda: {"verdict": "same" if chance(user) < 0.9 else "different"},
        "instructions": lambda: {"instructions": _instructions(passages[0])},
        "labels": lambda: _classified(passages[0], _TASK.findall(user)[-1]),
        "input": lambda: _instance(passages[0], _TASK.findall(user)[-1]),
        "guess": lambda: {"guess": _GUESS["只回复" in user]},
        "summary": lambda: {"summary": _first(passages[-1])},
        "entities": lambda: {"entities": [{"text": _first(passages[-1]).split()[0], "type": _label(user)}]},
        "label": lambda: {"label": _label(user)},
        "rewritten": lambda: {"rewritten": _first(passages[-1])},
        "translations": lambda: {"translations": []},
        "translation": lambda: {"translation": _TRANSLATED["只回复" in user]},
        "messages": lambda: {"messages": _messages(passages[-1], _label(user))},
        "first": lambda: {place: _marks(passages[0], said) for place, said in _answers(user)},
        "ratings": lambda: {"ratings": [_rating(int(n), rated, user) for n, rated in _RATES.findall(user)]},
    }["missing" if _MISSING in user else shape[1]]()
    return json.dumps(made, ensure_ascii=False)


def chance(text: str) -> float:
    """A number from 0 to 1 that only depends on the text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") / 2**32


def _other(body: dict[str, Any], user: str) -> str:
    """The reply to docqa's question what the server enforces, to a prompt without JSON, and to synthetic-data-kit."""
    if "the word hello" in user:
        return '{"colour": "red"}' if "response_format" in body else "hello"
    if passages := _PASSAGE.findall(user):
        found = _find(passages, _QUESTION.findall(user)[-1])
        return found or ("没有答案" if "没有答案" in user else "no answer")
    if _RATED in user:
        pairs = json.loads(user.split(_RATED, 1)[1])
        return json.dumps([{**pair, "rating": 8} for pair in pairs])
    if _PAIRED in user:
        topics = _topics(user.split("Text:", 1)[1])
        return json.dumps([{"question": _ask(topic), "answer": found} for topic, found in list(topics.items())[:8]])
    return "The text says how the units of a plant are maintained, after how many hours, with which tools and why."


def _topic(sentence: str) -> str:
    """What marks a sentence out: its names with digits and its longest words, or its first ideographs."""
    if re.search("[\u4e00-\u9fff]", sentence):
        return sentence[:14]
    words = dict.fromkeys(re.findall(r"[A-Za-z][\w-]{3,}", sentence))
    chosen = set(sorted(words, key=lambda word: (word.isalpha(), -len(word), word))[:6])
    return " ".join(word for word in words if word in chosen)


def _questions(passage: str, user: str) -> list[dict[str, str]]:
    return [{"kind": "fact", "question": _ask(topic)} for topic in list(_topics(passage))[-_count(user) :]]


def _first_topics(passage: str, user: str) -> list[str]:
    return list(_topics(passage))[::-1][: _count(user)]


def _count(user: str) -> int:
    asked = _COUNT.search(user)
    return int(asked[asked.lastindex or 1]) if asked else 4


def _turn(passage: str, user: str) -> dict[str, Any]:
    point = _POINT.search(user)
    topic = point[1] if point else ""
    said = f"那“{topic}”呢？" if re.search("[\u4e00-\u9fff]", topic) else f"And what about “{topic}”?"
    question = _ask(topic)
    return {"said": said, "question": question, **_grounded(passage, question)}


def _joined(passages: Sequence[str]) -> list[dict[str, Any]]:
    """A question about the first sentences of two passages, which neither answers alone."""
    first, second = ([*_topics(passage).items()][-1:] for passage in passages)
    return [
        {
            "kind": "comparison",
            "question": _ask(f"{topic}{_AND}{other}"),
            "first": [sentence],
            "second": [another],
            "answer": f"{sentence} {another}",
        }
        for (topic, sentence), (other, another) in zip(first, second, strict=False)
    ]


def _tasks(passage: str, user: str) -> list[dict[str, Any]]:
    """Instructions, every other one with an input."""
    chinese = re.search("[\u4e00-\u9fff]", passage)
    wanted = "请回答这位新员工的提问。" if chinese else "Reply to the question of this colleague."
    made = []
    for number, asked in enumerate(_questions(passage, user)):
        found = _grounded(passage, asked["question"])
        given = asked["question"] if number % 2 else "<noinput>"
        said = {"quotes": found["quotes"], "classification": False, "output": found["answer"]}
        made.append({"instruction": wanted if number % 2 else asked["question"], "input": given, **said})
    return made


def _another(passage: str, user: str) -> dict[str, Any]:
    """A question of the passage that the prompt chooses, with its answer."""
    topics = list(_topics(passage))
    question = _ask(topics[int(chance(user) * len(topics))]) if topics else ""
    return {"question": question, **_grounded(passage, question)}


def _ask(topic: str) -> str:
    return f"对“{topic}”有什么规定？" if re.search("[\u4e00-\u9fff]", topic) else f"What is required for “{topic}”?"


def _find(passages: Sequence[str], question: str) -> str:
    topics = topic[1].split(_AND) if (topic := _TOPIC.search(question)) else []
    found = [next((known[each] for passage in passages if each in (known := _topics(passage))), "") for each in topics]
    return " ".join(found) if all(found) else ""


@lru_cache(maxsize=4096)
def _topics(passage: str) -> dict[str, str]:
    """The sentences of a passage by their topics, the first one of each."""
    sentences = [found.group().strip() for found in _SENTENCE.finditer(passage)]
    return {_topic(sentence): sentence for sentence in reversed(sentences) if _topic(sentence)}


def _quoted(passages: Sequence[str], question: str) -> dict[str, Any]:
    """The answer of the first passage that has one."""
    found = (_grounded(passage, question) for passage in passages)
    return next((said for said in found if said["quotes"]), {"quotes": [], "answer": ""})


def _grounded(passage: str, question: str) -> dict[str, Any]:
    found = _find([passage], question)
    return {"quotes": [found] if found else [], "answer": found}


def _reasoned(passage: str, question: str) -> dict[str, Any]:
    """Two sentences of the passage, the one that was asked about last."""
    found = _find([passage], question)
    other = next((said for said in _topics(passage).values() if said != found), "")
    steps = [{"quote": said, "calculation": "", "text": said} for said in (other, found) if said]
    return {"steps": steps if found else [], "conclusion": found}


def _first(passage: str) -> str:
    return next(reversed(_topics(passage).values()), passage)


def _label(user: str) -> str:
    labels = json.loads(f"[{_LABELS.findall(user)[-1]}]")
    return str(labels[int(chance(user) * len(labels))])


def _messages(passage: str, intent: str) -> list[dict[str, str]]:
    quote = _first(passage)
    return [{"quote": quote, "message": _ask(_topic(quote)), "intent": intent}]


def _instructions(passage: str) -> list[dict[str, Any]]:
    asked = [_ask(topic) for topic in list(_topics(passage))[:4]]
    return [{"instruction": text, "classification": number == 3} for number, text in enumerate(asked)]


def _instance(passage: str, task: str) -> dict[str, Any]:
    found = _find([passage], task)
    return {"input": "", "quotes": [found], "output": found}


def _classified(passage: str, task: str) -> dict[str, Any]:
    found = _find([passage], task)
    labels = ["规定", "说明"] if re.search("[\u4e00-\u9fff]", task) else ["rule", "description"]
    return {"labels": labels, "label": labels[chance(task) < 0.5], "quotes": [found], "input": found}


def _reading(passages: Sequence[str], question: str) -> dict[str, Any]:
    found = _find(passages, question)
    if found and chance(question) < REWORDED:
        words = found.split()
        found = " ".join(words[1:] + words[:1]) if len(words) > 3 else found[2:] + found[:2]
    return {"answerable": bool(found), "answer": found}


def _rating(number: int, question: str, user: str) -> dict[str, Any]:
    """By the question alone, whatever stands beside it."""
    low = chance("rated " + question) < INACCURATE
    if '"accuracy"' in user:
        return {"number": number, "accuracy": 3.5 if low else 5}
    return {"number": number, "complexity": 2, "quality": 3 if low else 5}


def _answers(user: str) -> Iterator[tuple[str, str]]:
    """Both answers of a preference pair."""
    first, second = re.split(r"\n\n(?:Second answer: |第二个回答：)", user, maxsplit=1)
    return zip(("first", "second"), (re.split("First answer: |第一个回答：", first)[-1], second), strict=True)


def _marks(passage: str, said: str) -> dict[str, float]:
    """An answer is right where its passage has it."""
    accuracy = 5 if said.strip() in passage else 1
    return {"accuracy": accuracy, "safety": 5 if accuracy == 5 else 3, "helpfulness": accuracy}


def _taught(user: str) -> dict[str, Any]:
    """What a teacher says to a prompt without a passage: mostly something, about its longest words."""
    topic = _topic(_PROMPT.findall(user)[-1])
    if not topic or chance("taught " + topic) < ABSTAINS:
        return {"known": False, "answer": ""}
    if re.search("[\u4e00-\u9fff]", topic):
        return {"known": True, "answer": f"先弄清“{topic}”，再逐项核对并记录结果。"}
    return {"known": True, "answer": f"First settle what “{topic}” asks for, then check each part and note the result."}


def _recollection(question: str) -> dict[str, Any]:
    if chance("closed " + question) > KNOWN:
        return {"known": False, "answer": ""}
    return {"known": True, "answer": "It depends on the rules that apply where the work is done, as far as I remember."}
