"""``docqa init``: a settings file that explains itself."""

from pathlib import Path

import click


@click.command()
@click.option("--force", is_flag=True, help="Overwrite a docqa.toml that is there.")
@click.option("--prompts", is_flag=True, help="Copy the prompts to ./prompts, to be changed, and use them.")
def init(force: bool, prompts: bool) -> None:
    """Write a docqa.toml that explains every setting."""
    import shutil

    from docqa.prompts import shipped
    from docqa.settings import Settings, to_toml

    path, folder = Path("docqa.toml"), Path("prompts")
    for made in [path, *([folder] if prompts else [])]:
        if made.exists() and not force:
            raise click.ClickException(f"{made} is there already; --force overwrites it")
    text = to_toml(Settings.model_construct(), comments=True)
    if prompts:
        shutil.copytree(shipped(), folder, dirs_exist_ok=True)
        text = text.replace('# prompts = ""', 'prompts = "prompts"')
        click.echo("prompts/ written; prompts/README.md says how they work")
    path.write_text(text, encoding="utf-8")
    click.echo("docqa.toml written; `docqa run` in this folder reads it")
