"""What was large goes back to the system, and what a list needs stays."""

import platform
import subprocess
import sys

import pytest

HOLES = """
import re, sys
from pathlib import Path
import numpy as np
from background_api.memory import keep_little

def megabytes():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1000

if sys.argv[1] == "little":
    keep_little()
np.ones(10 * 2**20, dtype=np.uint8)  # freed: without more, glibc keeps whatever is smaller from now on
before = megabytes()
arrays = [np.ones(6 * 2**20, dtype=np.uint8) for _ in range(40)]
last = arrays.pop()
assert megabytes() - before > 200
del arrays
print(megabytes() - before)
"""


def left(how):
    done = subprocess.run([sys.executable, "-c", HOLES, how], capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_large_arrays_that_are_freed_leave_no_holes():
    assert left("little") < 30
    assert left("as usual") > 200  # or the test finds nothing
