import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from climbpose.datasets import coco
from climbpose.datasets.synthetic import clip_stem
from climbpose.errors import DatasetError, UsageError
from climbpose.labels import labels_path
from climbpose.skeleton import CLIMBING_25
from climbpose.training.coco_pictures import COCO_17
from climbpose.training.labelled import LabelledPerson, dataset_samples, person_sample
from climbpose.training.samples import Sample
from climbpose.training.teacher import Teacher
from tests.clips import make_clip
from tests.labelled import make_labels
from tests.training.stand_in import OF_25, DotNetwork, dots_of, picture_of

DOTS = dots_of(150, 110, lean=10)
TRUTH = DOTS[OF_25]


def samples_of(path: Path, network: DotNetwork | None = None) -> list[Sample]:
    teacher = Teacher(network or DotNetwork(), "dots")
    return dataset_samples(path, teacher, path.parent / "samples")


def shows(sample: Sample) -> np.ndarray:
    """How bright each labelled keypoint's channel is where the label lies."""
    known = np.isfinite(sample.truth).all(axis=1)
    x, y = sample.truth[known].round().astype(int).T
    return np.asarray(sample.image[y, x, OF_25[known]])


def write_coco(path: Path, image: dict[str, object], names: tuple[str, ...] | None) -> Path:
    """One annotated person; COCO counts from the first pixel's centre."""
    listed = names or COCO_17
    numbers: list[float] = []
    for name in listed:
        ours = name in CLIMBING_25.keypoints
        xy = TRUTH[CLIMBING_25.index(name)] - 0.5 if ours else (1, 1)
        numbers += [*map(float, xy), 2]
    content = {
        "images": [{"id": 4, **image}, {"id": 5, "file_name": "nobody is labelled in it.png"}],
        "annotations": [{"id": 1, "image_id": 4, "category_id": 1, "keypoints": numbers}],
        "categories": [{"id": 1, "name": "person"} | ({"keypoints": names} if names else {})],
    }
    path.write_text(json.dumps(content))
    return path


