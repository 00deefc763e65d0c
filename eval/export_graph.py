"""The computation of the bundled embedding model, and of what weighs the notices, as ONNX graphs without weights.

    python -m sci_assistant_eval.export_graph [--write]    # src/sci_assistant/data/minilm.onnx and notices.onnx

A graph names its weights; graph.py hands them over when it loads it, those of the embedding model from the published
safetensors file, so that no copy of them is made and their checksum stays the one that is looked at. BERT (Devlin et
al., 2019, https://doi.org/10.18653/v1/N19-1423) with onnxruntime's operators for it; where it pools, then the mean over
the tokens, at unit length. Without --write it only says whether the files are what this module makes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from sci_assistant.ask import notice_network
from sci_assistant.ask.notice_network import SCALE
from sci_assistant.graph import GRAPH, READ_LAYERS, graph_path
from sci_assistant.weights import HEADS, HIDDEN, INNER, LAYERS, NORM_EPSILON, POSITIONS, VOCABULARY, WEIGHTS

FUSED = "com.microsoft"


class Shape(NamedTuple):
    """What one of the graphs differs in from the other."""

    vocabulary: int
    positions: int
    layers: int
    read: tuple[int, ...]  # layers whose view of each token can be had
    pooled: bool  # whether a text's vector can be had
    weights: str  # the file that has them
    whole: bool  # whether the matrices of its layers are whole numbers, each column with a scale
    opset: int


GRAPHS = {
    GRAPH: Shape(VOCABULARY, POSITIONS, LAYERS, READ_LAYERS, pooled=True, weights=WEIGHTS, whole=False, opset=17),
    notice_network.GRAPH: Shape(
        notice_network.WORD_PIECES,
        notice_network.MOST_TOKENS,
        notice_network.LAYERS,
        (notice_network.LAYERS,),
        pooled=False,
        weights=notice_network.NAME,
        whole=True,
        opset=18,
    ),
}


def make_graph(name: str) -> bytes:
    """A graph: input_ids, mask (int32, texts x tokens) -> vectors (float32, texts x HIDDEN) where it pools, and what
    the layers that are read make of each token (texts x tokens x HIDDEN)."""
    from onnx import TensorProto, helper

    shape = GRAPHS[name]
    ints, floats = TensorProto.INT32, TensorProto.FLOAT
    pooled = [helper.make_tensor_value_info("vectors", floats, ["texts", HIDDEN])] if shape.pooled else []
    graph = helper.make_graph(
        list(_nodes(helper, shape)),
        name.removesuffix(".onnx"),
        [helper.make_tensor_value_info(name, ints, ["texts", "tokens"]) for name in ("input_ids", "mask")],
        [
            *pooled,
            *(helper.make_tensor_value_info(f"x{n}", floats, ["texts", "tokens", HIDDEN]) for n in shape.read),
        ],
        [_weight(weight, size, shape) for weight, size in _shapes(shape).items()],
    )
    opsets = [helper.make_opsetid("", shape.opset), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="sci-assistant")
    return bytes(model.SerializeToString(deterministic=True))


def _shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Every weight by name; those of linear layers are (in, out)."""
    shapes: dict[str, tuple[int, ...]] = {
        "words": (shape.vocabulary, HIDDEN),
        "positions": (shape.positions, HIDDEN),
        "gamma": (HIDDEN,),
        "beta": (HIDDEN,),
    }
    for layer in range(shape.layers):
        parts = {"qkv": (HIDDEN, 3 * HIDDEN), "out": (HIDDEN, HIDDEN), "up": (HIDDEN, INNER), "down": (INNER, HIDDEN)}
        for part, (rows, columns) in parts.items():
            shapes |= {f"{layer}.{part}": (rows, columns), f"{layer}.{part}_bias": (columns,)}
            if shape.whole:
                shapes[f"{layer}.{part}{SCALE}"] = (columns,)
        shapes |= {f"{layer}.{name}": (HIDDEN,) for name in ("gamma1", "beta1", "gamma2", "beta2")}
    return shapes


def _weight(name: str, size: tuple[int, ...], shape: Shape) -> Any:
    """A tensor whose numbers are handed over when the graph is loaded."""
    from onnx import TensorProto, external_data_helper

    whole = f"{name}{SCALE}" in _shapes(shape)
    tensor = TensorProto(name=name, data_type=TensorProto.INT8 if whole else TensorProto.FLOAT, dims=size)
    tensor.raw_data = b"\0"  # external_data_helper wants some
    external_data_helper.set_external_data(tensor, location=shape.weights)
    tensor.ClearField("raw_data")
    return tensor


