"""A thread's helpers end with its turn, and come back when it computes again."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os, threading, time
import torch
from demos.thread_pools import release_helpers
from demos.turns import Turns

def tasks():
    return len(os.listdir("/proc/self/task"))

def until(number):
    end = time.monotonic() + 30
    while tasks() != number and time.monotonic() < end:
        time.sleep(0.01)
    return tasks() == number

torch.set_num_threads(3)
before, matrix = tasks(), torch.randn(800, 800)
product = matrix @ matrix
assert tasks() == before + 2, "two helpers"
assert release_helpers() and until(before)
assert torch.equal(matrix @ matrix, product) and tasks() == before + 2, "they come back"

def other():
    with Turns().take():
        matrix @ matrix

thread = threading.Thread(target=other)
thread.start()
thread.join()
assert until(before + 2), "the other's have ended, and mine are left alone"
print("fine")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyTorch computes with another OpenMP")
def test_helpers_end_when_they_are_let_go_and_come_back():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert ended.stdout == "fine\n", ended.stderr


def test_torch_is_not_imported_for_it():
    said = "import sys; from demos.thread_pools import *; print(release_helpers(), 'torch' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=120)
    assert ended.stdout == "False False\n", ended.stderr
