"""CVAT's exports are read as CVAT writes them, and refused in one line when they are damaged."""

import numpy as np
import pytest

from climbpose.datasets.cvat import read_cvat
from climbpose.datasets.person_labels import PersonLabels
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25

META = """<meta>
    <{kind}>
      <id>7</id>
      <name>Friday session</name>
      <size>240</size>
      <mode>interpolation</mode>
      <overlap>5</overlap>
      <bugtracker></bugtracker>
      <created>2026-01-09 18:00:00.000000+00:00</created>
      <updated>2026-01-09 19:00:00.000000+00:00</updated>
      <subset>default</subset>
      <start_frame>0</start_frame>
      <stop_frame>239</stop_frame>
      <frame_filter></frame_filter>
      <labels>
        <label>
          <name>climber</name>
          <color>#2080c0</color>
          <type>skeleton</type>
          <attributes>
          </attributes>
          <svg>&lt;circle r="0.75" cx="40" cy="20" data-type="element node"&gt;&lt;/circle&gt;</svg>
        </label>
        <label>
          <name>left_wrist</name>
          <type>points</type>
          <attributes>
          </attributes>
          <parent>climber</parent>
        </label>
      </labels>
      <original_size>
        <width>720</width>
        <height>1280</height>
      </original_size>
      <source>{source}</source>
    </{kind}>
    <dumped>2026-01-09 19:01:00.000000+00:00</dumped>
  </meta>"""

SKELETONS = """<track id="0" label="climber" source="manual">
    <skeleton frame="3" keyframe="1" z_order="0">
      <points label="left_wrist" keyframe="1" outside="0" occluded="0" points="100.25,200.50">
      </points>
      <points label="nose" keyframe="1" outside="0" occluded="1" points="120.00,90.00">
      </points>
      <points label="left_eye" keyframe="1" outside="0" occluded="0" points="121.00,88.00">
      </points>
      <points label="right_wrist" keyframe="1" outside="1" occluded="0" points="10.00,20.00">
      </points>
    </skeleton>
    <skeleton frame="4" keyframe="0" z_order="0">
      <points label="left_wrist" keyframe="0" outside="0" occluded="0" points="101.25,199.50">
      </points>
    </skeleton>
    <skeleton frame="5" keyframe="1" z_order="0">
      <points label="left_wrist" keyframe="1" outside="1" occluded="0" points="101.25,199.50">
      </points>
    </skeleton>
  </track>"""


def export(*tracks: str, kind: str = "task", source: str = "dyno.mp4") -> str:
    meta = META.format(kind=kind, source=source)
    body = "\n  ".join(tracks)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"<annotations>\n  <version>1.1</version>\n  {meta}\n  {body}\n</annotations>\n"
    )


def points_track(label: str, points: str, number: int = 0, more: str = "", frame: int = 2) -> str:
    return f"""<track id="{number}" label="{label}" source="manual" {more}>
    <points frame="{frame}" keyframe="1" outside="0" occluded="0" points="{points}" z_order="0">
    </points>
    <points frame="{frame + 1}" keyframe="1" outside="1" occluded="0" points="{points}" z_order="0">
    </points>
  </track>"""


def read(text: str) -> list[PersonLabels]:
    return [label for label in read_cvat(text.encode(), "a.xml", "a") if label.points]


@pytest.mark.parametrize("kind", ["task", "job"])
def test_skeletons(kind: str) -> None:
    first, second = read(export(SKELETONS, kind=kind))
    assert (first.video, first.size, first.frame) == ("dyno.mp4", (720, 1280), 3)
    assert (first.track, first.label) == ("0", "climber")
    # What is outside is not labelled, and we have no eyes.
    assert set(first.points) == {"left_wrist", "nose"}
    wrist, nose = first.points["left_wrist"], first.points["nose"]
    assert (wrist.x, wrist.y, wrist.visibility) == (100.25, 200.5, 2)
    assert nose.visibility == 1
    assert second.frame == 4


def test_a_track_for_each_keypoint() -> None:
    tracks = [
        points_track("L wrist", "10.00,20.00", 0),
        points_track("R wrist", "30.00,20.00", 1),
        points_track("L wrist", "50.00,20.00", 2, 'group_id="4"'),
        '<track id="3" label="hold" source="manual"><box frame="0" outside="0" occluded="0" '
        'keyframe="1" xtl="1.00" ytl="1.00" xbr="2.00" ybr="2.00" z_order="0"></box></track>',
    ]
    one, other = read(export(*tracks))
    assert set(one.points) == {"left_wrist", "right_wrist"}
    assert (one.track, other.track) == ("group 0", "group 4")
    assert other.points["left_wrist"].x == 50
    with pytest.raises(DatasetError, match="frame 2 has left_wrist twice"):
        read(export(tracks[0], tracks[0]))


