"""A small local tokenizer and tagger in the place of unstructured's spaCy model.

unstructured 0.27 tells titles from text with spaCy's en_core_web_sm, which it downloads at first use: on a machine
without a network it fails, and on one with a network it fetches and installs a package unasked. docqa sends nothing and
fetches nothing, so the loader is replaced before first use by a blank English pipeline (tokenizer and rule-based
sentence ends) whose tags come from the lexicon that textblob carries. Titles in docx, html and md are marked as such,
so the tags only tell one kind of paragraph from another, which docqa does not keep apart.
"""

import os
from typing import Any


def prepare() -> None:
    """Make unstructured ready to be imported and used: no telemetry, no notice, no download. Safe to call again."""
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["SCARF_NO_ANALYTICS"] = "true"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    from unstructured.nlp import tokenize

    tokenize._load_spacy_model = _pipeline


def _pipeline() -> Any:
    """A spaCy pipeline that needs no model: tokens, sentences and part-of-speech tags."""
    import spacy
    from spacy.language import Language

    if not Language.has_factory("docqa_tagger"):
        Language.component("docqa_tagger", func=_tag)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("docqa_tagger")
    return pipeline


def _tag(document: Any) -> Any:
    from textblob.en import lexicon

    for token in document:
        tag = str(lexicon.get(token.text) or lexicon.get(token.lower_) or "NN")
        token.tag_ = tag.split("-")[0] if tag.isascii() else "NN"
    return document
