"""Bidirectional ConvLSTMs, Model S and Model C (thesis A, sections 4.2 and 4.3).

The cell is Shi et al., "Convolutional LSTM network", 2015, with peepholes; thesis A, (9) to (13).
"""

from math import log

import torch
from jaxtyping import Float
from torch import Tensor, nn

from climbpose.smoothers.learned.base import MapNetwork

_WIDTH = 128

_STILL_KEEP = 0.6
"""What a cell that begins still keeps of its memory from frame to frame."""

_STILL_SCALE = 0.01
"""Of what it takes in, small enough for the hyperbolic tangent to be a straight line."""

_STILL_OTHERS = 0.01
"""What is left of Glorot's weights beside those that pass maps through."""

Maps = Float[Tensor, "batch keypoints rows cols"]


class ConvLstmCell(nn.Module):
    """One step in time; the hidden state has as many channels as the input.

    Args:
        channels: Of input and state.
        size: Rows and columns, to which the peepholes and biases are tied.
    """

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        # Gates in the order input, forget, candidate, output.
        self.of_input = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        self.of_state = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        self.peepholes = nn.Parameter(torch.zeros(3, channels, size, size))
        self.biases = nn.Parameter(torch.zeros(4, channels, size, size))

    def begin(self) -> None:
        """Glorot's weights, as if each gate's convolution and map were a parameter of its own."""
        for conv in (self.of_input, self.of_state):
            for gate in conv.weight.chunk(4):
                nn.init.xavier_uniform_(gate)
        for maps in (self.peepholes, self.biases):
            for one in maps:
                nn.init.xavier_uniform_(one)

    def begin_still(self) -> None:
        """A running mean of the maps: gates open, and what is kept fades from frame to frame."""
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.mul_(_STILL_OTHERS * _STILL_SCALE)
            channels = len(self.of_input.weight) // 4
            for channel in range(channels):
                self.of_input.weight[2 * channels + channel, channel, 1, 1] = _STILL_SCALE
            is_open, keep = 6.0, log(_STILL_KEEP / (1 - _STILL_KEEP))
            for gate, bias in zip(self.biases, (is_open, keep, 0.0, is_open), strict=True):
                gate.fill_(bias)

    def forward(self, maps: Maps, state: tuple[Maps, Maps] | None) -> tuple[Maps, Maps]:
        """The next hidden state and memory."""
        drive = self.of_input(maps) + self.biases.flatten(0, 1)
        if state is None:
            hidden = memory = torch.zeros_like(maps)
        else:
            hidden, memory = state
        # A convolution of zeros still adds its bias.
        drive = drive + self.of_state(hidden)
        into, forget, candidate, out = drive.chunk(4, dim=1)
        see_into, see_forget, see_out = self.peepholes
        into = torch.sigmoid(into + see_into * memory)
        forget = torch.sigmoid(forget + see_forget * memory)
        memory = forget * memory + into * torch.tanh(candidate)
        hidden = torch.sigmoid(out + see_out * memory) * torch.tanh(memory)
        return hidden, memory


def _pass_through(conv: nn.Conv2d, scale: float = 1.0, maps: int = MapNetwork.keypoints) -> None:
    """Makes a convolution give the first maps on as they are, times a scale.

    Args:
        conv: With Glorot's weights, of which a little is left.
        scale: Of what is given on.
        maps: How many; where the input has two sets of `_WIDTH` channels, both sets' are summed.
    """
    rows, cols = (size // 2 for size in conv.kernel_size)
    with torch.no_grad():
        conv.weight.mul_(_STILL_OTHERS)
        for first in range(0, conv.in_channels - maps + 1, _WIDTH):
            for channel in range(maps):
                conv.weight[channel, first + channel, rows, cols] = scale
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)


