"""Chunk -> QAItems. One file a method; ``extractive`` is the embedded default and needs no model."""