def _nodes(helper: Any, shape: Shape) -> Iterator[Any]:
    yield helper.make_node(
        "EmbedLayerNormalization",
        ["input_ids", "", "words", "positions", "", "gamma", "beta", "mask"],
        ["x0", "mask_index"],
        domain=FUSED,
        epsilon=NORM_EPSILON,
    )
    for layer in range(shape.layers):
        yield from _layer(helper, layer, shape)
    if shape.pooled:
        yield from _pool(helper, f"x{shape.layers}")


def _layer(helper: Any, n: int, shape: Shape) -> Iterator[Any]:
    multiply = _times_whole if shape.whole else _times
    yield from (_attention_of_whole if shape.whole else _attention)(helper, n)
    yield multiply(helper, f"{n}.heard", f"{n}.out", f"{n}.projected")
    yield _skip(helper, [f"{n}.projected", f"x{n}", f"{n}.gamma1", f"{n}.beta1", f"{n}.out_bias"], f"{n}.middle")
    yield multiply(helper, f"{n}.middle", f"{n}.up", f"{n}.wide")
    yield helper.make_node("BiasGelu", [f"{n}.wide", f"{n}.up_bias"], [f"{n}.bent"], domain=FUSED)
    yield multiply(helper, f"{n}.bent", f"{n}.down", f"{n}.narrow")
    yield _skip(helper, [f"{n}.narrow", f"{n}.middle", f"{n}.gamma2", f"{n}.beta2", f"{n}.down_bias"], f"x{n + 1}")


def _times(helper: Any, values: str, weights: str, output: str) -> Any:
    return helper.make_node("MatMul", [values, weights], [output])


def _times_whole(helper: Any, values: str, weights: str, output: str, *bias: str) -> Any:
    """The values become whole numbers for the product, too, by their largest and smallest."""
    inputs = [values, weights, f"{weights}{SCALE}", *(("", *bias) if bias else ())]
    return helper.make_node("DynamicQuantizeMatMul", inputs, [output], domain=FUSED)


def _attention(helper: Any, n: int) -> Iterator[Any]:
    yield helper.make_node(
        "Attention", [f"x{n}", f"{n}.qkv", f"{n}.qkv_bias", "mask"], [f"{n}.heard"], domain=FUSED, num_heads=HEADS
    )


def _attention_of_whole(helper: Any, n: int) -> Iterator[Any]:
    three = [f"{n}.query", f"{n}.key", f"{n}.value"]
    yield _times_whole(helper, f"x{n}", f"{n}.qkv", f"{n}.three", f"{n}.qkv_bias")
    yield helper.make_node("Split", [f"{n}.three"], three, axis=-1, num_outputs=3)
    yield helper.make_node("MultiHeadAttention", [*three, "", "mask"], [f"{n}.heard"], domain=FUSED, num_heads=HEADS)


def _skip(helper: Any, inputs: list[str], output: str) -> Any:
    return helper.make_node("SkipLayerNormalization", inputs, [output], domain=FUSED, epsilon=NORM_EPSILON)


def _pool(helper: Any, tokens: str) -> Iterator[Any]:
    """The sum over the tokens that are no padding, at unit length: the length of the mean does not matter."""
    from onnx import TensorProto

    yield helper.make_node("Cast", ["mask"], ["weights"], to=TensorProto.FLOAT)
    yield helper.make_node("Constant", [], ["one"], value_ints=[1])
    yield helper.make_node("Unsqueeze", ["weights", "one"], ["row"])
    yield helper.make_node("MatMul", ["row", tokens], ["sums"])
    yield helper.make_node("Squeeze", ["sums", "one"], ["sum"])
    yield helper.make_node("LpNormalization", ["sum"], ["vectors"], axis=-1, p=2)


def main() -> int:
    """Write the graphs, or say whether the files are up to date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true")
    write, same = parser.parse_args().write, True
    for name in GRAPHS:
        made = make_graph(name)
        with graph_path(name) as path:
            if write:
                path.write_bytes(made)
            current = path.exists() and path.read_bytes() == made
        sys.stdout.write(
            f"{name}: {len(made)} bytes, {'up to date' if current else 'differs: run again with --write'}\n"
        )
        same &= current
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
