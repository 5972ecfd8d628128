"""What the letters of statistics mean, as the hover of a column: the words of the glossary."""

from collections.abc import Mapping
from types import MappingProxyType

from mapper.methods.load import glossary

HINTS: Mapping[str, str] = MappingProxyType({name: glossary()[name] for name in ("p", "q", "z")})
