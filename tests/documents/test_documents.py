# SPDX-License-Identifier: Apache-2.0
"""Every command block of the documents runs, or says why it does not."""

import re
import shlex
import socket
import sys

import blocks
import pytest
import stages

sys.path.insert(0, str(blocks.ROOT / "tests" / "bench"))
from benchlib import build  # noqa: E402

UDP = ("127.0.0.1", 1337)


def all_blocks() -> list[blocks.Block]:
    return [
        block
        for path in blocks.documents()
        for block in blocks.of(str(path.relative_to(blocks.ROOT)), path.read_text(encoding="utf-8"))
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "running" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--stages").split(",")
        running = [block for block in all_blocks() if not block.problem and block.stage and shlex.split(block.stage)[0] in chosen]
        metafunc.parametrize("running", running, ids=[block.name for block in running])


@pytest.fixture
def options(pytestconfig: pytest.Config) -> stages.Options:
    zephyr = build.find_zephyr()
    environment = None if zephyr is None else {"ZEPHYR_BASE": str(zephyr), **build.compiler_environment()}
    return stages.Options(pytestconfig.option.westerly, pytestconfig.option.qemu_elf, pytestconfig.option.native_sim, environment)


def test_every_block_says_where_it_runs():
    """Without it a block that nobody marked would be one that nobody runs."""
    marked = all_blocks()
    for block in marked:
        if block.stage is not None and shlex.split(block.stage)[0] not in stages.STAGES:
            block.problem = f"no stage {block.stage}"
    problems = [f"{block.name}: {block.problem}" for block in marked if block.problem]
    assert not problems


def test_runs(running: blocks.Block, options: stages.Options, tmp_path):
    name, *arguments = shlex.split(running.stage)
    # The documents say 127.0.0.1 and no port, so that is where their board must be.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(UDP)
        except OSError as error:
            pytest.fail(f"the documents' board needs UDP port {UDP[1]} of {UDP[0]}, and something is there ({error}): end it first")
    stage = None
    try:
        stage = stages.STAGES[name](tmp_path, options, arguments)
        for command in running.commands:
            if not any(command.startswith(beginning) for beginning in running.exceptions):
                stage.run(command)
    except stages.Failed as failure:
        pytest.fail(f"{running.name}: {failure}", pytrace=False)
    finally:
        if stage is not None:
            stage.stop()


def test_paths_named_in_commands_are_there():
    """Also in those that do not run."""
    pattern = re.compile(r"(?<![\w./-])((?:\.ci|boards|clients|crates|fuzz|release|snippets|src|sysbuild|template|tests)/[\w./-]*\w)")
    missing = [
        f"{block.name}: {path}"
        for block in all_blocks()
        for command in block.commands
        for path in pattern.findall(command)
        if not (blocks.ROOT / path).exists()
    ]
    assert not missing


UNCLEAR = {
    "a block without a mark": "```sh\ntrue\n```\n",
    "two answers": "<!-- run: simulator -->\n<!-- not run: no time -->\n```sh\ntrue\n```\n",
    "no reason": "<!-- not run: -->\n```sh\ntrue\n```\n",
    "a mark of a block that is none of commands": "<!-- run: simulator -->\n```rust\nfn main() {}\n```\n",
    "an exception for no command": "<!-- run: simulator -->\n<!-- not run `west`: no network -->\n```sh\ntrue\n```\n",
    "a mark that is not next to its block": "<!-- run: simulator -->\n\n```sh\ntrue\n```\n",
}


@pytest.mark.parametrize("text", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_what_is_not_clear_is_refused(text: str):
    assert [block.problem for block in blocks.of("a.md", text)] != [None]


def test_a_block_is_read_as_it_is_typed():
    text = "Text\n\n<!-- run: simulator --shell-udp -->\n<!-- not run `c`: so -->\n```sh\na 'x # y'   # comment\nb \\\n    --more\n# nothing\nc\n```\n"
    (block,) = blocks.of("a.md", text)
    assert (block.line, block.stage, block.exceptions) == (5, "simulator --shell-udp", {"c": "so"})
    assert block.commands == ["a 'x # y'", "b --more", "c"]


def test_a_command_that_fails_fails(options: stages.Options, tmp_path):
    """So that a block with a mistake cannot pass."""
    stage = stages.Stage(tmp_path, options, [])
    for command in ("false", "false | true", "westerly whoami --udp 127.0.0.1:9 --no-such-option"):
        with pytest.raises(stages.Failed):
            stage.run(command)
