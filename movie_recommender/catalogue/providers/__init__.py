"""Where facts about films come from. A new provider is one file with a class like these, and one line in `services.enriching`."""

from .answers import Answer, Failed, ProviderStopped, Wanted

__all__ = ["Answer", "Failed", "ProviderStopped", "Wanted"]
