"""The four networks, as thesis A specifies them."""

import pytest
import torch
from torch import nn

from climbpose.errors import ModelError, UsageError
from climbpose.noising.batches import centres, render, to_cells, to_unit
from climbpose.smoothers.learned import NETWORKS, VARIANTS, build, count_parameters
from climbpose.smoothers.learned.base import SmoothingNetwork
from climbpose.smoothers.learned.convlstm import ConvLstmC, ConvLstmCell, ConvLstmS
from climbpose.smoothers.learned.deciwatch import DeciWatch, positions
from climbpose.smoothers.reading import PEAK


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("conv3d", 78_150),
        ("convlstm_s", 1_875_666),
        ("convlstm_c", 1_872_313),
        ("deciwatch", 1_708_388),
    ],
)
def test_parameters_are_those_of_table_14(name: str, parameters: int) -> None:
    assert count_parameters(build(name)) == parameters


def test_a_cell_has_the_parameters_of_the_thesis() -> None:
    assert sum(p.numel() for p in ConvLstmCell(25, 56).parameters()) == 594_000


@pytest.mark.parametrize("name", VARIANTS)
def test_a_window_comes_back_in_its_shape(name: str) -> None:
    network = build(*VARIANTS[name]).eval()
    shape = (25, 56, 56) if network.kind == "maps" else (25, 2)
    window = torch.rand(1, network.length, *shape)
    with torch.inference_mode():
        made = network(window)
    assert made.shape == window.shape
    assert torch.isfinite(made).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_are_glorots(name: str) -> None:
    torch.manual_seed(0)
    network = build(name)
    for parameter in network.parameters():
        if parameter.dim() == 2:
            rows, cols = parameter.shape
            bound = (6 / (rows + cols)) ** 0.5
            assert float(parameter.detach().abs().max()) == pytest.approx(bound, rel=0.02)


def test_unknown_names_and_configurations_are_refused() -> None:
    with pytest.raises(UsageError, match=r"'conv4d'.*conv3d"):
        build("conv4d")
    with pytest.raises(ModelError, match="deciwatch cannot be made of"):
        build("deciwatch", {"length": 6, "rate": 4})
    with pytest.raises(ModelError, match="conv3d cannot be made of"):
        build("conv3d", {"depth": 2})


def test_a_cell_computes_the_equations_9_to_13() -> None:
    torch.manual_seed(1)
    cell = ConvLstmCell(3, 8)
    cell.begin()
    maps, hidden, memory = torch.rand(3, 2, 3, 8, 8)

    of_input, of_state = cell.of_input.bias, cell.of_state.bias
    assert of_input is not None
    assert of_state is not None

    def gate(number: int, peephole: torch.Tensor | None) -> torch.Tensor:
        part = slice(3 * number, 3 * number + 3)
        drive = nn.functional.conv2d(
            maps, cell.of_input.weight[part], of_input[part], padding=1
        ) + nn.functional.conv2d(hidden, cell.of_state.weight[part], of_state[part], padding=1)
        drive = drive + cell.biases[number]
        return drive if peephole is None else drive + peephole

    into = torch.sigmoid(gate(0, cell.peepholes[0] * memory))
    forget = torch.sigmoid(gate(1, cell.peepholes[1] * memory))
    expected_memory = forget * memory + into * torch.tanh(gate(2, None))
    out = torch.sigmoid(gate(3, cell.peepholes[2] * expected_memory))
    made_hidden, made_memory = cell(maps, (hidden, memory))
    torch.testing.assert_close(made_memory, expected_memory)
    torch.testing.assert_close(made_hidden, out * torch.tanh(expected_memory))


@pytest.mark.parametrize("kind", [ConvLstmS, ConvLstmC])
def test_branches_go_through_time_in_opposite_directions(
    kind: type[ConvLstmS | ConvLstmC],
) -> None:
    torch.manual_seed(0)
    network = kind()
    network.begin()
    window = torch.rand(1, 4, 25, 56, 56)
    changed = window.clone()
    changed[:, 2] += 0.5
    with torch.inference_mode():
        there = [network.forwards(maps, backwards=False) for maps in (window, changed)]
        back = [network.backwards(maps, backwards=True) for maps in (window, changed)]
    differs = [
        [not torch.equal(a[:, frame], b[:, frame]) for frame in range(4)] for a, b in (there, back)
    ]
    assert differs == [[False, False, True, True], [True, True, True, False]]


