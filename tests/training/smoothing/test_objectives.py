import pytest
import torch

from climbpose.noising.batches import Batch
from climbpose.smoothers.learned import build
from climbpose.training.smoothing.config import OBJECTIVES, PRETRAINING, with_experiment
from climbpose.training.smoothing.feed import Feed, generator_of
from climbpose.training.smoothing.material import Material
from climbpose.training.smoothing.objectives import Exercise, answer
from climbpose.training.smoothing.parts import Part
from tests.training.smoothing.swings import swings

objectives = pytest.mark.parametrize("objective", OBJECTIVES)


def batch_of(count: int) -> Batch:
    """A batch in which the later windows have fewer labels."""
    config = with_experiment(PRETRAINING, "1.1")
    clips = swings(5, 12)
    clips.visibility[len(clips.xy) // 3 :, 5:] = 0
    windows = Material.of([clips], config).windows("train", config, 5)
    feed = Feed.of(windows, config, is_training=True)
    return feed(
        torch.linspace(0, len(windows) - 1, count).long(), generator_of(torch.device("cpu"), 0)
    )


@objectives
@pytest.mark.parametrize("family", ["conv3d", "deciwatch"])
def test_mean_of_the_parts_is_the_loss_of_the_whole(family: str, objective: str) -> None:
    torch.manual_seed(0)
    network = build(family).eval()
    batch = batch_of(4)
    whole = answer(network, network, batch, objective)
    parts = [
        answer(
            Exercise(network),
            network,
            Batch(*(values[rank::2] for values in batch)),
            objective,
            Part(batch.is_known, 2),
        )
        for rank in range(2)
    ]
    mean = torch.stack([part.loss for part in parts]).mean().item()
    assert mean == pytest.approx(whole.loss.item(), rel=1e-5)
    assert torch.allclose(whole.output[0::2], parts[0].output, atol=1e-5)


@objectives
def test_unlabelled_keypoints_teach_nothing(objective: str) -> None:
    torch.manual_seed(0)
    network = build("deciwatch").eval()
    batch = batch_of(2)
    assert not batch.is_known.all()
    moved = batch._replace(xy=torch.where(batch.is_known[..., None], batch.xy, 3.0))
    before, after = (answer(network, network, one, objective).loss.item() for one in (batch, moved))
    assert before == pytest.approx(after)
