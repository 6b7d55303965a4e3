"""How far the measures of a climb may be trusted."""

import numpy as np

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import Findings, median, register
from climbpose.analytics.values import Figure, Series


@register("quality")
def quality(climb: Climb) -> Findings:
    """How much was seen, of what the centre of mass is made, and how the camera moved."""
    has_climber = climb.poses.has_climber
    yield Figure(
        name="climber_seen", label="climber seen", group="quality", unit="%",
        value=_percent(has_climber), missing=_of_none(climb),
        meaning="Share of the frames in which the climber was found.",
        caveat="Found is not the same as right: look at the annotated video.", source="tracks",
    )  # fmt: skip
    yield Figure(
        name="keypoints_sure", label="keypoints sure", group="quality", unit="%",
        value=_percent(climb.is_sure[has_climber]),
        missing="" if has_climber.any() else "nobody was found",
        meaning="Share of the climber's keypoints of which the detector is sure.",
        caveat="It is sure of some that are wrong.", source="tracks",
    )  # fmt: skip
    coverage = climb.coverage
    yield Series("com_coverage", "body mass seen", "coverage", "", coverage, coverage > 0)
    yield Figure(
        name="com_known", label="centre of mass known", group="quality", unit="%",
        value=_percent(np.isfinite(climb.centre).all(axis=1)), missing=_of_none(climb),
        meaning="Share of the frames in which at least 80 % of the body's mass was seen.",
        caveat="Segments are those of an average body.", source="de Leva 1996",
    )  # fmt: skip
    body_px = climb.body_px
    yield Figure(
        name="body_length_px", label="body length", group="quality", unit="px",
        value=body_px, missing="" if np.isfinite(body_px) else "the trunk was never surely seen",
        meaning="The trunk from the middle of the shoulders to that of the hips, in the picture.",
        caveat="One length for the whole climb: who climbs away from the camera looks smaller.",
        source="80th percentile over time",
    )  # fmt: skip
    yield from _camera(climb)


def _percent(is_so: np.ndarray) -> float:
    return 100 * float(is_so.mean()) if is_so.size else float("nan")


def _of_none(climb: Climb) -> str:
    return "" if len(climb.poses) else "there is no frame"


def _camera(climb: Climb) -> Findings:
    camera = climb.camera
    yield Figure(
        name="camera_known", label="pictures laid on the wall", group="quality", unit="%",
        value=_percent(camera.is_known), missing=_of_none(climb),
        meaning="Share of the frames whose place before the wall is known.",
        caveat="What was measured in the others is missing.", source="background features",
    )  # fmt: skip
    error = median(camera.error_px[camera.is_known]) / climb.body_px
    yield Figure(
        name="camera_error_bl", label="error of the wall's place", group="quality", unit="BL",
        value=error, missing="" if np.isfinite(error) else "the wall's place is not known",
        meaning="By how much a point of the wall seems to move; 0 for a camera that stood still.",
        caveat="An estimate, from the background around the climber.",
        source="background features that were held out",
    )  # fmt: skip
