"""CPU time of one crop through a landmark network, by runtime and precision, in one run.

    python -m tests.bench.runtimes FILE... [--crops VIDEO] [--rounds 12] [--onnx]

FILE is a published .tflite file or a checkpoint of ours; a published file is also timed as it is,
in LiteRT, with its segmentation branch. Every runtime gets one thread and the same crops, in turns,
so that whatever else the machine does hits all of them. Printed are the median and the least CPU
milliseconds of a crop, the CPU seconds of getting ready, and how far the 33 landmarks lie from
torch's in float32 (mean, crop pixels). ``--onnx`` adds ONNX Runtime, which needs `pip install onnx
onnxruntime`; it takes torch's export.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

import cv2
import numpy as np
import torch

from climbpose import checkpoint
from climbpose.networks.graph import Graph
from climbpose.networks.module import GraphModule
from climbpose.networks.rounding import rounded
from climbpose.networks.runtime import Precision, Runtime, supports_bfloat16
from climbpose.networks.tflite import read_landmarks
from climbpose.video import VideoReader

EXAMPLE = Path(__file__).parents[2] / "examples" / "boulder.mp4"
LANDMARKS = 33
CROPS = 8

Points = np.ndarray
Run = Callable[[np.ndarray], Points]


@dataclass(frozen=True)
class Candidate:
    name: str
    run: Run
    ready_s: float


def crops_of(video: Path, side: int) -> np.ndarray:
    """Middle squares of frames all over a video's beginning."""
    made = []
    with VideoReader(video) as reader:
        for frame in reader:
            if frame.index % 10 == 0:
                rows, columns = frame.image.shape[:2]
                size = min(rows, columns)
                top, left = (rows - size) // 2, (columns - size) // 2
                square = frame.image[top : top + size, left : left + size]
                made.append(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA))
            if len(made) == CROPS:
                break
    return np.stack(made)


def in_runtime(graph: Graph, precision: Precision) -> Run:
    runtime = Runtime(graph, threads=1, precision=precision)
    return lambda image: runtime(image)["points"]


def in_torch(graph: Graph, *, is_bfloat16: bool) -> Run:
    network = GraphModule(graph).eval()

    def run(image: np.ndarray) -> Points:
        scaled = torch.from_numpy(image.astype(np.float32) * np.float32(graph.input_scale))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=is_bfloat16):
            points: Points = network(scaled)["points"].float().numpy()
        return points

    return run


def in_litert(content: bytes) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]["index"]
    names = {detail["name"]: detail["index"] for detail in interpreter.get_output_details()}

    def run(image: np.ndarray) -> Points:
        interpreter.set_tensor(place, image.astype(np.float32) * np.float32(1 / 255))
        interpreter.invoke()
        points: Points = interpreter.get_tensor(names["Identity"]).reshape(-1, 39, 5)
        return points

    return run


def in_onnx(graph: Graph, images: np.ndarray, *, is_int8: bool) -> Run:
    import onnxruntime
    from onnxruntime import quantization

    class Outputs(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = GraphModule(graph.pruned(["points", "heatmaps"]))

        def forward(self, scaled: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            made = self.network(scaled)
            return made["points"], made["heatmaps"]

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = iter(scaled)

        def get_next(self) -> dict[str, np.ndarray] | None:
            image = next(self.left, None)
            return None if image is None else {"image": image[None]}

    scaled = images.astype(np.float32) * np.float32(graph.input_scale)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder, "plain.onnx"), Path(folder, "small.onnx")
        example = (torch.from_numpy(scaled[:1]),)
        torch.onnx.export(Outputs(), example, plain, input_names=["image"], dynamo=False)
        if is_int8:
            quantization.quantize_static(plain, small, Reader(), per_channel=True)
        content = (small if is_int8 else plain).read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])

    def run(image: np.ndarray) -> Points:
        scaled = image.astype(np.float32) * np.float32(graph.input_scale)
        points: Points = session.run(None, {"image": scaled})[0]
        return points

    return run


def candidates(path: Path, images: np.ndarray, *, has_onnx: bool) -> list[Candidate]:
    content = path.read_bytes()
    is_published = path.suffix == ".tflite"
    graph = read_landmarks(content) if is_published else checkpoint.load(path).graph
    in_bytes = graph if graph.ranges else rounded(graph, images)
    makers: dict[str, Callable[[], Run]] = {
        "torch float32": lambda: in_torch(graph, is_bfloat16=False),
        "torch bfloat16": lambda: in_torch(graph, is_bfloat16=True),
        "OpenVINO float32": lambda: in_runtime(graph, "float32"),
        "OpenVINO int8": lambda: in_runtime(in_bytes, "int8"),
    }
    if supports_bfloat16():
        makers["OpenVINO bfloat16"] = lambda: in_runtime(graph, "bfloat16")
    if is_published:
        makers["LiteRT, as published"] = lambda: in_litert(content)
    if has_onnx:
        makers["ONNX Runtime float32"] = lambda: in_onnx(graph, images, is_int8=False)
        makers["ONNX Runtime int8"] = lambda: in_onnx(graph, images, is_int8=True)
    made = []
    for name, make in makers.items():
        before = process_time()
        run = make()
        made.append(Candidate(f"{path.stem}: {name}", run, process_time() - before))
    return made


def measured(each: list[Candidate], images: np.ndarray, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of a crop, by candidate and round."""
    made: dict[str, list[float]] = {candidate.name: [] for candidate in each}
    for _ in range(rounds):
        for candidate in each:
            candidate.run(images[:1])
            before = process_time()
            for image in images:
                candidate.run(image[None])
            made[candidate.name].append((process_time() - before) / len(images))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--crops", type=Path, default=EXAMPLE)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--onnx", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images = crops_of(options.crops, 256)
    each, shifts = [], {}
    for path in options.files:
        of_file = candidates(path, images, has_onnx=options.onnx)
        exact = of_file[0].run(images)[:, :LANDMARKS, :2]
        for candidate in of_file:
            found = np.concatenate([candidate.run(image[None]) for image in images])
            off = found[:, :LANDMARKS, :2] - exact
            shifts[candidate.name] = float(np.hypot(off[..., 0], off[..., 1]).mean())
        each += of_file
    times = measured(each, images, options.rounds)
    print("| network: runtime | ms median | ms least | ready s | shift px |\n|---|---|---|---|---|")
    for candidate in each:
        taken = [1000 * seconds for seconds in times[candidate.name]]
        print(
            f"| {candidate.name} | {median(taken):.1f} | {min(taken):.1f} | "
            f"{candidate.ready_s:.1f} | {shifts[candidate.name]:.2f} |"
        )


if __name__ == "__main__":
    main()
