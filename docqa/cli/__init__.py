"""The commands, a file each. A command is a few lines that read its flags and call the Python API.

Exit codes: 0 all good, 1 usage or set-up error, 2 finished with failed files, 3 nothing produced.
"""

import gc
import sys

import click

from docqa import __version__
from docqa.cli.bench import bench
from docqa.cli.blend import blend
from docqa.cli.distill import distill
from docqa.cli.export import export
from docqa.cli.feedback import feedback
from docqa.cli.init import init
from docqa.cli.methods import methods
from docqa.cli.parse import parse
from docqa.cli.run import run
from docqa.cli.stats import stats
from docqa.cli.verify import verify
from docqa.errors import DocqaError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT, epilog="Start with: docqa run FOLDER -o out")
@click.version_option(__version__, prog_name="docqa")
def cli() -> None:
    """Turn a folder of documents into a supervised fine-tuning set that can be traced and trusted.

    The default needs no GPU, no network and no model: questions are made by rule, and each answer is verified against
    the whole corpus. With --model, a language model asks, answers and verifies in the same pipeline.
    """


for command in (run, distill, feedback, verify, blend, export, stats, methods, parse, bench, init):
    cli.add_command(command)


def main() -> None:
    """Entry point: click's usage errors exit with 1, since 2 means failed files."""
    gc.set_threshold(200_000, 20, 100)  # a run makes many small objects and few cycles: a tenth less CPU a call
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("\nStopped. Start the same command again to go on where it was.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = 1
    except DocqaError as error:
        click.echo(f"Error: {error}", err=True)
        code = 1
    sys.exit(code)
