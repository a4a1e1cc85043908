"""The component that python.sh makes: it shouts, and tells so."""

import wit_world


class WitWorld(wit_world.WitWorld):
    """What the world "app" exports."""

    def transform(self, text: str) -> str:
        """The text in upper case."""
        wit_world.audit(text)
        return text.upper()
