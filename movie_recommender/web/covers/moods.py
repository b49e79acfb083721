"""Which picture and which colours a film gets: by what its keywords say that it is about, else by its most telling genre."""

from __future__ import annotations

from collections.abc import Sequence

from . import beings, patterns, places, things
from .shapes import Motif

# What a film is most, from the most telling genre to the least: the mood that names its palettes in `covers.css`, and motifs.
MOODS: dict[str, tuple[str, tuple[Motif, ...]]] = {
    "Film-Noir": ("noir", (beings.blinds, places.door, places.skyline, patterns.spiral)),
    "Western": ("west", (places.dunes, places.sun, places.road, places.peaks)),
    "Horror": ("dread", (places.forest, patterns.slash, beings.eye, places.house, places.door)),
    "Documentary": ("paper", (patterns.halftone, things.target, patterns.overlap)),
    "Musical": ("stage", (patterns.bars, patterns.rays, patterns.petals, patterns.arches)),
    "Animation": ("toy", (things.balloons, patterns.arches, patterns.confetti, places.sun, places.dunes)),
    "Children": ("toy", (things.balloons, patterns.arches, patterns.confetti)),
    "War": ("field", (patterns.chevrons, places.sun, things.target, places.dunes)),
    "Sci-Fi": ("space", (beings.orbit, patterns.grid, patterns.rings, patterns.halftone)),
    "Fantasy": ("spell", (patterns.arches, places.forest, places.peaks, things.bolt)),
    "Mystery": ("fog", (beings.eye, patterns.spiral, places.door, places.stairs)),
    "Crime": ("case", (places.skyline, places.windows, things.target, places.stairs, beings.blinds)),
    "Romance": ("rose", (things.heart, patterns.overlap, patterns.petals, places.sun)),
    "Thriller": ("case", (patterns.rings, patterns.slash, things.target, beings.eye, places.road)),
    "Action": ("heat", (patterns.rays, patterns.chevrons, things.bolt, patterns.slash)),
    "Adventure": ("trail", (places.peaks, places.dunes, places.waves, places.sun)),
    "Comedy": ("wit", (patterns.confetti, patterns.rays, patterns.halftone, patterns.petals, patterns.chevrons)),
    "Drama": ("earth", (patterns.overlap, places.windows, places.stairs, places.sun, places.waves)),
}
PALETTES_EACH = 4
# What a story is about, where a word of its keywords says so, tells more than its genre.
SUBJECTS: dict[Motif, str] = {
    beings.orbit: "space astronaut astronauts planet alien aliens spaceship starship galaxy moon mars ufo spacecraft",
    places.waves: "sea ocean ship submarine sailing sailor sailors pirate pirates surfing shipwreck navy fishing fisherman",
    places.peaks: "mountain mountains climbing snow antarctica arctic avalanche alps expedition",
    places.forest: "forest woods witch witches werewolf werewolves vampire vampires wolf wolves",
    patterns.spiral: "dream dreams hypnosis memory amnesia obsession madness hallucination hallucinations surreal insanity",
    places.dunes: "desert egypt sahara caravan",
    places.skyline: "gangster gangsters mafia mob york manhattan chicago skyscraper",
    patterns.grid: "hacker hackers cyberspace simulation virtual computer",
    patterns.petals: "dance dancer dancers ballet dancing flowers geisha garden",
    things.heart: "wedding valentine",
    things.fin: "shark sharks",
    things.clock: "time deadline countdown",
    beings.cell: "prison prisoner prisoners jail inmates convict convicts imprisonment",
    things.crown: "king queen royalty monarchy prince princess throne emperor royal",
    places.road: "road highway trucker hitchhiker biker hitchhiking racing",
    places.house: "haunted mansion hotel manor inheritance",
    patterns.bars: "music musician musicians band jazz singer rock piano pianist concert rap",
    things.target: "assassin assassins assassination hitman hitmen sniper spy spies",
    places.windows: "neighbors neighbours apartment tenement voyeurism surveillance",
    places.eiffel: "paris",
    places.torii: "japan tokyo shinto kyoto",
    places.palm: "island beach hawaii caribbean castaway florida miami",
    places.castle: "castle fairy medieval knight knights dragon dragons",
    things.reel: "film hollywood filmmaking filmmaker actress actor screenwriter projectionist cinema movie",
    things.mask: "superhero superheroes masked vigilante mask masks",
    things.blade: "samurai sword swords swordsman kung martial ninja gladiator gladiators",
    things.atom: "nuclear scientist scientists experiment inventor physicist laboratory radiation",
    things.fir: "christmas santa",
    things.umbrella: "rain umbrella flood",
    beings.train: "train trains railway subway locomotive railroad",
    beings.plane: "airplane pilot pilots aviation airport flying plane fighter",
    beings.robot: "robot robots android androids cyborg",
    beings.keyhole: "secret secrets conspiracy espionage blackmail undercover",
    beings.fingerprint: "detective investigation murder serial whodunit",
    beings.scales: "courtroom justice trial lawyer lawyers jury innocence",
    things.cards: "gambling poker casino gambler con",
    places.tent: "circus carnival clown clowns freak",
    beings.cat: "cat cats panther leopard tiger lion lions",
    things.book: "writer writers book books novelist poet poetry library teacher school",
    things.diamond: "heist jewel jewels diamond diamonds jewelry treasure thief thieves",
    beings.flame: "fire fires firefighter arson volcano hell devil satan demon exorcism",
    things.ball: "baseball",
    beings.mirror: "twins double doppelganger identity impostor lookalike split",
    beings.ghost: "ghost ghosts poltergeist spirit spirits",
    beings.butterfly: "butterfly metamorphosis insects moth",
    places.leaves: "jungle rainforest dinosaurs amazon gorilla ape apes",
    beings.cloche: "food chef cooking restaurant cook",
}
BY_KEYWORD = {word: motif for motif, words in SUBJECTS.items() for word in words.split()}
# Whole within their box: these may also hang above the title; the others stand on the lower edge, below it.
HANGING = {
    things.heart, patterns.petals, beings.eye, beings.orbit, patterns.overlap, patterns.spiral, patterns.slash, things.target, things.clock,
    things.crown, things.mask, things.blade, things.atom, things.umbrella, beings.plane, beings.keyhole, beings.fingerprint,
    beings.cat, things.book, things.diamond, things.ball, beings.butterfly, beings.cloche, beings.ghost,
}  # fmt: skip


def mood_of(genres: Sequence[str]) -> tuple[str, tuple[Motif, ...]]:
    """The mood of the most telling genre, and its motifs."""
    return next((MOODS[name] for name in MOODS if name in genres), MOODS["Drama"])


def picture(keywords: Sequence[str]) -> Motif | None:
    """The motif of the first keyword that has one."""
    return next((BY_KEYWORD[word] for keyword in keywords for word in keyword.split() if word in BY_KEYWORD), None)
