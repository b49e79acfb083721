"""The family of domain errors: what can go wrong, in words a person can act on.

Every error that a user of the product may see descends from `MovieRecommenderError`. The docstring of a class is
its default message; doors (web, API, command line) translate `http_status` and the message, nothing else.
"""


class MovieRecommenderError(Exception):
    """Something went wrong in Movie Recommender."""

    http_status = 500
    retry_after: int | None = None  # seconds after which the same may work

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])

    @property
    def message(self) -> str:
        return str(self.args[0])


class SettingError(MovieRecommenderError):
    """A setting has a value that cannot be used."""


class InvalidInput(MovieRecommenderError, ValueError):
    """What was sent cannot be used as it is."""

    http_status = 422


class NotFound(MovieRecommenderError):
    """There is no such thing here."""

    http_status = 404


class NotSignedIn(MovieRecommenderError):
    """Sign in first."""

    http_status = 401


class WrongPassword(MovieRecommenderError):
    """The name or the password is wrong."""

    http_status = 401


class NotAllowed(MovieRecommenderError):
    """Only operators of this site see this. Whoever runs it makes one with `flask make-operator NAME`."""

    http_status = 403


class RegistrationClosed(MovieRecommenderError):
    """This site takes no new people at the moment. Ask whoever runs it."""

    http_status = 403


class TooManyTries(MovieRecommenderError):
    """There were too many tries. Wait a while and try again."""

    http_status = 429

    def __init__(self, seconds: int) -> None:
        wait = f"{seconds} seconds" if seconds < 100 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"There were too many tries. Wait {wait} and try again; nothing was changed.")
        self.retry_after = seconds


class NameTaken(MovieRecommenderError):
    """Somebody already uses this name. Choose another one."""

    http_status = 409


class BadSignature(MovieRecommenderError):
    """The request is not signed by this instance, or its signature has expired."""

    http_status = 401


class BackgroundUnavailable(MovieRecommenderError):
    """The background API does not answer. Start it with `python -m background_api`."""

    http_status = 503
    answered = 0  # the status with which it refused; 0: nobody answered


class BackgroundRunning(MovieRecommenderError):
    """A background API of this instance folder is running already. Stop it first, or choose another INSTANCE_PATH."""

    http_status = 409


class JobFailed(MovieRecommenderError):
    """The background API could not do its job."""


class ImportFailed(MovieRecommenderError):
    """The file cannot be imported."""

    http_status = 422


class BackupFailed(MovieRecommenderError):
    """The backup cannot be used."""

    http_status = 422


class EncoderLoading(MovieRecommenderError):
    """The text encoder is being loaded, which takes some seconds. Ask again then."""

    http_status = 503


class EngineLoading(MovieRecommenderError):
    """The recommender is still learning from the ratings here. Ask again in some seconds."""

    http_status = 503


class PlotIndexBusy(MovieRecommenderError):
    """Another process holds the plot index. Two processes never open one Chroma folder."""

    http_status = 409


class PlotIndexDamaged(MovieRecommenderError):
    """The plot index is missing or damaged. `flask fillchroma` builds it anew."""

    http_status = 503


class DatabaseBusy(MovieRecommenderError):
    """The database is locked by another program. Nothing was changed; try again in a moment."""

    http_status = 503
    retry_after = 5


class DatabaseAway(MovieRecommenderError):
    """The database does not answer. Nothing was changed; try again when it runs."""

    http_status = 503
    retry_after = 10


class DiskFull(MovieRecommenderError):
    """The disk is full. What you just did was not saved; everything before is safe. Whoever runs this site must make room."""

    http_status = 503
    retry_after = 60


class FolderReadOnly(MovieRecommenderError):
    """The database cannot be opened or written: its folder or file is read-only or gone. Nothing was changed. `flask doctor` tells more."""

    http_status = 503
    retry_after = 60


class DatabaseDamaged(MovieRecommenderError):
    """The database is damaged or its disk fails. Nothing was changed. Whoever runs this site should run `flask doctor`."""

    http_status = 503
    retry_after = 60


class DatabaseNotReady(MovieRecommenderError):
    """The database has not been made yet, or is older than this program. Run `flask initdb`."""

    http_status = 503
