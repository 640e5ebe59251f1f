"""Claims about questions made from English sentences."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.generate.extractive import english, generate
from docqa.generate.extractive.english_grammar import clause, order
from docqa.generate.extractive.english_sentences import capitalised, lowered, sentence, stands_alone
from docqa.generate.extractive.patterns import Draft, templates
from docqa.records import Chunk
from docqa.terms import terms
from tests.handmade import make_chunk

ASKED = [
    # definitions, functions, purposes
    ("Class 1 parts are consumables that have a limited life.", "What are class 1 parts?"),
    ("The sbuild command is a wrapper script to build packages in a chroot.", "What is the sbuild command?"),
    ("NPSHR means the suction head that the pump requires.", "What does NPSHR mean?"),
    ("EPDM withstands hot water, steam and glycol.", "What does EPDM withstand?"),
    ("The debuild command builds the package and checks it with lintian.", "What does the debuild command do?"),
    ("The debsign command, included in devscripts, is used to sign files.", "What is the debsign command used for?"),
    # causes, conditions, times
    (
        "The MC 40 must be drained, because frost would crack its casing.",
        "Why must the MC 40 be drained?",
    ),
    ("The MC 40 shall be stopped if the liquid is flammable.", "Under what condition shall the MC 40 be stopped?"),
    (
        "If debian/rules is missing, the tool applies all patches.",
        "What happens if debian/rules is missing?",
    ),
    (
        "The clerk shall report a loss of form LB-7 within 30 days.",
        "Within what time shall the clerk report a loss of form LB-7?",
    ),
    ("Torque wrench T-5 shall be calibrated every 12 months.", "How often shall torque wrench T-5 be calibrated?"),
    # obligations, prohibitions, orders
    ("The weight of the MC 40 shall be at least 70 kg.", "What requirement applies to the weight of the MC 40?"),
    ("The pressure of the MC 40 shall not exceed 16 bar.", "What limit shall the pressure of the MC 40 not exceed?"),
    ("The MC 40 must never be used to regulate the flow.", "May the MC 40 be used to regulate the flow?"),
    ("Close the plug of the MC 40 when no bubbles flow.", "When should the plug of the MC 40 be closed?"),
    ("You can compare two Debian packages with the debdiff command.", "How can you compare two Debian packages?"),
]


def drafts(*blocks: str, **names: object) -> list[Draft]:
    return list(english.questions(make_chunk(*blocks, **names)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "question"), ASKED)
def test_a_sentence_is_asked_for_what_it_says(text: str, question: str) -> None:
    assert [draft.question for draft in drafts(text)] == [question]


@pytest.mark.parametrize(("text", "question"), ASKED)
def test_every_template_is_graded_in_the_file(text: str, question: str) -> None:
    assert {draft.template for draft in drafts(text)} <= set(templates("english"))


@pytest.mark.parametrize(
    "text",
    [
        "It must not be mixed with any solvent or coolant.",
        "This section gives the torque of all casing bolts.",
        "The limits of the pump are listed in Table 3.",
        "The latest release supports four kinds of archive.",
        "The command prints a list of the following files.",
        "The upper limit is 16 bar; see the manual of the motor.",
        "The valve (see the drawing closes the suction pipe.",
        "Remove the casing",
        "The customer may also do so if the bank has not replied.",
        "Die Pumpe ist mit dem Motor durch eine Kupplung verbunden.",
    ],
)
def test_a_sentence_that_needs_its_neighbours_is_not_asked_about(text: str) -> None:
    assert drafts(text) == []


def test_a_pronoun_is_read_where_its_noun_stands_before_it() -> None:
    assert stands_alone("The casing of the pump rests on its own feet.")
    assert not stands_alone("Its casing rests on two feet of cast iron.")
    assert not stands_alone("Turn the key before you give the form to it.")


def test_a_judgement_is_not_a_definition() -> None:
    assert drafts("The Kelvin method is a major challenge in climate modelling.") == []


@pytest.mark.parametrize(
    "text",
    [
        "The bank must not close an account, refuse a service or raise a fee because a customer has complained.",
        "The customer is not liable for any payment made after the block of the card.",
        "Safe-deposit rooms close 30 minutes before the branch closes its doors.",
        "Beginners can struggle to build a pipeline from raw data.",
    ],
)
def test_a_question_that_would_mislead_is_not_asked(text: str) -> None:
    assert drafts(text, title="Account Services Guide") == []


def test_a_subject_that_many_documents_have_is_asked_about_with_its_section_and_document() -> None:
    text = "The demand rate is 0.10 % a year."
    (named,) = drafts(text, title="Deposit Terms", headings=("Rates of interest",))
    assert (
        named.question == "According to the section “Rates of interest” of the Deposit Terms, what is the demand rate?"
    )
    assert drafts(text, title="d1") == []


def test_a_party_is_asked_about_with_its_document_even_if_a_name_stands_beside_it() -> None:
    (draft,) = drafts("The bank decides on form LB-7 within five days.", title="Loan Agreement")
    assert draft.question == "According to the Loan Agreement, within what time does the bank decide on form LB-7?"


def test_a_denial_and_a_permission_say_so_first_and_then_restate_the_sentence() -> None:
    (no,) = drafts("Grease type 4 must not be used on rubber.")
    (yes,) = drafts("The MC 40 may be started against a closed valve.")
    assert no.answer == "No. Grease type 4 must not be used on rubber."
    assert yes.answer == "Yes. The MC 40 may be started against a closed valve."


def test_under_a_condition_the_duty_is_asked_for_and_not_its_bearer() -> None:
    (draft,) = drafts("If liquid escapes at more than 30 mL/h, the safety observer shall stop the pump MC 40 at once.")
    assert draft.question == "What shall the safety observer do if liquid escapes at more than 30 mL/h?"


def test_items_quote_their_sentence_and_carry_the_measured_score() -> None:
    text = "EPDM withstands hot water, steam and glycol."
    chunk = make_chunk(f"A first sentence stands before it. {text}")
    (item,) = [item for item in generate(chunk) if item.origin.prompt == "english/does-object"]
    assert [evidence.quote for evidence in item.evidence] == [text]
    assert 0.8 <= item.score < 1
    assert generate(chunk, min_score=0.99) == []


def test_permissions_are_asked_once_a_chunk() -> None:
    found = drafts("The MC 40 may be started against a closed valve. The MC 50 may be started without a strainer.")
    assert [draft.template for draft in found] == ["yes"]


def test_one_question_with_two_answers_in_a_chunk_is_dropped() -> None:
    assert drafts("PyQ is a program for chemists. PyQ is a package for the teaching of chemistry.") == []


def test_an_acronym_is_spelt_out_by_the_words_whose_initials_it_is() -> None:
    (draft,) = drafts("We used the Common Debian Build System (CDBS).")
    assert draft.question == "What does the abbreviation CDBS stand for?"
    assert draft.answer == "CDBS stands for Common Debian Build System."
    assert drafts("We used the build system of Debian (CDBS).") == []


def test_a_short_acronym_is_asked_for_with_its_document() -> None:
    (draft,) = drafts("Any Debian Developer (DD) can vote.", title="Packaging Guide")
    assert draft.question == "What does the abbreviation DD stand for in “Packaging Guide”?"


def test_an_opener_or_a_label_before_a_sentence_is_left_out_of_question_and_answer() -> None:
    (draft,) = drafts("Note: However, EPDM withstands hot water, steam and glycol.")
    assert (draft.question, draft.answer) == (
        "What does EPDM withstand?",
        "EPDM withstands hot water, steam and glycol.",
    )


def test_a_list_item_is_quoted_without_its_marker() -> None:
    chunk = make_chunk("• EPDM withstands hot water, steam and glycol.")
    (draft,) = english.questions(chunk)
    assert [chunk.text[start:end] for start, end in draft.quotes] == ["EPDM withstands hot water, steam and glycol."]


@pytest.mark.parametrize(
    ("text", "subject", "verb"),
    [
        ("the control file provides the meta data", "the control file", "provides"),
        ("every casing is tested", "every casing", "is"),
        ("the agency periodically provides estimates", "the agency", "provides"),
        ("the bags and covers must be removed", "the bags and covers", "must"),
        ("a set of parts consists of two seals", "a set of parts", "consists"),
    ],
)
def test_a_clause_is_cut_at_its_finite_verb(text: str, subject: str, verb: str) -> None:
    found = clause(text)
    assert found is not None
    assert (found.subject, found.verb) == (subject, verb)


@pytest.mark.parametrize("text", ["you see all files", "none of them is open", "removing it is hard", "to be is hard"])
def test_a_clause_without_a_plain_subject_is_left_alone(text: str) -> None:
    assert clause(text) is None


def test_an_order_is_a_clause_about_its_object() -> None:
    found = order("open the valve before the start")
    assert found is not None
    assert (found.subject, found.rest) == ("the valve", "be opened before the start")
    assert order("open it before the start") is None


def test_a_first_word_keeps_its_capital_only_as_a_name() -> None:
    names = capitalised("We use Debian daily.")
    assert lowered("Debian is free", names) == "Debian is free"
    assert lowered("Python programs run", frozenset()) == "Python programs run"
    assert lowered("Common Reporting Standard", frozenset()) == "Common Reporting Standard"
    assert lowered("Each Jupyter notebook", frozenset()) == "each Jupyter notebook"
    assert lowered("Unarranged overdraft", frozenset()) == "unarranged overdraft"


def test_the_condition_in_front_goes_to_the_end_of_the_question() -> None:
    found = sentence("Before the start, the casing of the pump shall be vented.", frozenset())
    assert found is not None
    assert (found.front, found.text[:10]) == ("before the start", "the casing")


WORDS = (
    "the a MC 40 pump valve bank customer must not shall be is are may can closed opened if when because it its water "
)
WORDS += "before within 30 days of and or by Use you program which means controls check, (test) “x” 5 bar unless only"


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(WORDS.split()), min_size=5, max_size=20))
def test_whatever_the_sentence_the_answer_is_in_its_quote_and_the_question_is_whole(words: list[str]) -> None:
    text = " ".join(words)
    chunk: Chunk = make_chunk(f"{text[0].upper()}{text[1:]}.")
    for draft in english.questions(chunk):
        quoted = " ".join(chunk.text[start:end] for start, end in draft.quotes)
        assert set(terms(re.sub(r"^(?:Yes|No)\. ", "", draft.answer))) <= set(terms(f"{quoted} stands"))
        assert re.fullmatch(r"[A-Z“].*[^,;:]\?", draft.question)
        assert draft.question.count("?") == 1
