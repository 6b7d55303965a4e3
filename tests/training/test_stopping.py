import os
import signal

import pytest

from climbpose.training.stopping import StopRequest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def test_first_signal_asks_and_second_stops() -> None:
    with pytest.raises(KeyboardInterrupt), StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.number == signal.SIGINT
        with pytest.raises(StopRequest.Stopped) as caught:
            stop.obey("stopped")
        assert caught.value.exit_code == 130
        os.kill(os.getpid(), signal.SIGINT)


def test_signals_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with StopRequest() as stop:
        assert stop.number == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
