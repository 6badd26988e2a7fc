"""The hook on PyTorch: what it records is what the layer saw, whatever the batches, and no more."""

import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch import nn  # noqa: E402

from elu_sym.interop.torch.audit_hook import PIECE, AuditHook, audited  # noqa: E402
from elu_sym.layer_audit import audit  # noqa: E402


def batches(count=5, rows=300, columns=16, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(rows, columns, generator=generator).to(dtype) for _ in range(count)]


def plain(found):
    values = found.to_json()
    del values["source"], values["selection"]
    return values


DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_batches_give_the_audit_of_all_values(dtype):
    hook, activation = AuditHook(1.5), nn.ELU(1.5)
    activation.register_forward_pre_hook(hook)
    recorded = batches(dtype=dtype)
    with torch.no_grad():
        for batch in recorded:
            activation(batch)
    expected = plain(audit(torch.cat(recorded).double().numpy(), 1.5))
    found = plain(hook.result())
    assert found.pop("float_format") == str(dtype).removeprefix("torch.")
    # How many are at the floor is a matter of the format.
    for name in ("at_floor", "at_floor_count"):
        del found[name], expected[name]
    del expected["float_format"]
    assert found == expected
    assert hook.batches == 5


def test_the_sizes_of_batches_do_not_matter():
    values = torch.cat(batches(40))
    results = []
    for rows in (7, 1000, len(values)):
        hook = AuditHook()
        for part in values.split(rows):
            hook(nn.ELU(), (part,))
        results.append(hook.result())
    assert results[0] == results[1] == results[2]


def test_a_forward_hook_records_what_comes_out():
    layer, hook, outputs = nn.Linear(16, 8), AuditHook(), []
    layer.register_forward_hook(hook)
    for batch in batches():
        outputs.append(layer(batch).detach())
    assert plain(hook.result()) == plain(audit(torch.cat(outputs).numpy()))


def test_layouts_do_not_matter():
    images = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    for view in (images, images.to(memory_format=torch.channels_last), images.permute(3, 1, 0, 2)):
        hook = AuditHook()
        hook(nn.ELU(), (view,))
        assert plain(hook.result()) == plain(audit(np.ascontiguousarray(view.numpy())))


def test_a_batch_larger_than_a_piece():
    values = torch.linspace(-3, 3, PIECE + 17)
    hook = AuditHook()
    hook(nn.ELU(), (values,))
    assert plain(hook.result()) == plain(audit(values.numpy()))


def test_training_is_the_same_with_the_hook():
    def trained(with_hook):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Linear(16, 32), nn.ELU(inplace=True), nn.Linear(32, 1))
        optimizer = torch.optim.SGD(network.parameters(), 0.1)
        if with_hook:
            network[1].register_forward_pre_hook(AuditHook())
        for batch in batches():
            optimizer.zero_grad()
            network(batch).square().mean().backward()
            optimizer.step()
        return [parameter.detach() for parameter in network.parameters()]

    for one, other in zip(trained(True), trained(False), strict=True):
        assert torch.equal(one, other)


def test_no_tensor_is_kept():
    hook = AuditHook()
    batch = batches(1)[0].requires_grad_()
    before = sys.getrefcount(batch)
    hook(nn.ELU(), (batch,))
    assert sys.getrefcount(batch) == before
    assert batch.grad is None


def test_every_elu_of_a_network_by_name():
    network = nn.Sequential(nn.Linear(16, 8), nn.ELU(), nn.Sequential(nn.Linear(8, 4), nn.ELU(2.0)))
    inputs = batches()
    with audited(network) as hooks:
        for batch in inputs:
            network(batch)
    network(inputs[0])  # not recorded any more
    assert {name: hook.result().count for name, hook in hooks.items()} == {
        "1": 5 * 300 * 8,
        "2.1": 5 * 300 * 4,
    }
    assert hooks["2.1"].result().parameters == {"alpha": 2.0}
    with torch.no_grad():
        expected = torch.cat([network[0](batch) for batch in inputs]).numpy()
    assert plain(hooks["1"].result()) == plain(audit(expected))


