"""Facts on this installation, for people and for reports of faults."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from .parallel import available_cores
from .version import __version__

# What a package is called here, and under which names it can be installed.
PACKAGES = {
    'torch': ('torch',),
    'mmengine': ('mmengine', 'mmengine-lite'),
    'mmcv': ('mmcv-lite', 'mmcv', 'mmcv-full'),
    'mmcls': ('mmcls',),
    'mmedit': ('mmedit', 'mmagic'),
    'numpy': ('numpy',),
    'opencv': (
        'opencv-python',
        'opencv-python-headless',
        'opencv-contrib-python',
        'opencv-contrib-python-headless',
    ),
    'pymatting': ('pymatting',),
    'onnx': ('onnx',),
    'onnxruntime': ('onnxruntime', 'onnxruntime-gpu'),
    'gradio': ('gradio',),
}


def describe_environment() -> dict:
    """Versions and devices that results and speed depend on.

    Returns:
        dict:

        - ``platform`` (str): Operating system and processor architecture.
        - ``versions`` (dict[str, str | None]): Of python, lsmatting_plugin and each package of
          :data:`PACKAGES`; None where it is not installed.
        - ``cores`` (int): That this process may use.
        - ``devices`` (list[dict]): ``device`` ('cpu', 'cuda:0', ...), ``name`` and
          ``memory_bytes`` (int, or None where the system does not tell); the CPU first.
    """
    versions: dict[str, str | None] = dict(
        python=platform.python_version(), lsmatting_plugin=__version__
    )
    versions.update({package: _version(names) for package, names in PACKAGES.items()})
    versions['torch'] = str(torch.__version__)  # with its build, such as +cpu
    return dict(
        platform=f'{platform.system()} {platform.release()} {platform.machine()}',
        versions=versions,
        cores=available_cores(),
        devices=[_cpu(), *_gpus()],
    )


def _version(names: tuple[str, ...]) -> str | None:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def _cpu() -> dict:
    return dict(device='cpu', name=_cpu_name(), memory_bytes=_cpu_memory())


def _cpu_name() -> str:
    cpuinfo = Path('/proc/cpuinfo')  # on Linux, where the platform module knows no more than x86_64
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            key, _, value = line.partition(':')
            if key.strip() == 'model name':
                return value.strip()
    return platform.processor() or platform.machine()


def _cpu_memory() -> int | None:
    try:
        return os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    except (AttributeError, ValueError, OSError):  # not on Windows
        return None


def _gpus() -> list[dict]:
    gpus = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
    return [
        dict(device=f'cuda:{i}', name=gpu.name, memory_bytes=gpu.total_memory)
        for i, gpu in enumerate(gpus)
    ]
