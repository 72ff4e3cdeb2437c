"""Where the bundled model and corpus are.

A wheel carries them inside the package; a checkout (and an editable install of one) has them beside it.
"""

import os
from typing import TYPE_CHECKING

from socialclass.errors import SocialclassError

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def find_resource(*parts: str) -> "Path":
    """Return the path of a bundled file, such as ``find_resource("models", "default.joblib")``.

    Raises `SocialclassError` when the installation lacks it.

    >>> find_resource("models", "default.joblib").name
    'default.joblib'
    """
    from pathlib import Path

    return Path(_find(*parts))


def default_model_path() -> str:
    """Return the path of the model that `classify` uses when it is given none."""
    return _find("models", "default.joblib")


def _find(*parts: str) -> str:  # without pathlib, whose import is slow beside all else that `classify` does at start
    for home in (_PACKAGE, os.path.dirname(_PACKAGE)):
        path = os.path.join(home, *parts)
        if os.path.exists(path):
            return path
    raise SocialclassError(
        f"the bundled {'/'.join(parts)} is missing",
        place=_PACKAGE,
        remedy="install socialclass again, or run 'make model' in a checkout",
    )
