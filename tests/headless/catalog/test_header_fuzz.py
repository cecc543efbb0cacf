"""A short run of the fuzz benchmark: damaged headers of every format."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 2_000


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_damaged_headers_are_refused_in_little_time_and_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_header_fuzz", "--count", str(COUNT)],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["failures"] == 0
    assert len(found["figures"]) == 9
