"""What README and docs/ tell exists: files, tools, options, make targets, configs, classes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *ROOT.glob('*.md'),
        *(ROOT / 'docs').glob('*.md'),
        ROOT / 'configs/README.md',
        ROOT / 'lsmatting_plugin/weights/README.md',
    ]
)
COMMAND = re.compile(r'(?<!\S)(?:python |bash )?((?:tools|benchmarks|demo|docs)/[\w/]+\.(?:py|sh))')
# Options of other programs: git, pip, torchrun, srun, docker, tensorboard.
FOREIGN = {
    *('--depth', '--hash', '--help', '--logdir', '--no-deps', '--require-hashes', '--shm-size'),
    *('--signal', '--time'),
}


def read(page):
    return page.read_text(encoding='utf-8')


def code_of(page):
    """All that a page sets as code, blocks and spans, without comments."""
    text = read(page)
    if page.name == 'migration.md':  # what is 'there', on the left, is not ours
        text = re.sub(r'^\|[^|]*', '', text, flags=re.MULTILINE)
    blocks = re.findall(r'```\w*\n(.*?)```', text, re.DOTALL)
    spans = re.findall(r'`([^`\n]+)`', re.sub(r'```.*?```', '', text, flags=re.DOTALL))
    return [re.sub(r'#.*', '', code) for code in (*blocks, *spans)]


@pytest.fixture(scope='module')
def our_options():
    """Every option that a command line of ours has."""
    sources = [*ROOT.glob('lsmatting_plugin/**/*.py'), *ROOT.glob('tools/**/*.py')]
    sources += [
        *ROOT.glob('benchmarks/*.py'),
        *ROOT.glob('demo/*.py'),
        *ROOT.glob('tests/fuzz/*.py'),
    ]
    options = set()
    for source in sources:
        options.update(re.findall(r"'(--[\w-]+)'", read(source)))
    return options


@pytest.fixture(scope='module')
def our_names():
    """Every class and function of the package."""
    names = set()
    for source in ROOT.glob('lsmatting_plugin/**/*.py'):
        names.update(re.findall(r'^\s*(?:class|def) (\w+)', read(source), re.MULTILINE))
    return names


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
class TestEachPage:
    def test_links_lead_to_files(self, page):
        for target in re.findall(r'\]\(([^)#]+)[^)]*\)', read(page)):
            if not target.startswith(('http:', 'https:', 'mailto:')):
                assert (page.parent / target).exists(), target

    def test_tools_are_there(self, page):
        for code in code_of(page):
            for path in COMMAND.findall(code):
                assert (ROOT / path).is_file(), path

    def test_options_are_there(self, page, our_options):
        for code in code_of(page):
            for option in re.findall(r'(?<![\w-])--[a-z][\w-]*', code):
                assert option in our_options | FOREIGN, option

    def test_make_targets_are_there(self, page):
        targets = set(re.findall(r'^([a-z-]+):', read(ROOT / 'Makefile'), re.MULTILINE))
        for code in code_of(page):
            for command in re.findall(r'(?:^|\n)make ((?:[a-z-]+ ?)+)', code):
                assert set(command.split()) <= targets, command

    def test_configs_are_there(self, page):
        for code in code_of(page):
            for path in re.findall(r'configs/[\w/]+\.py', code):
                if path != 'configs/my_config.py':
                    assert (ROOT / path).is_file(), path

    def test_classes_are_there(self, page, our_names):
        for code in re.findall(r'`([A-Z]\w+)`', read(page)):
            if re.search(r'[a-z]', code) and re.search(r'[A-Z].*[A-Z]', code):  # CamelCase
                assert code in our_names | {'ResNetV1d', 'SHA256SUMS'}, code


def test_every_tool_is_told():
    told = read(ROOT / 'docs/tools.md')
    tools = [*ROOT.glob('tools/*.py'), *ROOT.glob('tools/[adm]*/*.py')]
    assert len(tools) > 15
    for tool in tools:
        if tool.name != 'dist_run.py':  # what dist_train.sh and dist_test.sh start
            assert tool.name in told, tool


def test_every_config_is_told():
    told = read(ROOT / 'configs/README.md')
    for config in (ROOT / 'configs').glob('*.py'):
        assert f'`{config.name}`' in told, config


def test_every_page_is_in_the_sites_contents():
    contents = read(ROOT / 'docs/index.md')
    for page in (ROOT / 'docs').glob('*.md'):
        name = page.stem
        assert name == 'index' or re.search(rf'^(.*<)?{name}>?$', contents, re.MULTILINE), name
