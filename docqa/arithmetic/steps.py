"""What an item's reasoning says, and what it has worked out: both may stand in its answer, and in no quote."""

from docqa.arithmetic import calculations
from docqa.records import QAItem


def stated(item: QAItem) -> str:
    """The answer; of reasoning what its steps say, without their numbers, and what they come to."""
    return "\n".join([*(step.text for step in item.steps), item.conclusion]) if item.steps else item.answer


def worked_out(item: QAItem) -> list[str]:
    """The calculations of the steps that are right."""
    texts = [text for step in item.steps for text in (step.text, step.calculation)]
    return [found.text for text in texts for found in calculations(text) if not found.flaw]
