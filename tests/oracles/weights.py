"""Weights under which every part of an untrained network matters."""

import torch
from torch import nn


def stir(mattor):
    """Changes a network in place: its batch norms do something, its alphas lie about 0.5."""
    for module in mattor.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
    nn.init.constant_(mattor.decoder.head.conv3.bias, 0.5)
    nn.init.normal_(mattor.decoder.head.conv3.weight, std=0.2)
    for stage in range(1, 6):
        nn.init.normal_(getattr(mattor.decoder, f'stage{stage}').gate.weight, std=1.0)
    return mattor


def disc(size, band):
    """Noise as input (1, 4, size, size), with a disc whose outline, ``band`` px, is unknown."""
    inputs = torch.randn(1, 4, size, size)
    position = torch.arange(size) - (size - 1) / 2
    distance = (position[:, None] ** 2 + position**2).sqrt() - size / 3
    inputs[:, 3] = torch.where(distance.abs() <= band / 2, 128 / 255, (distance < 0).float())
    return inputs
