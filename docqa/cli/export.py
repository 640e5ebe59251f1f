"""``docqa export``: a finished run's set in another format."""

from pathlib import Path
from typing import Any

import click

from docqa.cli.options import export_options, resolved
from docqa.errors import SettingsError


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder to write to.  [default: RUN/export]")
@export_options
@click.option("--push-to-hub", metavar="NAME", help="Send what was written to this dataset on the Hugging Face Hub.")
def export(run: Path, out: Path | None, push_to_hub: str | None, **flags: Any) -> None:
    """Write the set of the run folder RUN again, in other formats. What is not said here is as the run had it.

    preference rows set an answer against one that verification found wrong, or one with a number, unit, name or
    negation changed; kto rows label the same answers one by one. Both are made of domain rows only; where the run made
    preference pairs, of these.

    \b
    Examples:
      docqa export out --format messages --file-type parquet
      docqa export out --format preference --format kto -o dpo
      docqa export out --context input --system "Answer from the text." -o reading
      docqa export out --format messages --push-to-hub me/pump-manuals

    A dataset that is not yet on the Hub is made private. Its token is read from the environment, HF_TOKEN, and from
    nowhere else.
    """
    from docqa.export import hub
    from docqa.reexport import export_run
    from docqa.runfolder import has_other_readme

    folder = out or run / "export"
    if push_to_hub:
        hub.check_pushable()
        if has_other_readme(folder):
            raise SettingsError(
                f"{folder}: its README.md is not docqa's, and would be sent as the card; name another -o"
            )
    file = run / "settings.toml"
    settings = resolved(flags, file if file.exists() else None)
    files = export_run(run, folder, settings.export)
    for written in files:
        click.echo(f"{folder / written.name}  {written.rows:,} {written.form} rows")
    if push_to_hub:
        names = [*(written.name for written in files if written.rows), "dataset_info.json", "README.md"]
        click.echo(f"sent to {hub.push(folder, names, push_to_hub)}")
