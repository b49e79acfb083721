"""What every part knows; nothing heavy is imported here, for some parts measure the memory of what they try."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