class OfElu(nn.ELU):
    """A class of somebody's own."""


KNOWN = {
    "elu": (nn.ELU(1.5), {"alpha": 1.5}),
    "celu": (nn.CELU(2.0), {"alpha": 2.0}),
    "selu": (nn.SELU(), {}),
    "relu": (nn.ReLU(), {}),
    "leaky_relu": (nn.LeakyReLU(0.2), {"slope": 0.2}),
}


@pytest.mark.parametrize("activation", KNOWN)
def test_every_activation_of_torch_is_known_with_its_parameter(activation):
    module, given = KNOWN[activation]
    (values,) = batches(1, 2000, dtype=torch.float64)
    with audited(nn.Sequential(nn.Identity(), module)) as hooks:
        module(values)
    found = hooks["1"].result()
    assert (found.activation, found.selection) == (activation, "all units pooled")
    assert plain(found) == plain(audit(values.numpy(), activation=activation, **given))
    # What the module itself makes of the values, and autograd of the module.
    outputs = module(values.requires_grad_())
    (slopes,) = torch.autograd.grad(outputs.sum(), values)
    for measured, expected in (
        (found.activation_mean, outputs.mean()),
        (found.activation_second_moment, outputs.square().mean()),
        (found.derivative_second_moment, slopes.square().mean()),
    ):
        assert measured.empirical.value == pytest.approx(expected.item(), rel=1e-12)


def test_modules_that_are_as_good_as_known_ones():
    network = nn.Sequential(OfElu(0.5), nn.LeakyReLU(0.0), nn.ReLU6(), nn.GELU())
    with pytest.warns(match=r"2 \(ReLU6\), 3 \(GELU\)$"), audited(network) as hooks:
        network(torch.randn(200))
    found = {name: hook.result() for name, hook in hooks.items()}
    shown = {name: (each.activation, each.parameters) for name, each in found.items()}
    assert shown == {"0": ("elu", {"alpha": 0.5}), "1": ("relu", {})}


