"""The networks of bench/specs/*.face as PyTorch's users write them, layer for layer, with the classifier of the loss at the end."""
import torch
from torch import nn


def conv(channels, width, size=3, stride=1):
    return nn.Conv2d(channels, width, size, stride, padding=(size - 1) // 2, bias=False)


class Residual(nn.Module):
    """body(x) + x, through a 1x1 projection with batch norm where the shapes differ."""

    def __init__(self, body, channels, width, stride):
        super().__init__()
        self.body = nn.Sequential(*body)
        same = channels == width and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(conv(channels, width, 1, stride), nn.BatchNorm2d(width))

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def pre_activation(channels, width, stride):
    first = [nn.BatchNorm2d(channels), conv(channels, width), nn.BatchNorm2d(width), nn.PReLU(width)]
    return Residual([*first, conv(width, width, 3, stride), nn.BatchNorm2d(width)], channels, width, stride)


def basic(channels, width, stride):
    body = [conv(channels, width, 3, stride), nn.BatchNorm2d(width), nn.PReLU(width), conv(width, width), nn.BatchNorm2d(width)]
    return nn.Sequential(Residual(body, channels, width, stride), nn.PReLU(width))


def bottleneck(channels, width, stride):
    body = [conv(channels, width, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    body += [conv(width, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(inplace=True), conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width)]
    return nn.Sequential(Residual(body, channels, 4 * width, stride), nn.ReLU(inplace=True))


def ir18(size, classes):
    layers, channels = [conv(3, 64), nn.BatchNorm2d(64), nn.PReLU(64)], 64
    for width in (64, 128, 256, 512):
        layers += [pre_activation(channels, width, 2), pre_activation(width, width, 1)]
        channels, size = width, (size + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), from_map(size, 512, 512), nn.Linear(512, classes))


def resnet50(size, classes):
    layers, channels = [conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)], 64
    for width, units in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for unit in range(units):
            layers.append(bottleneck(channels, width, 2 if unit == 0 and width > 64 else 1))
            channels = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 512), nn.Linear(512, classes))


def quickstart(size, classes):
    layers, channels = [conv(3, 16), nn.BatchNorm2d(16), nn.PReLU(16)], 16
    for width in (16, 32, 64):
        layers.append(basic(channels, width, 2))
        channels, size = width, (size + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), from_map(size, 64, 64), nn.BatchNorm1d(64), nn.Linear(64, classes))


def from_map(size, channels, features):
    """The fully connected layer after a flattened map; it remembers the map, whose entries the other side has in another order."""
    linear = nn.Linear(size * size * channels, features)
    linear.map = (size, size, channels)
    return linear


nets = {"ir18": ir18, "resnet50": resnet50, "quickstart": quickstart}


def load(model, variables, values):
    """
    Sets the parameters to facec's: `variables` in the order of the net, [{name, shape}], `values` their float32 numbers.
    Filters come as [rows, columns, in, out], dense weights as [in, out], the classifier as [class, feature].
    """
    owners = {id(weight): module for module in model.modules() for weight in module.parameters(recurse=False)}
    parameters = list(model.parameters())
    if len(parameters) != len(variables):
        raise SystemExit(f"The net has {len(variables)} variables in facec and {len(parameters)} in PyTorch.")
    with torch.no_grad():
        for parameter, variable in zip(parameters, variables):
            shape = variable["shape"]
            count = torch.Size(shape).numel()
            value, values = torch.from_numpy(values[:count]).reshape(shape), values[count:]
            if len(shape) == 4:
                value = value.permute(3, 2, 0, 1)
            elif len(shape) == 2 and variable["name"] != "loss/W":
                rows = getattr(owners[id(parameter)], "map", None)
                value = value.T if rows is None else value.reshape(*rows, -1).permute(3, 2, 0, 1).flatten(1)
            if parameter.shape != value.shape:
                raise SystemExit(f"{variable['name']} is {tuple(value.shape)} in facec and {tuple(parameter.shape)} in PyTorch.")
            parameter.copy_(value)