def _refined(*widths: int, kernels: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after, kernel in zip(widths[:-1], widths[1:], kernels, strict=True):
        layers += [nn.Conv2d(before, after, kernel, padding=kernel // 2), nn.ReLU()]
    return nn.Sequential(*layers)


class _Branch(nn.Module):
    """A cell that goes through the window in one direction, and what refines its states."""

    def __init__(self, cell: ConvLstmCell, head: nn.Sequential) -> None:
        super().__init__()
        self.cell, self.head = cell, head

    def forward(
        self, maps: Float[Tensor, "batch time keypoints rows cols"], backwards: bool
    ) -> Float[Tensor, "batch time channels rows cols"]:
        state: tuple[Tensor, Tensor] | None = None
        hidden = []
        frames = range(maps.shape[1])
        for frame in reversed(frames) if backwards else frames:
            state = self.cell(maps[:, frame], state)
            hidden.append(state[0])
        if backwards:
            hidden.reverse()
        refined: Tensor = self.head(torch.stack(hidden, dim=1).flatten(0, 1))
        return refined.reshape(*maps.shape[:2], *refined.shape[1:])


class _Bidirectional(MapNetwork):
    """Two branches of opposite direction.

    Args:
        length: Frames of a window; any number works, this is what it was trained on.
    """

    _widths: tuple[int, ...]
    _kernels: tuple[int, ...]

    def __init__(self, length: int = 5) -> None:
        super().__init__(length)
        self.forwards, self.backwards = (
            _Branch(
                ConvLstmCell(self.keypoints, self.size),
                _refined(self.keypoints, *self._widths, kernels=self._kernels),
            )
            for _ in range(2)
        )

    def begin(self) -> None:
        """See `SmoothingNetwork`."""
        super().begin()
        for branch in (self.forwards, self.backwards):
            branch.cell.begin()

    def begin_still(self) -> None:
        """A mean over time that fades to both sides, as the two branches begin with one each."""
        self.begin()
        for branch in (self.forwards, self.backwards):
            branch.cell.begin_still()
        convs = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        inside = {
            id(cell)
            for branch in (self.forwards, self.backwards)
            for cell in branch.cell.children()
        }
        for conv in convs:
            if id(conv) not in inside:
                is_last = conv.out_channels == self.keypoints
                # Both branches see the frame itself.
                _pass_through(conv, (1 - _STILL_KEEP) / (2 * _STILL_SCALE) if is_last else 1.0)


class ConvLstmS(_Bidirectional):
    """Model S: each branch ends in heatmaps, which are summed."""

    _widths = (_WIDTH, _WIDTH, _WIDTH, _WIDTH, MapNetwork.keypoints)
    _kernels = (3, 3, 3, 1, 1)

    def forward(
        self, maps: Float[Tensor, "batch time keypoints rows cols"]
    ) -> Float[Tensor, "batch time keypoints rows cols"]:
        """The smoothed heatmaps."""
        there: Tensor = self.forwards(maps, backwards=False)
        back: Tensor = self.backwards(maps, backwards=True)
        return there + back


class ConvLstmC(_Bidirectional):
    """Model C: the branches' features are concatenated, then mixed."""

    _widths = (_WIDTH, _WIDTH, _WIDTH)
    _kernels = (3, 3, 3)

    def __init__(self, length: int = 5) -> None:
        super().__init__(length)
        self.mix = nn.Sequential(
            nn.Conv2d(2 * _WIDTH, _WIDTH, 1), nn.Conv2d(_WIDTH, self.keypoints, 1)
        )

    def forward(
        self, maps: Float[Tensor, "batch time keypoints rows cols"]
    ) -> Float[Tensor, "batch time keypoints rows cols"]:
        """The smoothed heatmaps."""
        there: Tensor = self.forwards(maps, backwards=False)
        back: Tensor = self.backwards(maps, backwards=True)
        mixed: Tensor = self.mix(torch.cat([there, back], dim=2).flatten(0, 1))
        return mixed.reshape(maps.shape)
