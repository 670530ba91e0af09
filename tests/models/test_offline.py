"""Libraries are told not to go online before they are imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from domaingpt.models.offline import OFFLINE_VARIABLES, go_offline

SCRIPT = """
import sys, time
from pathlib import Path
from domaingpt.embeddings.compiled import _session
session = _session(Path(sys.argv[1]), 1)
print(session.get_outputs()[0].name)
time.sleep(1)
"""


def test_every_variable_is_set_over_what_the_user_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`models pull` is the only way online."""
    for name in OFFLINE_VARIABLES:
        monkeypatch.setenv(name, "0")
    go_offline()
    assert {name: os.environ[name] for name in OFFLINE_VARIABLES} == OFFLINE_VARIABLES


def test_onnx_runtime_reports_to_nobody(tmp_path: Path) -> None:
    """Since 1.29 it opens a connection for each session, unless told otherwise; the store of its reports shows it."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "same", [value], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "same.onnx"))
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in OFFLINE_VARIABLES and not k.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "same.onnx")],
        env={**environment, "HOME": str(home)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "y\n"
    assert sorted(path.name for path in home.rglob("*")) == []
