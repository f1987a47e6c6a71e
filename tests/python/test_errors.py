# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle

import pytest

import r1cluster
from r1cluster import ErrorKind


def test_an_error_of_cpp_has_its_kind_subject_and_message() -> None:
    with pytest.raises(r1cluster.InvalidInput) as caught:
        r1cluster.Version.parse("abc")
    assert isinstance(caught.value, r1cluster.Error)
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.kind is ErrorKind.invalid_input
    assert caught.value.subject == "abc"
    assert '"abc"' in str(caught.value)


def test_an_error_about_a_text_has_its_place() -> None:
    with pytest.raises(r1cluster.InvalidInput) as caught:
        r1cluster.parse_spec('[[host]]\nname = "a"\naddres = "b"\n', "cluster.toml")
    assert caught.value.position is not None
    assert (caught.value.subject, caught.value.position.line) == ("cluster.toml", 3)
    assert str(caught.value).startswith(f"cluster.toml:3:{caught.value.position.column}: ")
    assert pickle.loads(pickle.dumps(caught.value)).position == caught.value.position
    with pytest.raises(r1cluster.NotFound) as caught_elsewhere:
        r1cluster.load_recording("/nonexistent")
    assert caught_elsewhere.value.position is None


def test_every_kind_has_a_class() -> None:
    classes = r1cluster.Error.__subclasses__()
    assert len(classes) == len(ErrorKind)
    assert all(getattr(r1cluster, c.__name__) is c for c in classes)


def test_an_error_can_be_pickled() -> None:
    error = r1cluster.NotFound("reading: no such file", ErrorKind.not_found, "/a")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.kind, again.subject) == (
        r1cluster.NotFound,
        "reading: no such file",
        ErrorKind.not_found,
        "/a",
    )


def test_a_file_that_is_not_there_is_not_found() -> None:
    with pytest.raises(r1cluster.NotFound) as caught:
        r1cluster.read_text_file("/nonexistent/cluster.toml")
    assert caught.value.kind is ErrorKind.not_found
    assert "/nonexistent/cluster.toml" in str(caught.value)


def test_a_spec_that_is_wrong_says_where() -> None:
    with pytest.raises(r1cluster.InvalidInput, match=r"^my\.toml:2:"):
        r1cluster.parse_spec("[model]\npath = 7\n", "my.toml")
