"""What is going to be removed says so, and goes on working meanwhile."""

from __future__ import annotations

import pytest

from neurohm.deprecation import deprecated, renamed_arguments
from neurohm.exceptions import InputError, NeurohmDeprecationWarning, NeurohmWarning


class Thing:
    """Has an old method."""

    @deprecated("0.2", "0.4", "new()")
    def old(self, value):
        """Return the value."""
        return value

    @renamed_arguments("0.2", "0.4", lr="rate")
    def learn(self, rate=1.0, *, epochs=1):
        """Return both."""
        return rate, epochs


def test_an_old_method_works_and_warns_where_it_is_called():
    message = "old is deprecated since 0.2 and will be removed in 0.4; use new()"
    with pytest.warns(NeurohmDeprecationWarning, match=message.replace("()", r"\(\)")) as caught:
        assert Thing().old(3) == 3
    assert caught[0].filename == __file__
    assert issubclass(NeurohmDeprecationWarning, NeurohmWarning | FutureWarning)
    assert Thing.old.__doc__ == "Return the value."


def test_an_old_name_of_an_argument_is_the_new_one():
    with pytest.warns(NeurohmDeprecationWarning, match="lr= of learn .* use rate="):
        assert Thing().learn(lr=0.5, epochs=2) == (0.5, 2)
    assert Thing().learn(rate=0.5) == (0.5, 1)
    with pytest.raises(InputError, match="both lr= and rate="):
        Thing().learn(lr=1, rate=2)
