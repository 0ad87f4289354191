"""Mattes or re-estimates millions of images, on the machines of a Ray cluster or on this one.

python tools/ray_batch.py matte /data /data/cutouts --image-dir photos --address auto
python tools/ray_batch.py reestimate /data/aim/train /data/aim/train/kappa_fg --address auto
"""

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from lsmatting_plugin.cli.batch import run_batch
from lsmatting_plugin.cli.estimators import estimator_name
from lsmatting_plugin.cli.matte import (
    MatteOptions,
    add_matte_arguments,
    matte_file,
    matte_options,
    require_possible,
)
from lsmatting_plugin.cli.pairs import find_pairs
from lsmatting_plugin.datasets.preparation.reestimation_command import (
    add_reestimation_arguments,
    run_reestimation,
)
from lsmatting_plugin.failures import FailuresFile
from lsmatting_plugin.guidance.classical import CLASSICAL_METHODS
from lsmatting_plugin.ray_parallel import RayWorkers
from lsmatting_plugin.whole_files import remove_leftovers

DESCRIPTION = """\
Without --address a Ray is started on this machine for the time of the job. On a cluster, run this
on one of its machines. All of them have this package installed, in the same versions, and share the
file system with INPUT, OUTPUT and the files of other options, under the same paths.

What is done already is passed over: a job that was stopped goes on when started again. Workers
that die are replaced. Files that fail are listed on stderr, and one JSON object a line in
OUTPUT/failures.jsonl; the exit status is then 1. The results are those of lsmatting matte and
tools/reestimate_foreground.py, of a network to the bit where the threads are as many
(--cpus-per-worker here, OMP_NUM_THREADS there).
"""


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__ + '\n' + DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar='COMMAND', required=True)

    command = commands.add_parser(
        'matte', help='cut objects out of photos', description=f'Cut out objects.\n\n{DESCRIPTION}'
    )
    command.add_argument('input', type=Path, metavar='INPUT', help='holds photos and trimaps')
    command.add_argument('output', type=Path, metavar='OUTPUT', help='folder of the PNGs')
    command.add_argument(
        '--image-dir', default='merged', help='photos, in INPUT (default: %(default)s)'
    )
    command.add_argument(
        '--trimap-dir',
        default='trimaps',
        help='their trimaps, of equal names, in INPUT (default: %(default)s)',
    )
    command.add_argument('--overwrite', action='store_true', help='do again what is done')
    add_matte_arguments(command)
    add_ray_arguments(command)
    command.add_argument(
        '--gpus-per-worker',
        type=float,
        metavar='N',
        help='may be below 1 (default: 1 for networks where the cluster has GPUs, else 0)',
    )
    command.set_defaults(run=matte)

    command = commands.add_parser(
        'reestimate',
        help='re-estimate training foregrounds',
        description=f'Re-estimate foregrounds (section 5.4 of the paper).\n\n{DESCRIPTION}',
    )
    command.add_argument('input', type=Path, metavar='INPUT', help='holds fg and alpha')
    command.add_argument('output', type=Path, metavar='OUTPUT', help='folder of the PNGs')
    add_reestimation_arguments(command)
    add_ray_arguments(command)
    command.set_defaults(run=reestimate, gpus_per_worker=0)
    return parser.parse_args()


def add_ray_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the work is done."""
    group = parser.add_argument_group('where')
    group.add_argument(
        '--address',
        help="of a Ray cluster: 'auto', or 'host:port' (with RAY_AUTH_MODE=token set "
        'where it asks for its token) (default: this machine alone)',
    )
    group.add_argument(
        '--workers', type=int, metavar='N', help='default: as many as the cluster has room for'
    )
    group.add_argument(
        '--cpus-per-worker',
        type=int,
        default=1,
        metavar='N',
        help='cores and threads of each (default: %(default)s)',
    )
    group.add_argument(
        '--failures', type=Path, metavar='FILE', help='default: OUTPUT/failures.jsonl'
    )


def main() -> int:
    """Does what the command line says; returns the exit status."""
    args = parse_args()
    # Workers run in folders of their own.
    args.input, args.output = args.input.absolute(), args.output.absolute()
    args.failures = args.failures or args.output / 'failures.jsonl'
    try:
        status = args.run(args)
    except KeyboardInterrupt:
        print('interrupted; what was finished is kept', file=sys.stderr)
        return 130
    except (OSError, ValueError, ModuleNotFoundError) as error:
        sys.exit(str(error))
    if status:
        print(f'Failures are listed in {args.failures}', file=sys.stderr)
    return status


def matte(args: argparse.Namespace) -> int:
    """Cuts out the photos of a folder."""
    options = with_absolute_paths(matte_options(args))
    estimator = options.estimator
    may_use_gpu = estimator.method not in CLASSICAL_METHODS and not estimator.onnx
    if args.gpus_per_worker is None and (estimator.device == 'cpu' or not may_use_gpu):
        args.gpus_per_worker = 0
    workers = ray_workers(args, partial(estimator_name, estimator))
    photos = args.input / args.image_dir
    if not photos.is_dir():
        raise FileNotFoundError(f'No folder {photos} of photos; name it by --image-dir')
    pairs = find_pairs(
        str(photos),
        str(args.input / args.trimap_dir),
        str(args.output),
        suffix='.png',
        recursive=args.recursive,
        for_all=args.bg,
    )
    require_possible(pairs, options)
    with workers:
        failures = FailuresFile(args.failures)
        print(f'Mattes by {workers.prepared}, {workers.num_workers} workers', file=sys.stderr)
        status = run_batch(
            partial(matte_file, options=options),
            pairs,
            workers.unordered_map,
            skip_existing=not args.overwrite,
            description='matting',
            on_failure=failures.add,
        )
    remove_leftovers(args.output)
    return status


def reestimate(args: argparse.Namespace) -> int:
    """Re-estimates the foregrounds of a folder."""
    with ray_workers(args) as workers:
        failures = FailuresFile(args.failures)
        return run_reestimation(
            args,
            args.input,
            args.output,
            workers.unordered_map,
            num_threads=args.cpus_per_worker,
            on_failure=failures.add,
        )


def ray_workers(args: argparse.Namespace, prepare: partial | None = None) -> RayWorkers:
    """The workers that the command line asks for."""
    return RayWorkers(
        prepare, args.address, args.workers, args.cpus_per_worker, args.gpus_per_worker
    )


def with_absolute_paths(options: MatteOptions) -> MatteOptions:
    """The options as they mean the same in all folders."""

    def absolute(name: str | None) -> str | None:
        return str(Path(name).absolute()) if name and Path(name).exists() else name

    estimator = options.estimator
    estimator = replace(
        estimator,
        config=absolute(estimator.config),
        checkpoint=absolute(estimator.checkpoint),
        onnx=absolute(estimator.onnx),
    )
    return replace(options, estimator=estimator, background=absolute(options.background))


if __name__ == '__main__':
    sys.exit(main())
