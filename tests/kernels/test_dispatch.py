"""Which kernel serves a layer."""

from dataclasses import replace

import pytest
import torch

from autoencode.kernels import dispatch, is_matmul_faster, library, suits_matmul, torch_private
from autoencode.kernels.conv_shape import ConvShape
from autoencode.kernels.dispatch import (
    ConvKernel,
    choose_conv,
    choose_conv_few_outputs,
    choose_conv_transposed,
    choose_conv_upsampled,
)

compiler = pytest.mark.skipif(library.compiled_library() is None, reason="there is no C++ compiler")
WINOGRAD = ConvShape(n=8, h=16, w=16, ci=32, oh=16, ow=16, co=48, stride=1)


@pytest.mark.parametrize(
    ("changes", "kernel"),
    [
        ({}, ConvKernel.WINOGRAD),
        ({"stride": 2, "oh": 8, "ow": 8}, ConvKernel.WINOGRAD),
        ({"stride": 3}, ConvKernel.PYTORCH),
        ({"oh": 7, "ow": 9}, ConvKernel.PYTORCH),  # 504 points
        ({"ci": 24}, ConvKernel.PYTORCH),
        ({"co": 40}, ConvKernel.PYTORCH),
        ({"ci": 256, "co": 256}, ConvKernel.WINOGRAD),
        ({"ci": 256, "co": 272}, ConvKernel.PYTORCH),
        ({"ci": 3}, ConvKernel.FEW_INPUTS),
        ({"ci": 5}, ConvKernel.PYTORCH),
        ({"ci": 3, "co": 40}, ConvKernel.PYTORCH),
    ],
)
def test_the_sizes_of_a_convolution_choose_its_kernel(changes: dict[str, int], kernel: ConvKernel) -> None:
    assert choose_conv(replace(WINOGRAD, **changes), input_needs_grad=False) is kernel


def test_the_gradient_of_images_of_few_channels_is_pytorchs() -> None:
    assert choose_conv(replace(WINOGRAD, ci=3), input_needs_grad=True) is ConvKernel.PYTORCH


def test_in_training_each_thread_needs_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 9)
    assert choose_conv(WINOGRAD, input_needs_grad=True) is ConvKernel.PYTORCH
    assert choose_conv_upsampled(WINOGRAD) is ConvKernel.PYTORCH
    assert choose_conv_transposed(WINOGRAD) is ConvKernel.PYTORCH
    with torch.no_grad():
        assert choose_conv(WINOGRAD, input_needs_grad=True) is ConvKernel.WINOGRAD


def test_many_threads_would_accumulate_too_many_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    large = replace(WINOGRAD, n=64, ci=256, co=256)
    for threads, kernel in ((32, ConvKernel.WINOGRAD), (33, ConvKernel.PYTORCH)):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        assert choose_conv(large, input_needs_grad=True) is kernel


@pytest.mark.parametrize(
    ("changes", "kernel"),
    [
        ({"co": 4}, ConvKernel.FEW_OUTPUTS),
        ({"co": 5}, ConvKernel.PYTORCH),
        ({"co": 4, "ci": 24}, ConvKernel.PYTORCH),
        ({"co": 4, "stride": 2}, ConvKernel.PYTORCH),
        ({"co": 4, "oh": 7, "ow": 9}, ConvKernel.PYTORCH),
    ],
)
def test_convolutions_to_few_channels(changes: dict[str, int], kernel: ConvKernel) -> None:
    assert choose_conv_few_outputs(replace(WINOGRAD, **changes)) is kernel


def test_upsampled_images_are_large_by_their_size_after_it() -> None:
    small = replace(WINOGRAD, h=4, w=4, oh=4, ow=4)
    assert choose_conv_upsampled(small) is ConvKernel.WINOGRAD
    assert choose_conv_upsampled(replace(small, h=3, w=3, oh=3, ow=3)) is ConvKernel.PYTORCH
    assert choose_conv_upsampled(replace(WINOGRAD, co=1)) is ConvKernel.FEW_OUTPUTS


@pytest.mark.parametrize("choose", [choose_conv_few_outputs, choose_conv_upsampled, choose_conv_transposed])
def test_what_the_cpp_cannot_read_is_pytorchs(choose: object) -> None:
    assert choose(None) is ConvKernel.PYTORCH  # pyright: ignore[reportCallIssue]
    assert choose_conv(None, input_needs_grad=False) is ConvKernel.PYTORCH


@compiler
@pytest.mark.parametrize("timed_faster", [True, False])
def test_float32_products_are_faster_with_avx512_of_other_makers_and_where_they_were_timed_to_be(
    timed_faster: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_enabled", True)
    monkeypatch.setattr(dispatch.sys, "platform", "linux")
    monkeypatch.setattr(dispatch, "cached_speedup", lambda *_: 1.06 if timed_faster else 1.04)
    found = {}
    for wide in ("AVX512", "AVX2", "DEFAULT"):
        for maker in ("GenuineIntel Xeon", "AuthenticAMD EPYC"):
            dispatch._is_timed_faster.cache_clear()
            monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda wide=wide: wide)
            monkeypatch.setattr(dispatch, "cpu_model", lambda maker=maker: maker)
            found[wide, maker.split()[1]] = is_matmul_faster()
    dispatch._is_timed_faster.cache_clear()
    measured = [("AVX512", "Xeon"), ("AVX2", "Xeon"), ("AVX2", "EPYC")]
    assert {case for case, faster in found.items() if faster} == {
        ("AVX512", "EPYC"),
        *(measured if timed_faster else []),
    }
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    monkeypatch.setattr(library, "_enabled", False)
    assert not is_matmul_faster()


def test_bfloat16_products_are_faster_where_the_processor_multiplies_it_and_has_no_matrix_units(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch.sys, "platform", "linux")
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    found = {}
    for known in (True, False):
        for units in (True, False):
            monkeypatch.setattr(torch_private, "has_avx512_bf16", lambda known=known: known)
            monkeypatch.setattr(torch_private, "has_amx", lambda units=units: units)
            found[known, units] = suits_matmul("bfloat16")
    assert [case for case, suits in found.items() if suits] == [(True, False)]
    monkeypatch.setattr(dispatch.sys, "platform", "darwin")
    assert not suits_matmul("bfloat16")
