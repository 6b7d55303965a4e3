"""Makes torchvision run where its compiled operators cannot be loaded: beside a CPU-only torch."""

import sys
from typing import Any

import torch

_LIBRARIES: list[Any] = []
"""What is registered lasts as long as these."""


def provide() -> None:
    """Loads torchvision, with slow stand-ins for operators that are absent.

    Raises:
        ImportError: torchvision is not installed.
    """
    try:
        import torchvision
    except RuntimeError:
        library: Any = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define(
            "roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
            "SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor"
        )
        library.impl("nms", _nms, "CPU")
        library.impl("roi_align", _roi_align, "CPU")
        _LIBRARIES.append(library)
        import torchvision  # noqa: F401

        # A function of the same name hides the module.
        for module in ("torchvision.extension", "torchvision.ops.roi_align"):
            vars(sys.modules[module])["_has_ops"] = lambda: True


def _nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    from torchvision.ops import box_iou

    overlap = box_iou(boxes, boxes)
    left = scores.argsort(descending=True).tolist()
    kept = []
    while left:
        kept.append(best := left.pop(0))
        left = [other for other in left if overlap[best, other] <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def _roi_align(
    maps: torch.Tensor,
    rois: torch.Tensor,
    scale: float,
    rows: int,
    cols: int,
    samples: int,
    aligned: bool,
) -> torch.Tensor:
    """Means of ``samples`` x ``samples`` points in each of a region's cells, for `aligned` false.

    Only at the maps' borders it differs from the true one.
    """
    assert samples > 0
    assert not aligned
    if not len(rois):
        return maps.new_zeros(0, maps.shape[1], rows, cols)
    start, end = rois[:, 1:3] * scale, rois[:, 3:] * scale
    extent = (end - start).clamp(min=1.0)
    places = []
    for axis, count in ((0, cols), (1, rows)):
        share = (torch.arange(count * samples) + 0.5) / (count * samples)
        place = start[:, axis, None] + share * extent[:, axis, None]
        places.append(2 * place / max(maps.shape[3 - axis] - 1, 1) - 1)
    shape = (len(rois), rows * samples, cols * samples)
    grid = torch.stack(
        [places[0][:, None, :].expand(shape), places[1][:, :, None].expand(shape)], 3
    )
    sampled = torch.nn.functional.grid_sample(
        maps[rois[:, 0].long()], grid, padding_mode="border", align_corners=True
    )
    return torch.nn.functional.avg_pool2d(sampled, samples)
