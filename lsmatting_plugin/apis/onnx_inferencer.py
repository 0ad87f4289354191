"""Mattes of single images by an exported network, without torch.

This file imports numpy, OpenCV and, when used, onnxruntime; so for arrays it also works on its own,
copied into a program that has nothing else. Hence it repeats in numpy what the rest of the package
does in torch. Files are read and written, and guides drawn, by the package.
"""

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ONLY_FATAL = 4  # of onnxruntime's log; what goes wrong is raised as well
PROVIDERS = ('CUDAExecutionProvider', 'CPUExecutionProvider')
Provider = str | tuple[str, dict]


class OnnxInferencer:
    """Predicts the alpha matte of an image with its trimap, as :class:`.MattingInferencer` does.

    Args:
        path (str | Path): Written by :func:`.export_onnx`.
        providers (list[str | tuple[str, dict]], optional): What onnxruntime computes with, best
            first. Defaults to a GPU by CUDA where the installed onnxruntime has it, then the CPU.
        max_size (int, optional): A side above it is reduced to it, each side on its own, and the
            matte brought back to the image's size (the paper's: 2176). None never resizes.
        strict (bool): Takes nothing but 0 and 255 of a trimap as known.

    Attributes:
        name (str): Of the network's config.
        session (onnxruntime.InferenceSession): The network.

    Raises:
        ImportError: onnxruntime is not installed.
        FileNotFoundError: There is no such file.
        ValueError: The file is none of :func:`.export_onnx`, or onnxruntime lacks a provider.

    Example:
        >>> inferencer = OnnxInferencer('lsm_r50_aim.onnx')
        >>> alpha = inferencer('photo.jpg', 'trimap.png')['pred_alpha']
    """

    def __init__(
        self,
        path: str | Path,
        providers: list[Provider] | None = None,
        max_size: int | None = 2176,
        strict: bool = False,
    ) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f'max_size must be None or at least 1 pixel, got {max_size}')
        self.max_size = max_size
        self.strict = strict
        self.session = _open_session(Path(path), providers)
        facts = self.session.get_modelmeta().custom_metadata_map
        try:
            facts = {key: json.loads(value) for key, value in facts.items()}
            self.name = facts['config']
            self._size_divisor = facts['size_divisor']
            self._reflect_margin, self._zero_margin = facts['reflect_margin'], facts['zero_margin']
            self._is_rgb = facts['channel_order'] == 'rgb'
            self._mean = np.array(facts['mean'], np.float32)
            self._std = np.array(facts['std'], np.float32)
            self._bg_below, self._fg_above = facts['bg_below'], facts['fg_above']
            self._guide = facts.get('guide')
        except (KeyError, ValueError) as error:
            raise ValueError(
                f'{path} does not say how to prepare an image; write it with export_onnx'
            ) from error

    def __call__(
        self,
        img: str | Path | np.ndarray,
        trimap: str | Path | np.ndarray,
        result_out_dir: str | Path | None = None,
    ) -> dict[str, np.ndarray]:
        """The matte of one image.

        Args:
            img (str | Path | ndarray): A file, or a BGR image (H, W, 3), uint8.
            trimap (str | Path | ndarray): A file, or (H, W), uint8: 0 background, 255 foreground,
                between them unknown; below 50 and above 200 count as known.
            result_out_dir (str | Path, optional): Also writes the matte there as PNG, named after
                the image file (``matte.png`` for an array).

        Returns:
            dict: ``pred_alpha``, (H, W), float32, 0..1.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: A file is no image, an array no image or trimap, or their sizes differ.
        """
        merged_array = _take('merged', img)
        trimap_array = _take('trimap', trimap)
        if merged_array.shape[:2] != trimap_array.shape:
            raise ValueError(
                f'{_describe("merged", img, merged_array)} and '
                f'{_describe("trimap", trimap, trimap_array)} must have the same size; check that '
                'the two files belong together'
            )
        snapped, num_snapped = self._snapped(trimap_array)
        if num_snapped:
            name = trimap if isinstance(trimap, str | Path) else 'the trimap'
            warnings.warn(
                f'{name}: {num_snapped} pixels near 0 or 255 count as known', stacklevel=2
            )
        alpha = self._alpha(merged_array, snapped)
        if result_out_dir is not None:
            from ..engine.matte_writer_hook import write_matte

            name = Path(img).stem if isinstance(img, str | Path) else 'matte'
            write_matte(alpha, Path(result_out_dir, f'{name}.png'))
        return dict(pred_alpha=alpha)

    def _snapped(self, trimap: np.ndarray) -> tuple[np.ndarray, int]:
        """The trimap in 0, 128 and 255, and how many known pixels it changed, as snap_trimap."""
        bg_below, fg_above = (1, 254) if self.strict else (self._bg_below, self._fg_above)
        is_bg, is_fg = trimap < bg_below, trimap > fg_above
        snapped = np.where(is_bg, np.uint8(0), np.where(is_fg, np.uint8(255), np.uint8(128)))
        return snapped, int(np.count_nonzero((is_bg | is_fg) & (snapped != trimap)))

    def _alpha(self, merged: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """(H, W, 3) and (H, W) -> (H, W), reduced on the way where they are too large."""
        height, width = trimap.shape
        size = (width, height) if self.max_size is None else _at_most(self.max_size, width, height)
        if size == (width, height):
            return self._alpha_at_size(merged, trimap)
        merged = cv2.resize(merged, size, interpolation=cv2.INTER_LINEAR)
        trimap = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
        alpha = self._alpha_at_size(merged, trimap)
        return cv2.resize(alpha, (width, height), interpolation=cv2.INTER_LINEAR)

    def _alpha_at_size(self, merged: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """(H, W, 3) and (H, W) -> (H, W), known where the trimap is."""
        height, width = trimap.shape
        layers = [merged, trimap]
        if self._guide is not None:
            from lsmatting_plugin.guidance import make_guide

            layers.append(make_guide(self._guide, merged, trimap))
        framed = self._add_frame(np.dstack(layers))
        raw = self.session.run(['alpha'], dict(inputs=self._normalised(framed)))[0]
        start = self._reflect_margin + self._zero_margin
        alpha = raw[0, 0, start : start + height, start : start + width].clip(0, 1)
        alpha[trimap == 255] = 1
        alpha[trimap == 0] = 0
        return alpha

    def _add_frame(self, x: np.ndarray) -> np.ndarray:
        """The frame of :func:`.add_frame`, in raw values, round (H, W, C)."""
        height, width = x.shape[:2]
        margin, zeros = self._reflect_margin, self._zero_margin
        rows, columns = (-side % self._size_divisor for side in (height, width))
        x = np.pad(x, ((0, rows), (0, columns), (0, 0)), 'reflect')
        x = np.pad(x, ((margin, margin), (margin, margin), (0, 0)), 'reflect')
        return np.pad(x, ((zeros, zeros), (zeros, zeros), (0, 0)))

    def _normalised(self, x: np.ndarray) -> np.ndarray:
        """The network's input (1, C, H, W) of BGR, trimap and guide, (H, W, C) in 0..255."""
        inputs = x.transpose(2, 0, 1).astype(np.float32) / 255
        if self._is_rgb:
            inputs[:3] = inputs[2::-1].copy()
        inputs[:3] = (inputs[:3] - self._mean[:, None, None]) / self._std[:, None, None]
        return inputs[None]


def _open_session(path: Path, providers: list[Provider] | None) -> 'InferenceSession':
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            f'{path} needs onnxruntime: pip install onnxruntime (onnxruntime-gpu for CUDA)'
        ) from error
    if not path.is_file():
        raise FileNotFoundError(f'No ONNX file {path}; export_onnx writes one')
    available = onnxruntime.get_available_providers()
    if providers is None:
        providers = [provider for provider in PROVIDERS if provider in available]
    for provider in providers:
        name = provider if isinstance(provider, str) else provider[0]
        if name not in available:
            raise ValueError(f'This onnxruntime has no provider {name!r}, only {available}')
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ONLY_FATAL
    try:
        return onnxruntime.InferenceSession(str(path), options, providers)
    except Exception as error:  # onnxruntime's have no public class in common
        raise ValueError(f'{path} cannot be read by onnxruntime: {error}') from error


def _take(key: str, image: str | Path | np.ndarray) -> np.ndarray:
    """The image in a file, or the array after checking it."""
    is_colour = key == 'merged'
    if isinstance(image, str | Path):
        from ..photo import read_grey, read_photo

        return read_photo(image).pixels_8bit if is_colour else read_grey(image)
    shape, channels = ('(H, W, 3)', (3,)) if is_colour else ('(H, W)', ())
    if not isinstance(image, np.ndarray):
        raise ValueError(
            f'{key} must be the path of a file or a uint8 array {shape}, not a {type(image)}'
        )
    if image.dtype != np.uint8 or image.ndim < 2 or image.shape[2:] != channels or not image.size:
        raise ValueError(f'{key} must be uint8 {shape}, not {image.dtype} {image.shape}')
    return image


def _describe(key: str, given: str | Path | np.ndarray, image: np.ndarray) -> str:
    path = given if isinstance(given, str | Path) else 'not from a file'
    return f'{key} ({path}, height {image.shape[0]}, width {image.shape[1]})'


def _at_most(limit: int, *sides: int) -> tuple[int, ...]:
    return tuple(min(side, limit) for side in sides)
