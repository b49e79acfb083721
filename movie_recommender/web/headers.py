"""What every answer says to the browser: a strict content policy and its companions; compression; and how large a request may be."""

from __future__ import annotations

from flask import Flask, Response, request
from isal import igzip

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# plotly makes one empty sheet, which it fills by script, and one with the look of its messages: let in by their hashes.
WITH_PLOTLY = POLICY.replace(
    "style-src 'self'",
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    # Pages show what one person rated: a shared cache or the back button after signing out must not.
    "Cache-Control": "no-store",
}
COMPRESSED = ("text/", "application/javascript", "image/svg+xml")  # pages and their parts
COMPRESSED_JSON = {"maps.points"}  # large, and without anything of a person
WORTH_IT = 1024  # bytes below which compression saves nothing
LEVEL = 2  # of compression: 0.12 CPU ms for a page of 50 cards; the third takes four times as long and saves 3 to 5 %
LARGEST_REQUEST = 256 * 1024  # bytes; a view that takes files raises its own limit


def init_app(app: Flask) -> None:
    """Set the headers on every answer that does not choose its own."""
    app.config["MAX_CONTENT_LENGTH"] = app.config.get("MAX_CONTENT_LENGTH") or LARGEST_REQUEST
    app.after_request(protect)
    app.after_request(compress)


def protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def takes_gzip() -> bool:
    """Whether the answer to this request may be compressed."""
    return request.method != "HEAD" and request.accept_encodings.quality("gzip") > 0


def packed(body: bytes) -> bytes:
    """The body as gzip."""
    return igzip.compress(body, LEVEL, mtime=0)


def compress(response: Response) -> Response:
    """Send text gzipped to whoever takes it: a page of cards shrinks to a tenth.

    The pages hold a token beside words of the reader, which compression could betray to somebody who makes the browser
    ask again and again from another site (BREACH); the session cookie is SameSite=Lax, so such requests are nobody's.
    """
    fits = (response.mimetype or "").startswith(COMPRESSED) or request.endpoint in COMPRESSED_JSON
    if response.status_code != 200 or response.content_encoding or not fits:
        return response
    response.vary.add("Accept-Encoding")
    if not takes_gzip() or (response.content_length or WORTH_IT) < WORTH_IT:
        return response
    response.direct_passthrough = False
    response.set_data(packed(response.get_data()))
    response.content_encoding = "gzip"
    if etag := response.get_etag()[0]:
        response.set_etag(etag, weak=True)  # the same file, not the same bytes
    return response
