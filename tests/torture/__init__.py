"""`make torture`: breaking the product on purpose, as one command."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
