"""What scripts do besides sending and reading: ask people, print histories, find servers, complete, read the manual."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

from klatch.cli import cli
from tests.running import KLATCH, Server, eventually, klatch


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that no secret of the machine's user is touched."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder))
    for name in ("KLATCH_SERVER", "KLATCH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KLATCH_NAME", "ann")
    return folder


def do(server: Server, *arguments: str, text: str | None = None, name: str = "ann") -> str:
    done = klatch(*arguments, "--server", server.url, "--name", name, text=text)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def messages(server: Server) -> list[dict[str, object]]:
    lines = do(server, "tail", "#lobby", "--since", "0", "--json").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["kind"] == "message"]


@pytest.fixture
def asked(server: Server) -> Iterator["subprocess.Popen[str]"]:
    """A question to the lobby that waits for its answer."""
    command = [*KLATCH, "ask", "#lobby", "Deploy?", "--react", "yes,no", "--timeout", "20", "--server", server.url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: "reacted" in do(server, "tail", "#lobby", name="bob"), 15)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("said", "printed", "status"), [("Yes.", "yes\n", 0), ("no", "no\n", 3), ("👎", "no\n", 3)])
def test_a_question_prints_its_answer_and_its_status_tells(
    server: Server, asked: "subprocess.Popen[str]", said: str, printed: str, status: int
) -> None:
    do(server, "send", "#lobby", "let me think", name="bob")
    do(server, "send", "#lobby", "yes", name="ann")  # whoever asks does not answer
    do(server, "send", "#lobby", said, name="bob")
    output, _ = asked.communicate(timeout=15)
    assert (output, asked.returncode) == (printed, status)


def test_a_question_without_choices_takes_a_reply(server: Server) -> None:
    command = [*KLATCH, "ask", "#lobby", "Which version?", "--server", server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        eventually(lambda: "Which version?" in do(server, "tail", "#lobby", name="bob"), 15)
        seq = str(messages(server)[-1]["seq"])
        do(server, "send", "#lobby", "2.0", "--reply", seq, name="bob")
        output, _ = process.communicate(timeout=15)
    assert (output, process.returncode) == ("2.0\n", 0)


def test_a_question_that_nobody_answers_ends_with_75(server: Server) -> None:
    done = klatch("ask", "#lobby", "Anybody?", "--timeout", "0.3", "--server", server.url)
    assert (done.returncode, done.stdout, done.stderr) == (75, "", "klatch: Nobody answered within 0.3 s.\n")


@pytest.mark.parametrize("choices", ["", "yes,", "yes,yes", ",".join("abcdefghij")])
def test_choices_that_are_none_are_wrong_usage(server: Server, choices: str) -> None:
    done = klatch("ask", "#lobby", "?", "--react", choices, "--server", server.url)
    assert (done.returncode, done.stdout) == (2, "")


def test_code_is_sent_between_fences_that_do_not_stand_in_it(server: Server) -> None:
    do(server, "send", "#lobby", "-", "--code", "diff", text="-a\n+b\n")
    do(server, "send", "#lobby", "--code", text="```\nnested\n```\n")
    assert [entry["text"] for entry in messages(server)] == ["```diff\n-a\n+b\n```", "````\n```\nnested\n```\n````"]


def test_a_reply_answers_a_message(server: Server) -> None:
    seq = do(server, "send", "#lobby", "tea?").strip()
    do(server, "send", "#lobby", "coffee", "--reply", seq)
    assert messages(server)[-1]["body"] == {"kind": "message", "text": "coffee", "reply_to": int(seq)}


def test_a_megabyte_of_code_is_sent_as_a_file(server: Server) -> None:
    do(server, "send", "#lobby", "-", "--code", text="x" * 1_000_000)
    (sent,) = messages(server)
    assert sent["text"] == ""
    assert [file["size"] for file in sent["body"]["files"]] == [1_000_000]  # type: ignore[index]


def test_many_lines_cannot_be_one_reply() -> None:
    assert klatch("send", "#lobby", "--lines", "--reply", "3", text="x").returncode == 2


def test_a_history_is_as_it_is_now(server: Server) -> None:
    do(server, "send", "#lobby", "<b>hi</b> \x1b[2J & **bold**")
    for form in ("text", "markdown", "html"):
        printed = do(server, "history", "#lobby", "--format", form)
        assert "\x1b" not in printed
        assert "klatch made #lobby." in printed
    page = do(server, "history", "#lobby", "--format", "html")
    assert "&lt;b&gt;hi&lt;/b&gt;" in page
    HTMLParser().feed(page)
    (last,) = do(server, "history", "#lobby", "-n", "1", "--format", "json").splitlines()
    assert json.loads(last)["text"] == "<b>hi</b> \x1b[2J & **bold**"


def test_a_history_of_several_pages_is_whole_and_in_order(unlimited: Server) -> None:
    do(unlimited, "send", "#lobby", "--lines", text="".join(f"line {number}\n" for number in range(450)))
    printed = do(unlimited, "history", "#lobby").splitlines()
    assert [line.rpartition(" ")[2] for line in printed if "line" in line] == [str(number) for number in range(450)]


def test_a_history_whose_reader_leaves_ends_quietly(unlimited: Server) -> None:
    do(unlimited, "send", "#lobby", "--lines", text="x" * 1_000 + "\n" + ("y" * 1_000 + "\n") * 300)
    command = [*KLATCH, "history", "#lobby", "--server", unlimited.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert (process.stderr.read(), process.wait(15)) == (b"", 0)


def test_where_no_server_is_announced_that_is_said() -> None:
    done = klatch("find", "--within", "0.1")
    assert done.returncode in (0, 1)  # somebody near may announce one
    assert done.stdout if done.returncode == 0 else "klatch serve --lan" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_is_one_that_the_shell_can_read(shell: str, tmp_path: Path) -> None:
    done = klatch("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_KLATCH_COMPLETE" in done.stdout
    if (program := shutil.which(shell)) is not None:
        script = tmp_path / "completion"
        script.write_text(done.stdout)
        subprocess.run([program, "-n", str(script)], check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_commands_and_options() -> None:
    assert "plain,tail" in complete("klatch ta")
    assert "plain,--lines" in complete("klatch send --li")


def test_rooms_and_people_are_completed_for_whom_the_server_knows(server: Server) -> None:
    do(server, "send", "#lobby", "hi")
    with subprocess.Popen(
        [*KLATCH, "tail", "#lobby", "-f", "--server", server.url, "--name", "bob"], stdout=subprocess.PIPE
    ) as bob:
        assert bob.stdout is not None
        bob.stdout.readline()
        offered = {
            typed: complete(f"klatch send --server {server.url} {typed}")
            for typed in ("lo", "'#l", "@b", "@a", "x", "--name zoe lo")
        }
        bob.kill()
    assert offered == {
        "lo": ["plain,lobby"],
        "'#l": ["plain,#lobby"],
        "@b": ["plain,@bob"],
        "@a": [],
        "x": [],
        "--name zoe lo": [],
    }
    server.stop()
    assert complete(f"klatch send --server {server.url} lo") == []


def complete(words: str) -> list[str]:
    """What bash is offered for what was typed."""
    index = str(len(words.split()) - 1)
    environment = {**os.environ, "_KLATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": index}
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'klatch'; from klatch.cli import main; main()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


def test_the_manual_names_every_command_and_option() -> None:
    page = klatch("manual").stdout.replace("\\-", "-")
    for name, command in cli.commands.items():
        assert f"klatch {name}" in page
        options = [word for each in command.params if isinstance(each, click.Option) for word in each.opts]
        assert [word for word in options if word not in page] == []


def test_the_manual_that_is_installed_is_this_one() -> None:
    page = Path(__file__).parents[2] / "docs" / "klatch.1"
    assert page.read_text(encoding="utf-8") == klatch("manual").stdout, "`make schema` writes it anew"


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man here")
def test_man_reads_the_manual_without_a_warning(tmp_path: Path) -> None:
    page = tmp_path / "klatch.1"
    page.write_text(klatch("manual").stdout)
    done = subprocess.run(["man", "--warnings", "-l", str(page)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "KLATCH(1)" in done.stdout


def test_scripts_load_nothing_that_only_the_full_screen_needs() -> None:
    code = (
        "import sys, klatch.cli, klatch.clients.shell.sending, klatch.clients.shell.asking\n"
        "print([each for each in ('textual', 'rich', 'pygments') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
