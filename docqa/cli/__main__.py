"""``python -m docqa.cli`` is ``docqa``."""

from docqa.cli import main

main()