def test_a_track_of_25_points() -> None:
    places = np.arange(50).reshape(25, 2)
    points = ";".join(f"{x:.2f},{y:.2f}" for x, y in places)
    (label,) = read(export(points_track("climber", points)))
    assert tuple(label.points) == CLIMBING_25.keypoints
    assert (label.points["right_toes"].x, label.points["right_toes"].y) == (48, 49)
    with pytest.raises(DatasetError, match="2 points; expected a skeleton, a track for each"):
        read(export(points_track("climber", "1.00,2.00;3.00,4.00")))


def test_exports_of_projects() -> None:
    tasks = "".join(
        f"<task><id>{number}</id><name>n</name><original_size><width>90</width><height>90</height>"
        f"</original_size><source>{number}.mp4</source></task>"
        for number in (3, 4)
    )
    text = (
        "<annotations><version>1.1</version><meta><project><id>1</id><name>gym</name><tasks>"
        f"{tasks}</tasks></project></meta>"
        f"{points_track('nose', '5.00,6.00', 0, 'task_id=' + chr(34) + '4' + chr(34))}"
        f"{points_track('nose', '5.00,6.00', 1, 'task_id=' + chr(34) + '3' + chr(34))}"
        "</annotations>"
    )
    assert [label.video for label in read(text)] == ["4.mp4", "3.mp4"]
    with pytest.raises(DatasetError, match="is of no task"):
        read(text.replace('task_id="3"', ""))


def test_without_a_description() -> None:
    (label,) = read(f"<annotations>{points_track('nose', '5.00,6.00')}</annotations>")
    assert (label.video, label.size) == ("a", None)
    for points in ("-5.00,6.00", "5.00,1e30"):
        with pytest.raises(DatasetError, match="is outside any picture"):
            read(f"<annotations>{points_track('nose', points)}</annotations>")


ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;">]>
<annotations>&lol2;</annotations>"""

OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<annotations>&secret;</annotations>"""


@pytest.mark.parametrize("text", [ENTITIES, OUTSIDE, "<!DOCTYPE annotations><annotations/>"])
def test_entities_are_refused(text: str) -> None:
    with pytest.raises(DatasetError, match=r"a\.xml declares entities") as refusal:
        read(text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no XML"),
        ("<annotations>", "is no XML"),
        ('<?xml version="1.0" encoding="no-such"?><annotations/>', "is no XML"),
        ("<html/>", "begins with <html>"),
        ("<annotations/>", "has no tracks"),
        (export(), "has no tracks"),
        ('<annotations><image id="0" name="a.png"/></annotations>', "is for images"),
        (export(SKELETONS.replace("100.25,200.50", "nan,200.50")), "left_wrist: .* found NaN"),
        (export(SKELETONS.replace("100.25,200.50", "inf,200.50")), "NaN or infinity"),
        (export(SKELETONS.replace("100.25,200.50", "100.25")), "expected coordinates x,y"),
        (export(SKELETONS.replace("100.25,200.50", "")), "expected coordinates x,y"),
        (export(SKELETONS.replace("100.25,200.50", "1,2;3,4")), "2 points"),
        (
            export(SKELETONS.replace("100.25,200.50", "722.00,200.50")),
            r"track 0 \(climber\), frame 3, left_wrist: 722, 200.5 is outside the picture of 720 x",
        ),
        (export(SKELETONS.replace("100.25,200.50", "100.25,-1.50")), "is outside the picture"),
        (export(SKELETONS.replace('"left_wrist"', '"left_rist"')), "called 'left_rist'"),
        (export(SKELETONS.replace('"nose"', '"L wrist"')), "left_wrist is there twice"),
        (export(SKELETONS.replace('frame="3"', 'frame="-3"')), "number of a frame, found '-3'"),
        (export(SKELETONS.replace('frame="3"', "")), "number of a frame, found ''"),
        (export(SKELETONS.replace('frame="3"', f'frame="{9**99}"')), "number of a frame"),
        (export(points_track("hold", "1.00,2.00")), "no keypoint is called 'hold'"),
    ],
)
def test_damaged_exports(text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as refusal:
        read(text)
    assert "a.xml" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_points_that_are_not_labelled_may_be_anywhere() -> None:
    text = export(SKELETONS.replace("10.00,20.00", "-10.00,2000.00"))
    assert set(read(text)[0].points) == {"left_wrist", "nose"}


def test_points_on_the_border_are_inside() -> None:
    text = export(SKELETONS.replace("100.25,200.50", "720.00,1280.00"))
    assert read(text)[0].points["left_wrist"].x == 720
