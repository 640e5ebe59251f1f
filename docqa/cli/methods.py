"""``docqa methods``: what can make items."""

import click


@click.command()
@click.option("--types", is_flag=True, help="Show the tree of task types instead.")
def methods(types: bool) -> None:
    """List the methods that make items, what each needs and what it does; those of installed packages, too.

    \b
    Example:
      docqa methods
      docqa run ./manuals -o out --model Qwen/Qwen3-8B --method self-qa --method extractive:0.3
    """
    from docqa.generate.methods import listing
    from docqa.generate.task_types import tree

    click.echo(tree() if types else listing())
