"""Annotations of videos from CVAT: its format "CVAT for video 1.1", an XML file.

Three ways to label a climber are read. The first is best:

* a track of skeletons, whose points are named as our keypoints;
* a track of one point for each keypoint, named as the keypoint; where there are several climbers,
  each one's tracks in a group;
* a track of 25 points in our order.

CVAT writes each frame of a track, also those between the ones that somebody labelled. A point that
is switched to "outside" is not labelled; "occluded" is COCO's visibility 1. Coordinates count from
the picture's corner, as ours, and frames from the video's first. Files are read without entities,
by which a file could read others or fill the memory.
"""

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from climbpose.datasets.person_labels import MAX_FRAME, PersonLabels, Point, checked, named
from climbpose.errors import DatasetError
from climbpose.labels import OCCLUDED, VISIBLE
from climbpose.skeleton import CLIMBING_25

_SIDE = re.compile("[0-9]{1,6}")

_Video = tuple[str, tuple[int, int] | None]


def read_cvat(text: bytes, where: str, stem: str) -> list[PersonLabels]:
    """The labels in an XML file.

    Args:
        text: Of the file.
        where: Names the file in messages.
        stem: What the video is called if the file does not say.

    Raises:
        DatasetError: It is no such file, or a label is not what it should be.
    """
    root = _root(text, where)
    videos = _videos(root, stem)
    tracks = root.findall("track")
    if not tracks:
        raise DatasetError(
            f'{where} has no tracks; label the climber as a track, and export "CVAT for video 1.1"'
        )
    read = _skeletons if any(track.find("skeleton") is not None for track in tracks) else _points
    labels: list[PersonLabels] = []
    for track in tracks:
        name = f"{where}: track {track.get('id', '?')} ({track.get('label', '')})"
        video = videos.get(track.get("task_id", ""), videos.get(""))
        if video is None:
            raise DatasetError(f"{name} is of no task that the file describes; export it again")
        labels.extend(read(track, video, name))
    return _together(labels, where)


def _root(text: bytes, where: str) -> Element:
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise DatasetError(
            f"{where} declares entities or a document type, which CVAT never does; it is not read"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise DatasetError(f"{where} is no XML ({error}); export it again") from error
    if root.tag != "annotations":
        raise DatasetError(f"{where} is not from CVAT: it begins with <{root.tag}>")
    if root.find("image") is not None:
        raise DatasetError(f'{where} is for images; export "CVAT for video 1.1" instead')
    return root


def _videos(root: Element, stem: str) -> Mapping[str, _Video]:
    """Each task's video and picture size, by its number; "" where there is one."""
    found = {}
    # Exports are of a task, of a job of it, or of a project with several tasks.
    tasks = [task for kind in ("task", "job") for task in root.iterfind(f"meta//{kind}")]
    for task in tasks:
        name = task.findtext("source") or root.findtext("meta/source") or task.findtext("name")
        width, height = (task.findtext(f"original_size/{side}") for side in ("width", "height"))
        size = None
        if width and height and _SIDE.fullmatch(width) and _SIDE.fullmatch(height):
            size = int(width), int(height)
        found[task.findtext("id") or ""] = (name or stem, size)
    if not found:
        return {"": (stem, None)}
    return found if len(found) > 1 else {"": next(iter(found.values()))}


def _skeletons(track: Element, video: _Video, where: str) -> Iterator[PersonLabels]:
    for skeleton in track.iterfind("skeleton"):
        frame = _frame(skeleton, where)
        here = f"{where}, frame {frame}"
        points: dict[str, Point] = {}
        for element in skeleton.iterfind("points"):
            if _is_outside(element) or _is_outside(skeleton):
                continue
            name = named(label := element.get("label", ""), here)
            if name is None:
                continue
            if name in points:
                raise DatasetError(f"{here}: {name} is there twice; remove one")
            (points[name],) = _places(element, video, f"{here}, {label}", expected=(1,))
        yield _person(track, video, frame, points, track.get("id", ""))


def _points(track: Element, video: _Video, where: str) -> Iterator[PersonLabels]:
    for element in track.iterfind("points"):
        frame = _frame(element, where)
        here = f"{where}, frame {frame}"
        if _is_outside(element):
            continue
        places = _places(element, video, here, expected=(1, len(CLIMBING_25)))
        if len(places) == 1:
            name = named(track.get("label", ""), where)
            points = {} if name is None else {name: places[0]}
            yield _person(track, video, frame, points, f"group {track.get('group_id', '0')}")
        else:
            points = dict(zip(CLIMBING_25.keypoints, places, strict=True))
            yield _person(track, video, frame, points, track.get("id", ""))


def _person(
    track: Element, video: _Video, frame: int, points: Mapping[str, Point], person: str
) -> PersonLabels:
    return PersonLabels(*video, frame, person, track.get("label", ""), points)


def _together(labels: list[PersonLabels], where: str) -> list[PersonLabels]:
    """The labels with the points of one person in one frame in one place."""
    people: dict[tuple[str, str, int], PersonLabels] = {}
    for label in labels:
        key = (label.video, label.track, label.frame)
        known = people.get(key)
        if known is not None:
            if twice := known.points.keys() & label.points.keys():
                raise DatasetError(
                    f"{where}: frame {label.frame} has {min(twice)} twice; remove one, or group "
                    "each climber's points"
                )
            points = {**known.points, **label.points}
            label = PersonLabels(
                label.video, label.size, label.frame, label.track, label.track, points
            )
        people[key] = label
    return list(people.values())


def _is_outside(element: Element) -> bool:
    return element.get("outside") == "1"


def _frame(element: Element, where: str) -> int:
    frame = element.get("frame", "")
    if not (frame.isascii() and frame.isdecimal() and len(frame) < 20 and int(frame) < MAX_FRAME):
        raise DatasetError(f"{where}: expected the number of a frame, found {frame[:20]!r}")
    return int(frame)


def _places(element: Element, video: _Video, where: str, expected: tuple[int, ...]) -> list[Point]:
    text = element.get("points", "")
    visibility = OCCLUDED if element.get("occluded") == "1" else VISIBLE
    try:
        pairs = [tuple(map(float, pair.split(","))) for pair in text.split(";")]
        places = [Point(x, y, visibility) for x, y in pairs]
    except ValueError as error:
        raise DatasetError(f"{where}: expected coordinates x,y, found {text[:40]!r}") from error
    if len(places) not in expected:
        raise DatasetError(
            f"{where}: {len(places)} points; expected a skeleton, a track for each keypoint, or "
            f"{len(CLIMBING_25)} points"
        )
    return [checked(place, video[1], where) for place in places]
