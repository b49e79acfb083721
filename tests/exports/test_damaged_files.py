"""Files as they really arrive: re-saved, damaged, hostile. Each ends in a report or in a clear refusal."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from movie_recommender.catalogue.exports import archives, entries, read_upload
from movie_recommender.errors import ImportFailed

from .test_formats import facts, zipped_paths

HEADER = "Date,Name,Year,Letterboxd URI,Rating"


def letterboxd(*rows: str, header: str = HEADER, newline: str = "\n") -> bytes:
    return newline.join([header, *rows, ""]).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5"),
        letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5", newline="\r\n"),
        letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5", newline="\r"),
        letterboxd("2024-01-01;Caf\u00e9 Nord;1999;u;4,5", header=HEADER.replace(",", ";")),
        b"sep=;\r\n" + letterboxd("2024-01-01;Caf\u00e9 Nord;1999;u;4,5", header=HEADER.replace(",", ";"), newline="\r\n"),
        letterboxd("2024-01-01\tCaf\u00e9 Nord\t1999\tu\t4.5", header=HEADER.replace(",", "\t")),
        letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5").decode().encode("utf-16"),
        letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5").decode().encode("cp1252"),
        letterboxd("4.5,1999,u,Caf\u00e9 Nord,2024-01-01", header=" RATING,year, letterboxd_uri ,NAME,date"),
        letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5,,", header=HEADER + ",,"),
        b"\n\n" + letterboxd("", "2024-01-01,Caf\u00e9 Nord,1999,u,4.5", ""),
        letterboxd("<<<<<<< HEAD", "2024-01-01,Caf\u00e9 Nord,1999,u,4.5", "=======", ">>>>>>> theirs"),
        letterboxd("2024-01-01,Caf\u00e9 Nord,1999,u,4.5", HEADER),
    ],
    ids=["bom", "crlf", "cr", "semicolon", "sep", "tab", "utf-16", "cp1252", "reordered", "padded", "blank", "conflict", "two headers"],
)
def test_a_resaved_file_reads_like_the_original(data: bytes):
    reading = read_upload("ratings.csv", data)
    assert facts(reading) == [("rating", "Caf\u00e9 Nord", 9)]
    assert not reading.problems


def test_a_row_that_cannot_be_read_is_reported_with_its_number_and_the_rest_goes_on():
    reading = read_upload(
        "ratings.csv",
        letterboxd("2024-01-01,Good,1999,u,4", "2024-01-01,Lust, Caution,2007,u,4", "2024-01-01,Too much,1999,u,11",
                   "2024-01-01,,1999,u,3", "2024,Last,2000,u,1"),
    )  # fmt: skip
    assert [title for _, title, _ in facts(reading)] == ["Good", "Last"]
    assert [(problem.row, problem.why) for problem in reading.problems] == [
        (3, "6 cells instead of 5"), (4, "'11' is no rating from 0.5 to 5"), (5, "no title"),
    ]  # fmt: skip


def test_a_quote_that_is_never_closed_costs_one_row():
    reading = read_upload(
        "ratings.csv", letterboxd('2024-01-01,"Broken,1999,u,4', "2024-01-01,Good,1999,u,4", "2024-01-01,Better,1999,u,5")
    )
    assert [title for _, title, _ in facts(reading)] == ["Good", "Better"]
    assert [(problem.row, problem.why) for problem in reading.problems] == [(2, "a quotation mark in it is never closed")]


def test_a_huge_cell_costs_one_row():
    reading = read_upload("ratings.csv", letterboxd(f"2024-01-01,{'x' * 200_000},1999,u,4", "2024-01-01,Good,1999,u,4"))
    assert [title for _, title, _ in facts(reading)] == ["Good"]
    assert [problem.row for problem in reading.problems] == [2]


def test_a_title_with_odd_characters_is_cleaned():
    (entry,) = read_upload("ratings.csv", letterboxd("2024-01-01,  Odd \u202e\x07 \x00 Film ,1999,u,4")).entries
    assert entry.film.title == "Odd Film"


def test_one_damaged_file_of_a_zip_does_not_cost_the_others():
    reading = read_upload("trakt.zip", zipped_paths({"ratings-movies.json": "[{", "ratings.csv": letterboxd("2024-01-01,Good,1999,u,4")}))
    assert facts(reading) == [("rating", "Good", 8)]
    assert [problem.source for problem in reading.problems] == ["ratings-movies.json"]


def bomb() -> bytes:
    """A small ZIP that would unpack to more than is allowed."""
    return zipped_paths({f"{number}.csv": b"0" * (archives.MAX_UNPACKED // 5) for number in range(6)})


def liar() -> bytes:
    """A ZIP whose directory says that a file of 30 MB has 10 bytes."""
    data = bytearray(zipped_paths({"ratings.csv": b"0" * (30 * 1024**2)}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


def locked() -> bytes:
    data = bytearray(zipped_paths({"ratings.csv": "x"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("ratings.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


# Made when they are needed: some are large.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.csv": (lambda: b"", "is empty"),
    "blank.csv": (lambda: b" \r\n\n", "is empty"),
    "big.csv": (lambda: b"x" * (archives.MAX_UPLOAD + 1), "larger than 20 MB"),
    "bomb.zip": (lambda: bomb(), "more than 100 MB"),
    "liar.zip": (lambda: liar(), "damaged ZIP|larger than 20 MB"),
    "many.zip": (lambda: zipped_paths({f"{number}.csv": "x" for number in range(1001)}), "at most 1,000"),
    "climb.zip": (lambda: zipped_paths({"../../etc/ratings.csv": "x"}), "leads outside"),
    "root.zip": (lambda: zipped_paths({"/etc/ratings.csv": "x"}), "leads outside"),
    "drive.zip": (lambda: zipped_paths({"C:\\ratings.csv": "x"}), "leads outside"),
    "link.zip": (lambda: linked(), "a link"),
    "nested.zip": (lambda: zipped_paths({"inner.zip": zipped_paths({"ratings.csv": "x"})}), "another archive"),
    "hidden.zip": (lambda: zipped_paths({"ratings.csv": zipped_paths({"ratings.csv": "x"})}), "another archive"),
    "locked.zip": (lambda: locked(), "password"),
    "cut.zip": (lambda: zipped_paths({"ratings.csv": "x" * 5000})[:60], "damaged ZIP"),
    "old.gz": (lambda: b"\x1f\x8b\x08\x00 something", "packed in a way"),
    "photo.jpg": (lambda: bytes(range(256)) * 20, "no text"),
    "laughs.xml": (lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>', "document type"),
    "cut.json": (lambda: b'[{"movie": {"title":', "damaged JSON"),
    "deep.json": (lambda: b"[" * 100_000, "damaged JSON"),
    "wide.json": (lambda: b"[" + b"{}," * 1_100_000 + b"{}]", "more entries"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(name: str):
    make, why = REFUSED[name]
    with pytest.raises(ImportFailed, match=why):
        read_upload(name, make())


def test_more_rows_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(entries, "MAX_ROWS", 3)
    with pytest.raises(ImportFailed, match="more than 3 rows"):
        read_upload("ratings.csv", letterboxd(*["2024-01-01,Good,1999,u,4"] * 4))


def test_what_a_damaged_zip_says_of_itself_is_repeated_in_part() -> None:
    """Python's message holds the name of the member as the file gives it, up to 64 KB of anything."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x" * 3000 + "diary.csv", letterboxd("2024-01-01,Heat,1995,u,4.5"))
    data = file.getvalue().replace(b"diary.csv", b"diary\x1bcsv", 1)  # in the header of the member, not in the directory
    with pytest.raises(ImportFailed, match="is a damaged ZIP") as caught:
        read_upload("films.zip", data)
    assert len(caught.value.message) < 300
    assert caught.value.message.isprintable()
