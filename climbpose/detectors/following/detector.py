"""The detector that follows people; its networks and files are a family's own."""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.landmarks import detection
from climbpose.detectors.following.memory import Memory
from climbpose.detectors.following.people import People
from climbpose.detectors.following.regions import Region
from climbpose.pixels import Pixels
from climbpose.poses import Detection, Frame


class Following:
    """Finds and follows everybody; detections come out when it is settled who was there.

    Args:
        eyes: The networks.
    """

    def __init__(self, eyes: Eyes) -> None:
        self.eyes = eyes

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        """The people of a video, in the order of its frames."""
        people, memory = People(self.eyes), Memory(self.eyes)
        for frame, ahead in pairwise(chain(frames, [None])):
            assert frame is not None
            people.look(frame.pixels, float(frame.time), ahead.pixels if ahead else None)
            yield from memory.note(frame, people.followers)
        yield from memory.close()

    def look(
        self,
        pixels: Pixels,
        region: Region,
        frame_index: int = 0,
        time: float = 0.0,
    ) -> Detection:
        """The person that a region is centred on, whether or not somebody is there."""
        return detection(self.eyes.body_closely(pixels, region), frame_index, time)
