"""The build: pyproject.toml says what mapper is; here the top level goes into the wheel.

``streamlit_app.py``, ``pages/`` and ``data/boundaries/`` stand at the top of the repository, where
Streamlit and people look for them. :func:`mapper.base.top_level.top_level` finds them in either
place. An editable install builds nothing and uses them where they are.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = Path(__file__).parent
SHIPPED = (
    "streamlit_app.py",
    "pages/*/*.py",
    "data/boundaries/*",
    ".streamlit/config.toml",
    "constraints.txt",
)


class BuildWithTopLevel(build_py):
    """Copy the package, then the files of the top level into its folder ``top_level``."""

    def run(self) -> None:
        """Copy them, but not for an editable install."""
        super().run()
        if not self.editable_mode:
            for source, target in self._top_level():
                self.mkpath(str(target.parent))
                self.copy_file(str(source), str(target), preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:  # noqa: FBT001, FBT002 - setuptools calls it so
        """Return every file that the build writes."""
        copied = [] if self.editable_mode else [str(target) for _, target in self._top_level()]
        return [*super().get_outputs(include_bytecode), *copied]

    def _top_level(self) -> list[tuple[Path, Path]]:
        """Return each file with its place in what is built."""
        folder = Path(self.build_lib) / "mapper" / "top_level"
        found = [path.relative_to(TOP) for each in SHIPPED for path in sorted(TOP.glob(each))]
        return [(path, folder / path) for path in found]


setup(cmdclass={"build_py": BuildWithTopLevel})
