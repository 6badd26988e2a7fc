"""Networks that are trained at once are those that are trained alone, and their gradients right."""

import numpy as np
import pytest

from elu_sym.experiments.plain_networks import PlainNetworks, shuffled_digits
from elu_sym.experiments.problems import Unit

pytest.importorskip("sklearn")

ALPHAS = (0.0, 0.5, 1.0, 2.0)


def networks(has_biases: bool, runs: range = range(4)) -> PlainNetworks:
    """Three hidden layers, of each alpha one network."""
    numbers = np.random.default_rng(0)
    shapes = [(64, 64), (64, 64), (64, 64), (64, 10)]
    weights = [numbers.standard_normal((4, *shape))[runs] * 0.15 for shape in shapes]
    biases = [numbers.standard_normal((4, 1, 64))[runs] for _ in range(3)] if has_biases else ()
    return PlainNetworks(Unit(np.array(ALPHAS)[runs].reshape(-1, 1, 1)), weights, biases)


@pytest.mark.parametrize("has_biases", [False, True])
def test_gradients_of_the_loss_are_its_differences(has_biases: bool) -> None:
    images, labels = (part[:20] for part in shuffled_digits())
    several = networks(has_biases)
    found = several.gradients(images, labels)
    assert len(found) == len(several.weights) + len(several.biases) + len(several.factors)
    numbers = np.random.default_rng(1)
    for array, gradient in found:
        direction = numbers.standard_normal(gradient.shape)
        losses = []
        for step in (1e-6, -2e-6):
            array += step * direction
            losses.append(several.loss(images, labels))
        array += 1e-6 * direction
        slope = (losses[0] - losses[1]) / 2e-6
        assert slope == pytest.approx(np.sum(gradient * direction, axis=(1, 2)), rel=1e-5)


@pytest.mark.parametrize("has_biases", [False, True])
def test_a_step_is_that_of_torch(has_biases: bool) -> None:
    """Loss, logits and a step of gradient descent by PyTorch, one network after the other."""
    torch = pytest.importorskip("torch")
    images, labels = (part[:20] for part in shuffled_digits())
    several, after = networks(has_biases), networks(has_biases)
    losses, logits = several.loss(images, labels), several.signals(images)[1]
    rates = np.array([0.1, 0.2, 0.3, 0.4])
    after.descend(rates.reshape(-1, 1, 1), images, labels)
    for run, alpha in enumerate(ALPHAS):
        arrays = [torch.tensor(each[run], requires_grad=True) for each in several.weights]
        biases = [torch.tensor(each[run], requires_grad=True) for each in several.biases]
        signal = torch.tensor(images)
        for layer, weight in enumerate(arrays[:-1]):
            signal = signal @ weight
            if has_biases:
                signal = signal + biases[layer]
            signal = torch.where(signal >= 0, signal, alpha * torch.expm1(signal))
        signal = signal @ arrays[-1]
        loss = torch.nn.functional.cross_entropy(signal, torch.tensor(labels))
        loss.backward()
        assert losses[run] == pytest.approx(loss.item(), rel=1e-12)
        assert logits[run] == pytest.approx(signal.detach().numpy(), rel=1e-9, abs=1e-12)
        expected = [float(rates[run]) * each.grad.numpy() for each in [*arrays, *biases]]
        moved = [*after.weights, *after.biases]
        before = [*several.weights, *several.biases]
        for old, new, step in zip(before, moved, expected, strict=True):
            assert old[run] - new[run] == pytest.approx(step, rel=1e-9, abs=1e-12)


def test_runs_do_not_touch_each_other() -> None:
    images, labels = (part[:20] for part in shuffled_digits())
    together = networks(True)
    together.descend(np.full((4, 1, 1), 0.1), images, labels)
    alone = networks(True, range(2, 3))
    alone.descend(np.full((1, 1, 1), 0.1), images, labels)
    for ours, theirs in zip(
        [*alone.weights, *alone.biases], [*together.weights, *together.biases], strict=True
    ):
        assert ours[0] == pytest.approx(theirs[2], rel=1e-12, abs=1e-15)


def test_the_images_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    images, labels = shuffled_digits()
    pixels, digits = load_digits(return_X_y=True)
    assert np.mean(images**2) == pytest.approx(1.0, rel=1e-12)
    assert sorted(zip(labels, images.sum(axis=1).round(6), strict=True)) == sorted(
        zip(digits, (pixels / np.sqrt(np.mean(pixels**2))).sum(axis=1).round(6), strict=True)
    )
    assert np.mean(np.diff(labels) == 0) < 0.2  # in random order
