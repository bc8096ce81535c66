"""Kinds of things by name: neurohm's own, and those that other packages bring.

A package brings a learning rule, a kind of units or plasticity by an entry point of the group
``neurohm.rules``, ``neurohm.populations`` or ``neurohm.plasticity``, whose name is that of the
class and whose value is the class. It is imported when its name is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from neurohm.exceptions import InputError

T = TypeVar("T")


class Registry(Mapping[str, type[T]]):
    """Classes by name, with those that entry points bring.

    Parameters
    ----------
    base : type
        What all of them are derived from.
    attribute : str
        Of the class, that holds its name.
    own : iterable of type
        neurohm's own; an entry point cannot take the place of one.
    group : str
        Of the entry points.

    Raises
    ------
    InputError
        By a lookup, if what an entry point brings cannot be imported or is no such class.

    Examples
    --------
    >>> class Animal:
    ...     name = ""
    >>> class Cat(Animal):
    ...     name = "cat"
    >>> animals = Registry(Animal, "name", [Cat], "example.animals")
    >>> list(animals), "dog" in animals, animals["cat"].__name__
    (['cat'], False, 'Cat')
    """

    def __init__(self, base: type[T], attribute: str, own: Iterable[type[T]], group: str) -> None:
        self.base, self.attribute, self.group = base, attribute, group
        self._own = {str(getattr(kind, attribute)): kind for kind in own}

    def __getitem__(self, name: str) -> type[T]:
        if name in self._own:
            return self._own[name]
        return self._loaded(self._brought()[name])

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._brought() if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._brought()

    def _brought(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self.group)}

    def _loaded(self, entry: EntryPoint) -> type[T]:
        """Import what an entry point names, and check that it is what it should be."""
        about = f"entry point {entry.name!r} of {self.group} ({entry.value})"
        try:
            kind = entry.load()
        except Exception as error:
            raise InputError(
                f"{about}, which cannot be imported ({type(error).__name__}: {error})",
                "a package that can be",
                "mend or remove the package that brings it",
            ) from error
        if not (isinstance(kind, type) and issubclass(kind, self.base)):
            raise InputError(f"{about}, which is {kind!r}", f"a class of {self.base.__name__}")
        if getattr(kind, self.attribute, None) != entry.name:
            raise InputError(
                f"{about}, whose class is called {getattr(kind, self.attribute, None)!r}",
                f"{self.attribute} = {entry.name!r} in the class, as the entry point has it",
            )
        return kind
