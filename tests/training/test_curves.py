import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from climbpose.training.curves import svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def lines(text: str) -> list[list[tuple[float, float]]]:
    found = ET.fromstring(text).iter(f"{NAMESPACE}polyline")
    return [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]  # type: ignore[misc]
        for line in found
    ]


def test_curves_rise_where_their_numbers_do() -> None:
    up, down = lines(
        svg(
            {
                "a": {"up": [(0.0, 1.0), (10.0, 2.0), (20.0, 3.0)]},
                "b": {"x<y": [(0.0, 3.0), (9.0, 1.0)]},
            }
        )
    )
    assert all(left[0] < right[0] and left[1] > right[1] for left, right in pairwise(up))
    assert down[0][1] < down[1][1]


@pytest.mark.parametrize("panels", [{}, {"a": {}}, {"a": {"b": []}}, {"a": {"b": [(3.0, 2.0)]}}])
def test_picture_of_little(panels: dict[str, dict[str, list[tuple[float, float]]]]) -> None:
    assert len(lines(svg(panels))) == sum(len(curves.get("b", ())) for curves in panels.values())
