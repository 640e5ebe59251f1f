"""How well files are read: what was found on a page against what stands there, by formulas that others use, too."""
