"""Training of a climbing detector, from the user's videos to a network that annotates."""

from pathlib import Path

from climbpose.training import run as run_files
from climbpose.training.run import Run, damaged
from climbpose.training.session import Machine, Session, Trained
from climbpose.training.settings import DetectorTraining
from climbpose.training.start import load_landmarks

__all__ = ["Machine", "Trained", "read_training", "resume_detector", "train_detector"]


def train_detector(folder: Path, training: DetectorTraining, machine: Machine) -> Trained:
    """Begins a run, and trains to its end or until it is asked to stop.

    Args:
        folder: Of the run; made where it is not there.
        training: What the run is made from.
        machine: What it is made with.

    Raises:
        ClimbposeError: An input cannot be used, or a run is there.
        StopRequest.Stopped: It was asked to stop; what is done is kept.
    """
    training.check()
    device = machine.torch_device()
    start = load_landmarks(training.start)
    load_landmarks(training.taught_by)
    run = Run.begin(folder, training.to_json())
    return Session(run, training, machine, device, start).train()


def resume_detector(folder: Path, machine: Machine) -> Trained:
    """Goes on with a run.

    Raises:
        ClimbposeError: There is none, or it is damaged, or an input is no longer there.
        StopRequest.Stopped: It was asked to stop; what is done is kept.
    """
    run = Run(folder)
    training = read_training(run)
    training.check()
    device = machine.torch_device()
    return Session(run, training, machine, device, load_landmarks(training.start)).train()


def read_training(run: Run) -> DetectorTraining:
    """What a run is made from.

    Raises:
        DatasetError: There is none, or it is damaged.
    """
    try:
        return DetectorTraining.from_json(run.config())
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(run.folder / run_files.CONFIG, error) from error
