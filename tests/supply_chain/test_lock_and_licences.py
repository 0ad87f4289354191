"""What is installed is pinned, and what it may be used for is written down."""

import re
import sys

import pytest
from command_line import ROOT
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

sys.path.insert(0, str(ROOT / 'tools/supply_chain'))  # scripts, which are no package

from audit import OFFLINE, listing, verdict
from requirement_files import licence_of, read_lock, read_requirements

PYTHONS = ('3.10', '3.11', '3.12', '3.13')
PLATFORMS = ('linux', 'darwin', 'win32')
REQUIREMENTS = read_requirements(ROOT / 'requirements.txt')


@pytest.fixture(scope='module')
def lock():
    return read_lock()


@pytest.fixture(scope='module')
def page():
    return (ROOT / 'docs/licences.md').read_text()


def pinned(lock, name, python, platform):
    """The versions of a package that the lock gives a platform."""
    machine = default_environment()
    machine.update(python_version=python, python_full_version=f'{python}.0', sys_platform=platform)
    return [
        entry.version
        for entry in lock
        if canonicalize_name(entry.requirement.name) == canonicalize_name(name)
        and (entry.requirement.marker is None or entry.requirement.marker.evaluate(machine))
    ]


class TestLock:
    @pytest.mark.parametrize('requirement', REQUIREMENTS, ids=str)
    @pytest.mark.parametrize('platform', PLATFORMS)
    @pytest.mark.parametrize('python', PYTHONS)
    def test_each_requirement_is_pinned_once_to_what_it_allows(
        self, lock, requirement, platform, python
    ):
        [version] = pinned(lock, requirement.name, python, platform)
        assert requirement.specifier.contains(version, prereleases=True)

    def test_each_entry_is_exact_and_has_hashes(self, lock):
        for entry in lock:
            [pin] = entry.requirement.specifier
            assert pin.operator == '==' and '*' not in pin.version
            assert entry.hashes and all(
                re.fullmatch(r'sha256:[0-9a-f]{64}', hash_) for hash_ in entry.hashes
            )

    def test_it_names_no_machine_and_no_index(self):
        text = (ROOT / 'requirements.lock').read_text()
        assert not re.search(
            r'://|--(extra-)?index|--find-links|--trusted|^ *# via .*/', text, re.M
        )

    def test_it_says_how_it_is_made_and_used(self):
        head = (ROOT / 'requirements.lock').read_text()[:600]
        assert 'make lock' in head and 'pip install --require-hashes' in head


class TestAudit:
    CLEAN = dict(name='six', version='1.17.0', vulns=[])
    WEAK = dict(
        name='torch', version='2.5.1', vulns=[dict(id='PYSEC-1', fix_versions=['2.6.0', '2.6.1'])]
    )
    UNKNOWN = dict(name='ours', skip_reason='not found')

    @pytest.mark.parametrize(
        ('report', 'status', 'line'),
        [
            (None, 2, OFFLINE),
            (dict(dependencies=[]), 2, OFFLINE),
            (dict(dependencies=[UNKNOWN, UNKNOWN]), 2, OFFLINE),
            (dict(dependencies=[CLEAN]), 0, '1 packages audited, 0 with known weaknesses.'),
            (dict(dependencies=[CLEAN, WEAK]), 1, 'torch 2.5.1: PYSEC-1, mended in 2.6.0, 2.6.1'),
            (dict(dependencies=[CLEAN, UNKNOWN]), 0, 'The database does not know ours.'),
        ],
        ids=['no answer', 'nothing', 'all unknown', 'clean', 'weak', 'one unknown'],
    )
    def test_silence_is_not_taken_for_safety(self, report, status, line):
        lines, code = verdict(report)
        assert code == status and line in lines

    def test_other_versions_than_the_pinned_are_marked(self, lock):
        [entry] = [entry for entry in lock if entry.requirement.name == 'mmengine']
        other = entry._replace(requirement=Requirement('mmengine==0.0.1'))
        assert '0.10.7 !' in listing([other])[1]
        assert '!' not in listing([entry])[1]


class TestLicences:
    @pytest.mark.parametrize(
        'file',
        [
            'requirements.txt',
            *(f'requirements/{n}.txt' for n in ['web', 'export', 'ray', 'docs', 'dev']),
        ],
    )
    def test_each_requirement_has_a_row(self, page, file):
        for requirement in read_requirements(ROOT / file):
            assert re.search(rf'^\| {requirement.name} \| \S+ \| .*\w', page, re.M), requirement

    def test_each_locked_package_has_a_row(self, page, lock):
        for entry in lock:
            assert f'| {entry.requirement.name} |' in page

    @pytest.mark.parametrize(
        'name',
        [
            'docs/images/demo_contact_sheet.jpg',
            'docs/images/web_page.jpg',
            'tests/models/localhost.pem',
        ],
    )
    def test_each_file_that_is_no_text_of_ours_is_accounted_for(self, page, name):
        assert (ROOT / name).is_file() and name in page

    def test_metadata_is_read_in_each_of_its_forms(self):
        assert licence_of('filelock') == 'MIT'  # an expression
        assert licence_of('mmengine') == 'Apache Software License'  # a classifier
        assert licence_of('model-index') == 'MIT'  # free text
        assert licence_of('no-such-package') == 'not installed'
