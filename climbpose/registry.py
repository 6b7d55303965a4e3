"""Names to factories, one registry for each family; a family's files are found on first use."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Generic, TypeVar

from climbpose.errors import UsageError

T = TypeVar("T")
Factory = TypeVar("Factory", bound=Callable[..., object])


class Registry(Generic[T]):
    """The members of one family, each registered by the file that defines it.

    Args:
        family: What a member is called in messages, such as ``"smoother"``.
        package: Dotted name of the package whose files are the family.
    """

    def __init__(self, family: str, package: str) -> None:
        self.family = family
        self._package = package
        self._factories: dict[str, Callable[..., T]] = {}
        self._is_loaded = False

    def register(self, name: str) -> Callable[[Factory], Factory]:
        """Enters the decorated factory under ``name``.

        Raises:
            ValueError: The name is taken.
        """

        def enter(factory: Factory) -> Factory:
            if name in self._factories:
                raise ValueError(f"{self.family} {name!r} is registered twice")
            self._factories[name] = factory  # type: ignore[assignment]
            return factory

        return enter

    def names(self) -> list[str]:
        """All names, sorted."""
        self._load()
        return sorted(self._factories)

    def factory(self, name: str) -> Callable[..., T]:
        """The factory of ``name``.

        Raises:
            UsageError: No member has this name; the message lists those there are.
        """
        self._load()
        if name not in self._factories:
            known = ", ".join(self.names())
            raise UsageError(f"no {self.family} is named {name!r}; choose one of: {known}")
        return self._factories[name]

    def _load(self) -> None:
        if self._is_loaded:
            return
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__, f"{self._package}."):
            # Packages hold what members need, perhaps what takes long to load.
            if not module.ispkg:
                importlib.import_module(module.name)
        self._is_loaded = True
