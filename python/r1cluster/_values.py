# SPDX-License-Identifier: Apache-2.0
"""What values give for lists and dicts, and how other libraries see values. The extension module imports this."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeVar

if TYPE_CHECKING:
    import dataclasses
    import inspect

    from ._core import Value

Key = TypeVar("Key")
Item = TypeVar("Item")

_CHANGERS = frozenset({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
_HINT = "belongs to a value, which never changes; value.replace(field=...) makes a changed copy"


class ReadOnlyList(tuple[Item, ...]):
    """The list of a field: a tuple that equals lists, and shows as one."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        return repr(list(self))

    def __getattr__(self, name: str) -> NoReturn:
        if name in _CHANGERS:
            raise AttributeError(f"{name}: this list {_HINT}")
        raise AttributeError(f"a list of a value has no attribute {name!r}")

    def __setitem__(self, index: SupportsIndex | slice, item: object) -> NoReturn:
        raise TypeError(f"this list {_HINT}")

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnlyList, (tuple(self),)

    def _repr_html_(self) -> str | None:
        from ._html import table_of_values

        return table_of_values(self)


class ReadOnlyDict(dict[Key, Item]):
    """The dict of a field."""

    __slots__ = ()

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError(f"this dict {_HINT}")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnlyDict, (dict(self),)


class _OfClass:
    """An attribute of each class of values that is made when it is asked for first."""

    def __init__(self, make: Callable[[type[Value]], Any]) -> None:
        self._make = make
        self._made: dict[type[Value], Any] = {}

    def __get__(self, value: Value | None, of: type[Value]) -> Any:
        if not hasattr(of, "_fields"):
            raise AttributeError("Value itself has no fields")
        if of not in self._made:
            self._made[of] = self._make(of)
        return self._made[of]


def _dataclass(of: type[Value]) -> Any:
    """A dataclass with the same fields: what dataclasses.fields(), pandas and others read of a value."""
    import dataclasses

    defaults = of()

    def default_of(name: str) -> dataclasses.Field[Any]:
        return dataclasses.field(default_factory=lambda: getattr(defaults, name))

    return dataclasses.make_dataclass(
        of.__name__,
        [(name, vars(of)[name].annotation, default_of(name)) for name in of._fields],
        frozen=True,
        kw_only=True,
    )


def _signature(of: type[Value]) -> inspect.Signature:
    from inspect import Parameter, Signature

    defaults = of()
    return Signature(
        [
            Parameter(
                name, Parameter.KEYWORD_ONLY, default=getattr(defaults, name), annotation=vars(of)[name].annotation
            )
            for name in of._fields
        ]
    )


def extend(value_class: Any) -> None:
    """Gives the class Value what Python says better than C++."""
    value_class.__dataclass_fields__ = _OfClass(lambda of: _dataclass(of).__dataclass_fields__)
    value_class.__dataclass_params__ = _OfClass(lambda of: _dataclass(of).__dataclass_params__)
    value_class.__signature__ = _OfClass(_signature)


def to_rows(values: Iterable[Value]) -> list[dict[str, Any]]:
    """A row for each value, for tables: pandas.DataFrame(to_rows(plan.layouts)).

    Values within values are spread over columns such as "kv_tokens.likely", versions and enumerators become text. Lists
    and dicts stay as they are.
    """
    return [dict(_cells(value, "")) for value in values]


def _cells(value: Value, prefix: str) -> Iterator[tuple[str, Any]]:
    from ._core import Value
    from .knowledge import Release
    from .units import Version

    for name in value._fields:
        item = getattr(value, name)
        if isinstance(item, (Release, Version)):
            yield prefix + name, str(item)
        elif isinstance(item, Value):
            yield from _cells(item, f"{prefix}{name}.")
        elif isinstance(item, enum.Enum):
            yield prefix + name, item.name
        else:
            yield prefix + name, item
