"""One convolution over time and space with OpenVINO, for as many frames as one likes."""

import numpy as np
import openvino
from jaxtyping import Float32
from openvino import opset13 as operations

from climbpose import processes
from climbpose.networks.core import core


class RunningConv3d:
    """Convolution, bias and ReLU; rows, columns and frames keep their number.

    Where no channel has a say in another, they are convolved one by one, which gives the same and
    takes a fifth of the time.

    Args:
        weight: Odd numbers of frames, rows and columns.
        bias: Of each channel that comes out.
        threads: To compute with; by default as many as the process may use.
    """

    def __init__(
        self,
        weight: Float32[np.ndarray, "out in time rows cols"],
        bias: Float32[np.ndarray, " out"],
        *,
        threads: int | None = None,
    ) -> None:
        maps = operations.parameter([1, weight.shape[1], -1, -1, -1], openvino.Type.f32)
        pads = [size // 2 for size in weight.shape[2:]]
        steps = [1, 1, 1]
        if _are_apart(weight):
            each = weight[range(len(weight)), range(len(weight)), None, None]
            made = operations.group_convolution(maps, each, steps, pads, pads, steps)
        else:
            made = operations.convolution(maps, weight, steps, pads, pads, steps)
        made = operations.relu(operations.add(made, bias.reshape(1, -1, 1, 1, 1)))
        compiled = core().compile_model(
            openvino.Model([operations.result(made)], [maps], "conv3d"),
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads or processes.threads(),
                # bfloat16 would move the peaks of heatmaps by a tenth of a cell.
                "INFERENCE_PRECISION_HINT": "f32",
                "PERFORMANCE_HINT": "LATENCY",
            },
        )
        self._request = compiled.create_infer_request()

    def __call__(
        self, maps: Float32[np.ndarray, "time channels rows cols"]
    ) -> Float32[np.ndarray, "time out rows cols"]:
        """All frames at once; before the first and after the last there is nothing."""
        self._request.infer([np.ascontiguousarray(maps.swapaxes(0, 1))[None]])
        smooth: np.ndarray = self._request.get_output_tensor(0).data[0]
        return np.ascontiguousarray(smooth.swapaxes(0, 1))


def _are_apart(weight: Float32[np.ndarray, "out in time rows cols"]) -> bool:
    """Whether each channel that comes out is made from the one in its place alone."""
    count, ingoing = weight.shape[:2]
    return count == ingoing and not weight[~np.eye(count, dtype=bool)].any()
