"""Lists what requirements.lock pins, and looks up known weaknesses of it.

python tools/supply_chain/audit.py .venv-supply/bin/pip-audit
"""

import json
import subprocess
import sys

from requirement_files import LOCK, here, installed_version, licence_of, read_lock

DATABASES = ('pypi', 'osv')  # of pip-audit; the second is asked where the first knows nothing
OFFLINE = 'No database of weaknesses can be reached from here: NOTHING WAS AUDITED.'


def main() -> None:
    """Prints both; ends with 0 where no weakness is known, 1 where one is, 2 where nobody knows."""
    entries = list(here(read_lock()))
    print('\n'.join(listing(entries)))
    for database in DATABASES:
        lines, status = verdict(report(sys.argv[1], database))
        if status != 2:
            break
    print('\n'.join(lines))
    sys.exit(status)


def listing(entries: list) -> list[str]:
    """A line for each package: pinned and installed version, and its licence."""
    rows = [('package', 'pinned', 'installed', 'licence')]
    for entry in entries:
        name = entry.requirement.name
        version = installed_version(name)
        # A build of the same version for other hardware, such as 2.13.0+cpu.
        is_pinned = version is not None and version.partition('+')[0] == entry.version
        note = version or '-'
        rows.append((name, entry.version, note if is_pinned else f'{note} !', licence_of(name)))
    return [f'{name:26} {pin:14} {there:14} {licence}' for name, pin, there, licence in rows]


def report(pip_audit: str, database: str) -> dict | None:
    """What pip-audit says of the lock, as it prints it; None where it cannot."""
    command = [
        *(pip_audit, '--requirement', LOCK, '--no-deps', '--disable-pip'),
        *('--vulnerability-service', database, '--format', 'json', '--progress-spinner', 'off'),
    ]
    try:
        return json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    except (OSError, ValueError):  # there is no such program, or it says no JSON
        return None


def verdict(report: dict | None) -> tuple[list[str], int]:
    """What a report of pip-audit comes to.

    Args:
        report (dict, optional): Its JSON; a database that cannot be reached may also be one in
            which no package is found, of which pip-audit says that no weakness is known.

    Returns:
        The lines to print, and the exit status: 0 none is known, 1 some are, 2 nobody was asked.
    """
    packages = report['dependencies'] if report else []
    known = [package for package in packages if 'skip_reason' not in package]
    if not known:
        return [OFFLINE], 2
    lines = [
        f'{package["name"]} {package["version"]}: {weakness["id"]}, mended in '
        f'{", ".join(weakness["fix_versions"]) or "no version yet"}'
        for package in known
        for weakness in package['vulns']
    ]
    unknown = [package['name'] for package in packages if 'skip_reason' in package]
    if unknown:
        lines.append(f'The database does not know {", ".join(unknown)}.')
    num_weak = sum(bool(package['vulns']) for package in known)
    lines.append(f'{len(known)} packages audited, {num_weak} with known weaknesses.')
    return lines, int(num_weak > 0)


if __name__ == '__main__':
    main()