def test_model_s_ends_in_relu_and_model_c_does_not() -> None:
    torch.manual_seed(0)
    window = torch.rand(1, 2, 25, 56, 56)
    networks = [build("convlstm_s"), build("convlstm_c")]
    with torch.inference_mode():
        lowest = [float(network(window).min()) for network in networks]
    assert lowest[0] >= 0 > lowest[1]


def test_deciwatch_looks_at_every_fourth_frame_only() -> None:
    torch.manual_seed(0)
    network = build("deciwatch").eval()
    window = torch.rand(1, 5, 25, 2)
    changed = window.clone()
    changed[:, 1:4] += 1
    with torch.inference_mode():
        torch.testing.assert_close(network(window), network(changed))
        changed[:, 4] += 1
        assert not torch.allclose(network(window), network(changed))


def test_deciwatch_recovers_on_straight_lines_where_it_adds_nothing() -> None:
    network = build("deciwatch", {"length": 9, "rate": 4}).eval()
    assert isinstance(network, DeciWatch)
    for layer in (network.denoise, network.recover):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    corners = torch.rand(3, 50)
    window = torch.zeros(1, 9, 50)
    window[0, ::4] = corners
    with torch.inference_mode():
        clean, whole = network.recovered(window)
    torch.testing.assert_close(clean[0], corners)
    for frame in range(9):
        before, share = divmod(frame, 4)
        after = min(before + 1, 2)
        expected = corners[before] + share / 4 * (corners[after] - corners[before])
        torch.testing.assert_close(whole[0, frame], expected)


def test_positions_run_over_one_turn() -> None:
    place = positions(5, 128)
    assert place.shape == (5, 128)
    torch.testing.assert_close(
        place[:, 0], torch.sin(torch.linspace(0, 2 * torch.pi, 5)), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(
        place[:, 1], torch.cos(torch.linspace(0, 2 * torch.pi, 5)), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("name", VARIANTS)
def test_a_network_that_begins_still_steadies_and_moves_nothing(name: str) -> None:
    torch.manual_seed(0)
    network = build(*VARIANTS[name])
    network.begin_still()
    network.eval()
    assert count_parameters(network) == count_parameters(build(*VARIANTS[name]))
    true = 12 + 32 * torch.rand(25, 2)
    still = true.expand(1, network.length, 25, 2)
    noisy = still + torch.randn(still.shape)
    with torch.inference_mode():
        made = [keypoints(network, cells) for cells in (still, noisy)]
    assert float((made[0] - still).abs().max()) < 0.4
    if network.kind == "points":
        # Samples are as they were.
        return
    middle = network.length // 2
    before, after = ((cells - still)[:, middle].norm(dim=-1).mean() for cells in (noisy, made[1]))
    assert float(after) < 0.85 * float(before)


def test_keypoints_that_are_kept_apart_learn_from_themselves_only() -> None:
    torch.manual_seed(0)
    network = build("conv3d")
    network.keep_apart()
    network(torch.rand(1, 5, 25, 56, 56)).square().sum().backward()
    slope = network.get_parameter("conv.weight").grad
    assert slope is not None
    own = torch.eye(25, dtype=torch.bool)
    assert float(slope[~own].abs().max()) == 0
    assert float(slope[own].abs().amax(dim=(1, 2, 3)).min()) > 0
    with pytest.raises(UsageError, match="conv3d only"):
        build("deciwatch").keep_apart()


def keypoints(network: SmoothingNetwork, cells: torch.Tensor) -> torch.Tensor:
    """What a network makes of keypoints, cells."""
    if network.kind == "points":
        return to_cells(network(to_unit(cells)))
    width, height = torch.full_like(cells, 2.0), torch.full(cells.shape[:-1], PEAK)
    return centres(network(render(cells, width, height)))
