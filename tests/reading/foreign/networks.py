"""Networks as tutorials write them, trained briefly on the starter set, each with a normalisation of its own."""

import warnings
from functools import partial

import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from digitpad.reading.foreign.preparation import PREPARATIONS

WAYS = {way.name: (way.mean, way.std) for way in PREPARATIONS}


class Official(nn.Module):
    """PyTorch's own example for MNIST."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = functional.relu(self.conv2(functional.relu(self.conv1(x))))
        x = torch.flatten(self.dropout1(functional.max_pool2d(x, 2)), 1)
        x = self.fc2(self.dropout2(functional.relu(self.fc1(x))))
        return functional.log_softmax(x, dim=1)


class LeNet(nn.Module):
    """LeNet-5: with padding, tanh and average pooling as in 1998, or without, with ReLU and max pooling."""

    def __init__(self, classic):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2 if classic else 0)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400 if classic else 256, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        self.activation = torch.tanh if classic else functional.relu
        self.pool = functional.avg_pool2d if classic else functional.max_pool2d

    def forward(self, x):
        for convolution in (self.conv1, self.conv2):
            x = self.pool(self.activation(convolution(x)), 2)
        x = x.flatten(1)
        for linear in (self.fc1, self.fc2):
            x = self.activation(linear(x))
        return self.fc3(x)


class Quickstart(nn.Module):
    """The network of PyTorch's quickstart."""

    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )

    def forward(self, x):
        return self.linear_relu_stack(self.flatten(x))


def pooled_at_last():
    """Convolutions with batch normalisation and without biases, averaged over the image at last."""
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(24, 48, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10)),
    )


FOREIGN = {
    "official": (Official, "standard", 150),
    "lenet-1998": (partial(LeNet, True), "unit", 300),
    "lenet-relu": (partial(LeNet, False), "signed", 300),
    "quickstart": (Quickstart, "unit", 300),
    "quickstart-bytes": (Quickstart, "bytes", 300),
    "pooled-at-last": (pooled_at_last, "unit-inverted", 600),
}
"""Networks by name: what makes one, how its input is prepared, and for how many steps it is trained."""


def trained(name, images, labels):
    """A trained network in evaluation mode: uint8 (n, 28, 28) images, int64 (n,) labels."""
    make, way, steps = FOREIGN[name]
    torch.manual_seed(0)
    network = make()
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    for step in range(steps):
        start = step * 32 % (len(labels) - 32)
        loss = functional.cross_entropy(network(inputs(images[start : start + 32], way)), labels[start : start + 32])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()


def inputs(images, way):
    """Images as a network with that preparation takes them: float32 (n, 1, 28, 28)."""
    mean, std = WAYS[way]
    return (torch.as_tensor(images).float()[:, None] / 255 - mean) / std


def own_digits(network, images, way):
    """What a network itself reads: int64 (n,)."""
    with torch.inference_mode():
        return network(inputs(images, way)).argmax(dim=1).numpy()


def torch_export(network, path, dynamic=True):
    """The ONNX file that torch writes of it: N×1×28×28, float."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 1, 28, 28),),
            path,
            dynamo=False,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}} if dynamic else None,
        )


def onnx_file(path, nodes, shape, weights, kind=TensorProto.FLOAT, output=("N", 10), domain="", **changes):
    """An ONNX file put together by hand; 'x' goes in, 'y' comes out."""
    graph = helper.make_graph(
        nodes,
        "by hand",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, output)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 13), *([helper.make_opsetid(domain, 1)] if domain else [])]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    for name, value in changes.items():
        getattr(model, name).extend(value)
    path.write_bytes(model.SerializeToString())


def keras_like(path, network):
    """A LeNet with ReLU as Keras's converter writes it: N×28×28×1, transposed to and fro, probabilities at last."""
    state = {key.replace(".", "_"): tensor.numpy() for key, tensor in network.state_dict().items()}
    nodes = [helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2])]
    value = "t"
    for index in (1, 2):
        nodes += [
            helper.make_node("Conv", [value, f"conv{index}_weight", f"conv{index}_bias"], [f"c{index}"]),
            helper.make_node("Relu", [f"c{index}"], [f"r{index}"]),
            helper.make_node("MaxPool", [f"r{index}"], [f"p{index}"], kernel_shape=[2, 2], strides=[2, 2]),
        ]
        value = f"p{index}"
    nodes += [
        helper.make_node("Transpose", [value], ["n"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["n", "flat"], ["h0"]),
    ]
    # Keras flattens with the channels last.
    state["fc1_weight"] = state["fc1_weight"].reshape(120, 16, 4, 4).transpose(0, 2, 3, 1).reshape(120, 256)
    for index in (1, 2, 3):
        nodes += [
            helper.make_node("MatMul", [f"h{index - 1}", f"fc{index}_weight"], [f"m{index}"]),
            helper.make_node("Add", [f"m{index}", f"fc{index}_bias"], [f"a{index}"]),
            helper.make_node("Softmax" if index == 3 else "Relu", [f"a{index}"], ["y" if index == 3 else f"h{index}"]),
        ]
        state[f"fc{index}_weight"] = state[f"fc{index}_weight"].T.copy()
    onnx_file(path, nodes, ["N", 28, 28, 1], {**state, "flat": torch.tensor([-1, 256]).numpy()})


def bytes_in(path, network, shape):
    """The quickstart network with uint8 pixels in, one image at a time."""
    state = {f"w{index}": tensor.numpy() for index, tensor in enumerate(network.state_dict().values())}
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["f", "flat"], ["v0"]),
        *(helper.make_node("Gemm", [f"v{i}", f"w{2 * i}", f"w{2 * i + 1}"], [f"g{i}"], transB=1) for i in range(3)),
        helper.make_node("Relu", ["g0"], ["v1"]),
        helper.make_node("Relu", ["g1"], ["v2"]),
        helper.make_node("Identity", ["g2"], ["y"]),
    ]
    order = [0, 1, 2, 5, 3, 6, 4, 7]
    weights = {**state, "flat": torch.tensor([1, 784]).numpy()}
    onnx_file(path, [nodes[i] for i in order], shape, weights, TensorProto.UINT8, output=(1, 10))
