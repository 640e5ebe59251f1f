"""``docqa stats``: what is in a run."""

from pathlib import Path

import click


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
def stats(run: Path) -> None:
    """Show what is in the finished run folder RUN.

    What was kept, and what was dropped and why; decisions (with a model: novel and known); task types, lengths,
    tokens, and how questions begin.

    \b
    Example:
      docqa stats out
    """
    from docqa.stats import stats_text

    click.echo(stats_text(run))
