# SPDX-License-Identifier: Apache-2.0
"""How machines are shown: in a notebook, as a picture, as a matrix, and what changed; and the flags of `show`."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree
from pathlib import Path

import pytest

import r1cluster
from r1cluster import Cluster, Machine
from r1cluster.facts import Change

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def cluster(recording: Path) -> Cluster:
    return r1cluster.interpret(r1cluster.load_recording(str(recording)))


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [r1cluster.find_binary(), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def drawn_gpus(svg: str) -> list[str]:
    texts = [text.text or "" for text in xml.etree.ElementTree.fromstring(svg).iter(f"{SVG}text")]
    return [text for text in texts if text.startswith("GPU ")]


def test_a_machine_is_a_picture_that_an_xml_parser_takes(cluster: Cluster) -> None:
    machine = cluster.machines[0]
    svg = r1cluster.to_svg(machine)
    assert xml.etree.ElementTree.fromstring(svg).tag == f"{SVG}svg"
    assert drawn_gpus(svg) == [f"GPU {i}" for i in range(8)]
    assert machine._repr_svg_() == svg


def test_a_notebook_shows_the_picture_of_a_machine_of_its_readings_and_of_a_cluster(
    recording: Path, cluster: Cluster
) -> None:
    machine = cluster.machines[0]
    assert r1cluster.to_svg(machine) in machine._repr_html_()
    assert machine._repr_html_() == r1cluster.show_html(machine)
    readings = r1cluster.load_recording(str(recording)).hosts[0]
    assert readings._repr_html_() == r1cluster.show_html(r1cluster.interpret(readings))
    assert cluster._repr_html_() == "".join(map(r1cluster.show_html, cluster.machines))


def test_this_machine_shows_as_a_picture() -> None:
    assert "<svg " in r1cluster.discover()._repr_html_()


def test_the_matrix_has_a_row_and_a_column_for_each_gpu(cluster: Cluster) -> None:
    lines = r1cluster.show_matrix(cluster.machines[0]).splitlines()
    assert lines[0] == cluster.machines[0].host
    assert lines[1].split()[:8] == [f"GPU{i}" for i in range(8)]
    assert next(line for line in lines if line.startswith("GPU0")).split()[:3] == ["GPU0", "X", "NV18"]


def test_what_changed_is_a_list_of_sentences(cluster: Cluster) -> None:
    first, *others = cluster.machines
    after = cluster.replace(machines=[first.replace(kernel="6.8.0", gpus=first.gpus[:-1]), *others])
    changes = r1cluster.compare(cluster, after)
    assert changes[0].is_worse
    assert changes[0].subject == "gpu7"
    assert str(changes[0]).startswith("gpu7: is gone: ")
    assert Change.from_json(changes[0].to_json()) == changes[0]
    assert r1cluster.show(changes).splitlines()[0].endswith("1 for the worse")
    assert r1cluster.compare(cluster, cluster) == []
    assert r1cluster.show([]) == "nothing changed\n"


def test_show_writes_a_picture_for_each_host(recording: Path, cluster: Cluster, tmp_path: Path) -> None:
    done = run("show", "--from", recording, "--svg", tmp_path / "{host}.svg")
    assert done.returncode == 0, done.stderr
    for machine in cluster.machines:
        assert (tmp_path / f"{machine.host}.svg").read_text(encoding="utf-8") == r1cluster.to_svg(machine)


def test_show_refuses_one_file_for_two_pictures(recording: Path, tmp_path: Path) -> None:
    done = run("show", "--from", recording, "--svg", tmp_path / "one.svg")
    assert done.returncode == 3
    assert "there are 2 machines and one file" in done.stderr
    assert "{host}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_show_prints_a_picture(tmp_path: Path, cluster: Cluster) -> None:
    done = run("show", "--svg", "-")
    assert done.returncode == 0, done.stderr
    assert xml.etree.ElementTree.fromstring(done.stdout).tag == f"{SVG}svg"


def test_show_prints_matrices(recording: Path, cluster: Cluster) -> None:
    done = run("show", "--from", recording, "--matrix")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "\n".join(map(r1cluster.show_matrix, cluster.machines))


def test_show_takes_one_view_at_a_time(recording: Path) -> None:
    assert run("show", "--from", recording, "--matrix", "--json").returncode == 2


def test_diff_of_a_recording_with_itself_is_clean(recording: Path) -> None:
    done = run("show", "--from", recording, "--diff", recording)
    assert (done.returncode, done.stdout) == (0, "nothing changed\n")


def test_diff_exits_with_1_when_something_is_worse(recording: Path, tmp_path: Path) -> None:
    data = r1cluster.load_recording(str(recording))
    lost = data.hosts[1].replace(calls={}, unreachable_because="No route to host")
    r1cluster.save_recording(data.replace(hosts=[data.hosts[0], lost]), str(tmp_path / "now"))
    worse = run("show", "--from", tmp_path / "now", "--diff", recording)
    assert worse.returncode == 1
    assert f"worse: {lost.host}: is not reached any more: No route to host" in worse.stdout
    better = run("show", "--from", recording, "--diff", tmp_path / "now")
    assert better.returncode == 0
    assert f"{lost.host}: is reached again" in better.stdout


def test_a_machine_without_anything_is_shown_all_the_same() -> None:
    assert xml.etree.ElementTree.fromstring(r1cluster.to_svg(Machine())).tag == f"{SVG}svg"