class Twice(nn.Module):
    """One activation in two places."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.act = nn.Linear(16, 8), nn.Linear(8, 4), nn.SELU()

    def forward(self, x):
        return self.act(self.second(self.act(self.first(x))))


def test_each_call_of_a_module_is_a_layer_if_asked():
    network, inputs = Twice(), batches()
    with audited(network) as pooled, audited(network, each_call=True) as hooks, torch.no_grad():
        for batch in inputs:
            network(batch)
        expected = [network.first(batch) for batch in inputs]
        later = [network.second(network.act.forward(batch)) for batch in expected]
    assert list(hooks) == ["act[0]", "act[1]"]
    assert pooled["act"].result().count == 5 * 300 * (8 + 4)
    for hook, values in zip(hooks.values(), (expected, later), strict=True):
        assert hook.batches == 5
        assert plain(hook.result()) == plain(audit(torch.cat(values).numpy(), activation="selu"))
    assert hooks["act[1]"].result().source == "act[1]"
    assert not network.act._forward_pre_hooks
    assert not network._forward_pre_hooks
    assert not network._forward_hooks


def test_a_pass_that_fails_ends_and_a_call_outside_of_one_is_named():
    network = Twice()
    with audited(network, each_call=True) as hooks:
        with pytest.raises(RuntimeError):
            network(torch.zeros(3, 5))
        with pytest.raises(ValueError, match=r"act\[0\], batch 0 of SELU: element \[0, 0\] is nan"):
            network(torch.full((3, 16), torch.nan))
        assert hooks == {}
        network(torch.randn(30, 16))
        assert list(hooks) == ["act[0]", "act[1]"]
        with pytest.raises(ValueError, match=r"^act is called while the network is not: with each"):
            network.act(torch.zeros(3))
    network.act(torch.zeros(3))


def test_hooks_are_removed_when_the_block_fails():
    network = nn.Sequential(nn.ELU())
    with pytest.raises(ValueError, match="batch 0 of ELU"), audited(network):
        network(torch.tensor([1.0, float("nan")]))
    network(torch.tensor([float("nan")]))
    known = r"^network has no module of the classes torch\.nn\.ELU, torch\.nn\.CELU, torch\.nn\.SEL"
    with pytest.raises(ValueError, match=known), audited(nn.Sequential(nn.Linear(2, 2), nn.GELU())):
        pass


def test_reset_forgets():
    hook = AuditHook()
    hook(nn.ELU(), (torch.randn(10, dtype=torch.float64),))
    hook.reset()
    assert hook.batches == 0
    with pytest.raises(ValueError, match="0 values"):
        hook.result()
    hook(nn.ELU(), (torch.randn(100),))
    assert hook.result().float_format == "float32"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (torch.tensor([[1.0, torch.nan]]),),
            ValueError,
            r"batch 1 of ELU: element \[0, 1\] is nan",
        ),
        ((torch.tensor([torch.inf]),), ValueError, r"element \[0\] is inf"),
        ((torch.tensor(-torch.inf),), ValueError, r"element \[\] is -inf"),
        (
            (torch.cat((torch.zeros(PIECE + 1), torch.tensor([torch.inf]))),),
            ValueError,
            rf"element \[{PIECE + 1}\] is inf",
        ),
        ((torch.ones(2, dtype=torch.float64),), ValueError, "float64 after float32"),
        ((torch.ones(2, dtype=torch.int64),), TypeError, "dtype torch.int64"),
        ((torch.ones(2, dtype=torch.complex64),), TypeError, "dtype torch.complex64"),
        ((torch.ones(2, 2).to_sparse(),), TypeError, "layout torch.sparse_coo"),
        (((torch.ones(2), torch.ones(2)),), TypeError, "tuple is no tensor"),
        ((), TypeError, "NoneType is no tensor"),
    ],
)
def test_a_wrong_batch_is_named_and_not_recorded(arguments, error, message):
    hook = AuditHook()
    hook(nn.ELU(), (torch.ones(100) * torch.arange(100),))
    before = hook.result()
    with pytest.raises(error, match=message):
        hook(nn.ELU(), arguments)
    assert hook.result() == before
    assert hook.batches == 1


def test_numbers_beyond_the_range_of_fourth_powers_are_named():
    with pytest.raises(
        ValueError, match=r"element \[1\] is 1e\+80: only finite values up to 1e\+70"
    ):
        AuditHook()(nn.ELU(), (torch.tensor([1.0, 1e80], dtype=torch.float64),))


def test_wrong_options_are_named_at_once():
    with pytest.raises(ValueError, match=r"alpha = -1\.0"):
        AuditHook(-1.0)
    with pytest.raises(TypeError, match="confidence"):
        AuditHook(confidence="high")
    with pytest.raises(ValueError, match=r"^activation = 'ELU' is none of 'elu', 'relu'"):
        AuditHook(activation="ELU")
    with pytest.raises(TypeError, match=r"^alpha = 1\.0 is no parameter of relu, which has none$"):
        AuditHook(1.0, activation="relu")
    with pytest.raises(ValueError, match=r"^slope = -1\.0: give"), audited(nn.LeakyReLU(-1.0)):
        pass


def test_without_the_package_the_message_names_the_extra():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "try:\n"
        "    import elu_sym.interop.torch.audit_hook\n"
        "except ModuleNotFoundError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "elu_sym.interop.torch needs torch: pip install 'elu_sym[torch]'\n"


def test_activations_that_cannot_be_audited_are_named() -> None:
    attention = nn.MultiheadAttention(8, 2)
    network = nn.ModuleDict({"first": nn.ELU(), "second": nn.GELU(), "third": attention})
    with (
        pytest.warns(
            UserWarning, match=r"no such activation is in the book: second \(GELU\)$"
        ) as found,
        audited(network) as hooks,
    ):
        pass
    assert list(hooks) == ["first"]
    assert found[0].filename == __file__
