from inkdigits.service.lifecycle import Lifecycle, Phase


def test_phases_only_go_forward():
    lifecycle = Lifecycle()
    assert lifecycle.phase is Phase.STARTING
    assert not lifecycle.is_ready
    lifecycle.become_ready()
    assert lifecycle.is_ready
    lifecycle.drain()
    assert lifecycle.is_draining
    lifecycle.become_ready()
    assert lifecycle.phase is Phase.DRAINING


def test_stop_before_the_models_are_loaded():
    lifecycle = Lifecycle()
    lifecycle.drain()
    lifecycle.become_ready()
    assert not lifecycle.is_ready
