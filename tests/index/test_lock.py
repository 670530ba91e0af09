"""One writer at a time, named to the others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from domaingpt.errors import DomainBusy
from domaingpt.index.lock import HOLDER_FILE, LOCK_FILE, writer_lock

HOLD = """
import pathlib, sys
from domaingpt.index.lock import writer_lock
with writer_lock(pathlib.Path(sys.argv[1]), "house"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_second_writer_is_told_who_the_first_is(tmp_path):
    """Its process id; and the lock is free as soon as that process is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        try:
            assert holder.stdout.readline() == b"held\n"
            with (
                pytest.raises(DomainBusy, match=f"'house'.*process {holder.pid} since"),
                writer_lock(tmp_path, "house"),
            ):
                pass
        finally:
            holder.kill()
            holder.wait()
    with writer_lock(tmp_path, "house"):
        assert f'"pid": {os.getpid()}' in (tmp_path / HOLDER_FILE).read_text()


def test_writer_in_the_same_process_is_refused_too(tmp_path):
    """Two threads of a server are two writers."""
    with writer_lock(tmp_path, "house"), pytest.raises(DomainBusy, match="house"), writer_lock(tmp_path, "house"):
        pass


@pytest.mark.parametrize("note", ["", "{", "[]", "{}", '{"pid": 1}'])
def test_unreadable_note_names_another_process(tmp_path, note):
    """The lock counts, the note only explains."""
    with writer_lock(tmp_path, "house"):
        (tmp_path / HOLDER_FILE).write_text(note)
        with pytest.raises(DomainBusy, match="by another process"), writer_lock(tmp_path, "house"):
            pass


def test_lock_goes_with_an_exception(tmp_path):
    """Nothing is left that would keep the next writer out."""
    with pytest.raises(KeyboardInterrupt, match="stop"), writer_lock(tmp_path, "house"):
        raise KeyboardInterrupt("stop")
    with writer_lock(tmp_path, "house"):
        assert (tmp_path / LOCK_FILE).stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / HOLDER_FILE).exists()
