"""Small MovieLens data sets in every layout, as GroupLens writes them."""

from __future__ import annotations

import zipfile
from pathlib import Path

MOVIES_CSV = """movieId,title,genres
1,Toy Story (1995),Adventure|Animation|Children|Comedy|Fantasy
318,"Shawshank Redemption, The (1994)",Crime|Drama
924,2001: A Space Odyssey (1968),Adventure|Drama|Sci-Fi
29,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",Adventure|Drama|Fantasy|Mystery|Sci-Fi
1274,"Say ""Cheese"" (1988)",(no genres listed)
"""
LINKS_CSV = """movieId,imdbId,tmdbId
1,0114709,862
318,0111161,278
924,0062622,62
29,0112682,902
1274,0094731,
"""
RATINGS_CSV = """userId,movieId,rating,timestamp
1,1,4.0,964982703
1,318,4.5,964982704
2,1,0.5,964982705
2,924,5.0,964982706
"""


def latest(folder: Path, movies: str = MOVIES_CSV, links: str = LINKS_CSV, ratings: str = RATINGS_CSV) -> Path:
    """ml-latest*, ml-20m, ml-25m, ml-32m: CSV, CRLF line ends, UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("movies.csv", movies), ("links.csv", links), ("ratings.csv", ratings)):
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode())
    return folder


def one_million(folder: Path) -> Path:
    """ml-1m and ml-10m: `::`, Latin-1."""
    folder.mkdir(parents=True)
    movies = (
        "1::Toy Story (1995)::Animation|Children's|Comedy\n1176::Double Life of Veronique, The (La Double Vie de Véronique) (1991)::Drama\n"
    )
    (folder / "movies.dat").write_bytes(movies.encode("latin-1"))
    (folder / "ratings.dat").write_text("1::1::5::978824268\n1::1176::3::978824269\n")
    return folder


def hundred_thousand(folder: Path) -> Path:
    """ml-100k: `|` and tabs, Latin-1, movie ids of its own."""
    folder.mkdir(parents=True)
    movies = [
        _item(1, "Toy Story (1995)", (3, 4, 5)),
        _item(267, "unknown", (0,)),
        _item(543, "Misérables, Les (1995)", (8, 13)),
    ]
    (folder / "u.item").write_bytes("\n".join(movies).encode("latin-1"))
    (folder / "u.data").write_text("196\t1\t3\t881250949\n186\t543\t4\t891717742\n22\t267\t1\t878887116\n")
    return folder


def _item(movie_id: int, title: str, genres: tuple[int, ...]) -> str:
    flags = ["1" if at in genres else "0" for at in range(19)]
    return "|".join([str(movie_id), title, "01-Jan-1995", "", "http://us.imdb.com/M/title-exact?x", *flags])


def zipped(folder: Path, path: Path) -> Path:
    """The folder as GroupLens zips it: inside a folder of its name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")
    return path
