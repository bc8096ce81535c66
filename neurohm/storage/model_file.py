"""The model file: a tree with a format, a version and a checksum, written whole or not at all."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurohm.__about__ import __version__
from neurohm.exceptions import FileFormatError
from neurohm.files import atomic_path, open_hdf5
from neurohm.storage.tree import Tree, checksum, read_tree, write_tree

if TYPE_CHECKING:
    import h5py

FORMAT = "neurohm-model"
VERSION = 1


def write_model(
    path: str | os.PathLike[str], kind: str, tree: Tree, *, previous: Path | None = None
) -> None:
    """Write a model file atomically.

    Parameters
    ----------
    path : path
    kind : str
        What the tree is of, such as ``"SpikeHelmholtz"``.
    tree : mapping
    previous : Path, optional
        Name, in the same folder, for the file that is there now; by default it is replaced.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only.
    WriteError
        If the disk is full; what was there is unchanged.
    """
    image = _image(kind, tree)
    with atomic_path(path, previous=previous) as temporary:
        temporary.write_bytes(image)


def _image(kind: str, tree: Tree) -> bytes:
    """Return the bytes of a model file, made in memory: HDF5 does not take full disks well."""
    import h5py

    with h5py.File("model", "w", driver="core", backing_store=False) as file:
        content = file.create_group("model")
        write_tree(content, tree)
        file.attrs["format"] = FORMAT
        file.attrs["version"] = VERSION
        file.attrs["kind"] = kind
        file.attrs["neurohm_version"] = __version__
        file.attrs["versions"] = json.dumps(library_versions())
        file.attrs["checksum"] = checksum(content)
        file.flush()
        return bytes(file.id.get_file_image())


def read_model(path: str | os.PathLike[str]) -> tuple[str, dict[str, Any]]:
    """Return the kind and the tree of a model file.

    Parameters
    ----------
    path : path

    Returns
    -------
    kind : str
    tree : dict

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is not there, not a model file, of another version, or changed since it was
        written.
    """
    with open_hdf5(path) as file:
        _require_readable(file, path)
        content = file["model"]
        if checksum(content) != _text(file.attrs["checksum"]):
            raise FileFormatError(
                f"{path} does not match its checksum", "an unchanged model file", "restore a copy"
            )
        return str(_text(file.attrs["kind"])), read_tree(content)


def _require_readable(file: h5py.File, path: str | os.PathLike[str]) -> None:
    """Raise unless a file says that it is a model file of this version."""
    if _text(file.attrs.get("format")) != FORMAT:
        what = _text(file.attrs.get("format")) or "an HDF5 file of another kind"
        raise FileFormatError(
            f"{path} is {what}", f"a {FORMAT} file", "give the file that `neurohm fit -o` wrote"
        )
    version = file.attrs.get("version")
    if version != VERSION:
        raise FileFormatError(
            f"{path} is of model version {version}",
            f"version {VERSION}, which neurohm {__version__} reads",
            "use the neurohm that wrote it "
            f"({_text(file.attrs.get('neurohm_version')) or 'unknown'}), or fit again",
        )


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that a result depends on."""
    libraries = {name: metadata.version(name) for name in ("numpy", "scipy", "numba", "h5py")}
    return {"python": platform.python_version(), **libraries}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value if isinstance(value, str) else ""
