"""The least that Flask does: what requests of the website are measured against, served in the same way."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """One word."""
    return "Hello"
