"""The task types: what kinds of tasks the methods make, as ``family/kind``, in the one list they all take theirs from.

``docqa methods --types`` prints it. A method of one's own adds its types with its ``Method``.
"""

from collections.abc import Mapping

FAMILIES: Mapping[str, str] = {
    "qa": "a question as a model asks it, by what it asks for",
    "cause": "why something is so",
    "condition": "when something holds, and what then",
    "definition": "what a word means",
    "enumeration": "which things belong to something",
    "explanation": "what a section or article says",
    "fact": "who, where, how",
    "function": "what a thing does or is for",
    "obligation": "what must be done",
    "option": "an option of a command",
    "procedure": "how something is done",
    "purpose": "what something is done for",
    "quantity": "a number",
    "responsibility": "who is to do it",
    "table": "what a table says",
    "yes-no": "whether something is allowed",
    "task": "a classic task, done on a text that is given with it",
    "reasoning": "a question that takes several steps, answered with them",
    "unanswerable": "a question that the documents do not answer, and an answer that says so",
    "dialogue": "a turn of a conversation; its question stands alone, too",
    "distilled": "a prompt of somebody's file, answered by a model (docqa distill)",
    "feedback": "what came back from use (docqa feedback)",
}

TASK_TYPES: Mapping[str, str] = {
    "qa/fact": "a fact",
    "qa/definition": "what something is",
    "qa/quantity": "how much, how long, how often",
    "qa/reason": "why",
    "qa/procedure": "how it is done",
    "qa/condition": "under what condition",
    "qa/comparison": "how two things differ",
    "qa/list": "which ones",
    "qa/explanation": "how it works",
    "qa/other": "anything else",
    "cause/effect": "what follows from something",
    "cause/reason": "why something is so",
    "condition/consequence": "what happens in a case",
    "condition/obligation": "what must be done in a case",
    "condition/outcome": "what a case leads to",
    "condition/what-to-do": "what to do in a case",
    "condition/when": "when something is so",
    "definition/acronym": "what an acronym stands for",
    "definition/term": "what a term means",
    "definition/use": "what a name is used for",
    "definition/what-is": "what a thing is",
    "enumeration/inline": "what a sentence lists",
    "enumeration/items": "what a list holds",
    "explanation/article": "what an article of a law says",
    "explanation/section": "what a section says of its subject",
    "fact/how": "how something is done or made",
    "fact/passive": "what is done by whom",
    "fact/where": "where something is",
    "fact/who": "who does something",
    "function/ability": "what a thing can do",
    "function/needs": "what a thing needs",
    "function/object": "what a thing acts on",
    "function/what-does": "what a thing does",
    "obligation/must": "what must or must not be done",
    "obligation/object": "what an obligation is about",
    "obligation/requirement": "what is required of something",
    "obligation/who-may": "who may do something",
    "option/meaning": "what an option does",
    "procedure/how-to": "how a task is done",
    "procedure/listing": "the command or code of a task",
    "procedure/order": "what comes before or after",
    "procedure/steps": "the steps of a task",
    "purpose/in-order-to": "what something is done for",
    "purpose/of-thing": "what a thing is for",
    "quantity/limit": "the most or least of something",
    "quantity/time-limit": "within what time",
    "quantity/value": "how much",
    "responsibility/who": "who is responsible",
    "table/cell": "a cell by its row and column",
    "table/comparison": "two rows side by side",
    "table/remedy": "what to do about a fault",
    "yes-no/permission": "whether something may be done",
    "yes-no/prohibition": "whether something must not be done",
    "task/summary": "the text in a few sentences of one's own",
    "task/key-sentences": "the sentences of the text that say most, word for word",
    "task/entities": "the names, dates and quantities in it, with their types, as JSON",
    "task/classification": "what kind of text it is, from a list",
    "task/intent": "what a person who writes so wants, from a list",
    "task/table-to-json": "a table as a JSON array of objects",
    "task/acronyms": "the acronyms that it explains",
    "task/terms": "the terms that it defines, with their meanings",
    "task/rewriting": "the text for other readers, all numbers kept",
    "task/translation": "English into Chinese, or Chinese into English",
    "reasoning/calculation": "a number that is worked out from those of the text",
    "reasoning/condition": "a rule applied to a case",
    "reasoning/comparison": "two things of the text beside each other",
    "reasoning/order": "what comes before or after what",
    "reasoning/inference": "what follows from several statements",
    "unanswerable/near-topic": "what a reader might also want to know",
    "unanswerable/attribute": "what such documents may hold and this one does not",
    "dialogue/opening": "what a conversation begins with",
    "dialogue/follow-up": "what leans on the turns before it, or goes on with their subject",
    "dialogue/topic-switch": "something else, asked in full",
    "distilled/open": "from what the model knows",
    "distilled/grounded": "from passages of the documents",
    "feedback/confirmed": "an answer with thumbs up",
    "feedback/corrected": "the answer as somebody corrected it",
    "feedback/rejected": "an answer with thumbs down and no better one: never kept",
}


def of(*families: str) -> tuple[str, ...]:
    """The types of these families, in the list's order."""
    return tuple(name for name in TASK_TYPES if name.partition("/")[0] in families)


def tree() -> str:
    """Each family with its kinds below it, a line each."""
    lines = []
    for family, means in FAMILIES.items():
        lines.append(f"{family:<16}{means}")
        lines += [f"  {name.partition('/')[2]:<20}{TASK_TYPES[name]}" for name in of(family)]
    return "\n".join(lines)