def test_folder_of_labelled_frames(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    make_clip(folder / "clip.mp4", np.stack([picture_of(), picture_of(DOTS), picture_of()]))
    points = {
        name: [*map(float, TRUTH[row]), 2]
        for row, name in enumerate(CLIMBING_25.keypoints)
        if name != "left_thumb"
    }
    points["nose"][2] = 1
    (folder / "labels.json").write_text(json.dumps({"clip": {"1": points}}))
    (sample,) = samples_of(folder)
    assert (sample.source, sample.clip, sample.frame) == ("labelled", "clip", 1)
    assert shows(sample).min() > 180
    thumb = CLIMBING_25.index("left_thumb")
    assert np.isnan(sample.truth[thumb]).all()
    assert (sample.seen[0], sample.seen[1], sample.seen[thumb]) == (1, 2, 255)


@pytest.mark.parametrize("names", [None, CLIMBING_25.keypoints])
def test_coco_file_with_pictures(tmp_path: Path, names: tuple[str, ...] | None) -> None:
    (tmp_path / "pictures").mkdir()
    cv2.imwrite(str(tmp_path / "pictures" / "a.png"), picture_of(DOTS)[..., ::-1])
    path = write_coco(tmp_path / "coco.json", {"file_name": "pictures/a.png"}, names)
    (sample,) = samples_of(path)
    assert (sample.source, sample.clip) == ("labelled", "pictures")
    known = np.isfinite(sample.truth).all(axis=1)
    assert known.sum() == (15 if names is None else 25)
    assert ((sample.seen == 2) == known).all()
    assert shows(sample).min() > 200


def test_coco_file_with_a_video(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", np.stack([picture_of(), picture_of(DOTS)]))
    image = {"file_name": "clip/000001.jpg", "video": "clip.mp4", "frame": 1}
    (sample,) = samples_of(write_coco(tmp_path / "coco.json", image, CLIMBING_25.keypoints))
    assert (sample.clip, sample.frame) == ("clip", 1)
    assert shows(sample).min() > 180


@pytest.fixture
def synthetic_set(tmp_path: Path) -> Path:
    """A set of two clips, of which one has a look that is held out."""
    folder = tmp_path / "set"
    folder.mkdir()
    frames = np.stack([picture_of(DOTS)] * 14)
    for index, look in enumerate((37, 38)):
        video = make_clip(folder / f"{clip_stem(index)}.mp4", frames)
        make_labels(
            14,
            seed=5,
            index=index,
            look=look,
            width=320,
            height=240,
            xy=np.stack([TRUTH] * 14),
            visibility=np.full((14, 25), 1, np.uint8),
            contacts=(),
            phases=(),
        ).write(labels_path(video))
    (folder / "set.json").write_text('{"clips": 2}')
    return folder


def test_synthetic_set_by_looks(synthetic_set: Path) -> None:
    teacher = Teacher(DotNetwork(), "dots")
    for split, index in (("train", 0), ("val", 1)):
        found = dataset_samples(synthetic_set, teacher, synthetic_set / "samples", split)
        assert [sample.frame for sample in found] == [0, 12]
        assert found[0].clip == f"synthetic:5:{index}"
        assert {sample.source for sample in found} == {"synthetic"}
        assert (found[0].seen == 1).all()
        assert shows(found[1]).min() > 180


def test_coco_file_of_a_synthetic_set(synthetic_set: Path) -> None:
    coco.write(synthetic_set, synthetic_set / "annotations.json")
    found = samples_of(synthetic_set / "annotations.json")
    assert len(found) == 28
    assert {sample.clip for sample in found} == {"clip_0000", "clip_0001"}
    assert min(shows(sample).min() for sample in found) > 180


def test_samples_are_made_once(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), picture_of(DOTS))
    path = write_coco(tmp_path / "coco.json", {"file_name": "a.png"}, None)
    network = DotNetwork()
    samples_of(path, network)
    looks = network.looks
    samples_of(path, network)
    assert network.looks == looks
    path.write_text(path.read_text().replace('"id": 4', '"id":  4'))
    samples_of(path, network)
    assert network.looks == 2 * looks


def test_teacher_tells_where_unlabelled_hands_and_feet_are() -> None:
    """Else a region of shoulders and hips would cut them off."""
    xy = np.where((OF_25 < 2)[:, None], TRUTH, np.nan).astype(np.float32)
    seen = np.full(25, 2, np.uint8)
    far = DOTS * np.float32(2)
    image = picture_of(far, width=640, height=480)
    person = LabelledPerson("clip", 0, image, xy * np.float32(2), seen)
    whole = LabelledPerson("clip", 0, image, far[OF_25], seen)
    teacher = Teacher(DotNetwork(), "dots")
    part, wanted = person_sample(person, teacher), person_sample(whole, teacher)
    assert part is not None and wanted is not None
    np.testing.assert_allclose(part.points, wanted.points, atol=3)


def test_without_a_trunk_or_too_small_is_left_out(tmp_path: Path) -> None:
    teacher = Teacher(DotNetwork(), "dots")
    seen = np.full(25, 2, np.uint8)
    small = (TRUTH * 0.4).astype(np.float32)
    assert person_sample(LabelledPerson("", 0, picture_of(), small, seen), teacher) is None
    headless = TRUTH.copy()
    headless[CLIMBING_25.index("left_shoulder")] = np.nan
    assert person_sample(LabelledPerson("", 0, picture_of(), headless, seen), teacher) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[1", "holds no keypoints as COCO has them"),
        ("{}", "holds no keypoints as COCO has them"),
        ('{"images": [], "annotations": [], "categories": []}', "nobody in it"),
        (
            '{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, '
            '"category_id": 1, "keypoints": [1, 2]}], "categories": [{"id": 1}]}',
            "holds no keypoints",
        ),
    ],
)
def test_damaged_coco_file_is_told_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "coco.json"
    path.write_text(content)
    with pytest.raises(DatasetError, match=reason) as caught:
        samples_of(path)
    assert "\n" not in str(caught.value)


def test_missing_picture_is_named(tmp_path: Path) -> None:
    path = write_coco(tmp_path / "coco.json", {"file_name": "gone.png"}, None)
    with pytest.raises(DatasetError, match=r"gone\.png, which has labels in .* is not there"):
        samples_of(path)
    (tmp_path / "gone.png").write_text("no picture")
    with pytest.raises(DatasetError, match="is no picture"):
        samples_of(path)


def test_label_beyond_the_videos_end_is_told(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", np.stack([picture_of()] * 2))
    image = {"file_name": "clip/000007.jpg", "video": "clip.mp4", "frame": 7}
    with pytest.raises(DatasetError, match="ends before frame 7"):
        samples_of(write_coco(tmp_path / "coco.json", image, None))


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "clip.mp4", tmp_path / "gone.json"):
        with pytest.raises(UsageError, match="expected a folder that climbpose synth made"):
            samples_of(path)
