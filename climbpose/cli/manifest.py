"""``climbpose manifest``: a season's list of videos and outputs, checked and repeated."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from climbpose.cli.errors import Answer, one_line, reported
from climbpose.cli.options import TALK, Offline, Progress, Quiet

if TYPE_CHECKING:
    from climbpose.batch.audit import Finding
    from climbpose.jobs import AnnotateOptions

manifest = typer.Typer(
    help="Checks and repeats what `annotate --manifest` has noted.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A manifest, .csv or .jsonl.")]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON; nothing else on stdout.", rich_help_panel=TALK),
]
_DIFFERENT = 1


@manifest.command()
def verify(file: File, json: Json = False, quiet: Quiet = False) -> None:
    """Reads all videos and outputs once more, and tells which are missing or have changed.

    Exit codes: 0 all are as noted, 1 some are not or the manifest cannot be read.
    """
    answer = Answer(json)
    with reported(answer):
        from climbpose.batch import audit
        from climbpose.batch.manifest import read

        findings: list[Finding] = []
        for row in read(file):
            for finding in audit.verify(file, row):
                findings.append(finding)
                answer.results.append(_content(finding))
                if finding.state != audit.OK and not (quiet or json):
                    _tell(finding)
        bad = [one for one in findings if one.state in (audit.MISSING, audit.CHANGED)]
        if not (quiet or json):
            states = [one.state for one in findings]
            kinds = (audit.OK, audit.MISSING, audit.CHANGED, audit.UNKNOWN)
            counts = ", ".join(f"{states.count(kind)} {kind}" for kind in kinds if kind in states)
            typer.echo(f"{one_line(str(file))}: {len(findings)} files: {counts or 'none'}")
        code = _DIFFERENT if bad else 0
        answer.give(code)
    raise typer.Exit(code)


@manifest.command()
def repeat(
    file: File,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Folder of the new outputs, made if it is not there.",
        ),
    ],
    overwrite: Annotated[
        bool, typer.Option("-y", "--overwrite", help="Replace outputs that exist.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after a stop; see `climbpose annotate`.")
    ] = False,
    jobs: Annotated[str, typer.Option(metavar="N|auto", help="Videos at the same time.")] = "auto",
    json: Json = False,
    progress: Progress = "auto",
    quiet: Quiet = False,
    offline: Offline = False,
) -> None:
    """Annotates the videos of a manifest once more, and tells whether the tracks are the same.

    A video that is not the same any more is refused.

    Exit codes: 0 all tracks are the same, 1 some are not, 2 wrong usage or an output exists,
    3 some videos could not be annotated.
    """
    answer = Answer(json)
    with reported(answer):
        from climbpose.batch import audit, engine
        from climbpose.batch.manifest import read
        from climbpose.batch.planning import Manners
        from climbpose.cli import batch, parse

        mode = parse.choice("--progress", progress, ("auto", "json", "none"))
        talk = batch.Talk(is_json=json, progress=mode, is_quiet=quiet, is_verbose=False)
        workers = engine.create("local", parse.jobs(jobs))
        again = audit.repeat(
            file, read(file), output, _options, Manners(str(output), overwrite, False, resume)
        )
        code, outcomes = batch.carry_out(
            again.plan, workers, talk, None, answer.results, is_offline=offline
        )
        findings = [audit.compare(one, again.noted[one.task.source]) for one in outcomes]
        for finding, result in zip(findings, answer.results, strict=True):
            answer.results[answer.results.index(result)] = {**result, "tracks": finding.state}
        if not (quiet or json):
            _conclude(findings)
        if code == 0 and any(finding.state == audit.CHANGED for finding in findings):
            code = _DIFFERENT
        answer.give(code)
    raise typer.Exit(code)


def _options(noted: Mapping[str, Any]) -> "AnnotateOptions":
    """The options of a row, those that it lacks as `annotate` has them."""
    import inspect

    from climbpose.cli.annotate import annotate
    from climbpose.cli.parse import annotate_options
    from climbpose.errors import ClimbposeError

    parameters = inspect.signature(annotate).parameters.values()
    defaults = {one.name: one.default for one in parameters}
    try:
        options = annotate_options({**defaults, **noted})
        options.check()
    except (TypeError, AttributeError, ValueError) as error:
        raise ClimbposeError(f"its options are none of this version ({error})") from error
    return options


def _conclude(findings: "Sequence[Finding]") -> None:
    from climbpose.batch import audit

    for finding in findings:
        if finding.state == audit.CHANGED:
            _tell(finding)
    same = sum(finding.state == audit.OK for finding in findings)
    typer.echo(f"tracks of {same} of {len(findings)} videos are the same")


def _tell(finding: "Finding") -> None:
    typer.echo(f"{finding.state:<8} {one_line(finding.path)}: {one_line(finding.reason)}")


def _content(finding: "Finding") -> dict[str, str]:
    return {"path": finding.path, "state": finding.state, "reason": finding.reason}
