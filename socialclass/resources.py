"""Where the bundled model and corpus are.

A wheel carries them inside the package; a checkout (and an editable install of one) has them beside it.
"""

from pathlib import Path

from socialclass.errors import SocialclassError

_PACKAGE = Path(__file__).parent


def find_resource(*parts: str) -> Path:
    """Return the path of a bundled file, such as ``find_resource("models", "default.joblib")``.

    Raises `SocialclassError` when the installation lacks it.

    >>> find_resource("models", "default.joblib").name
    'default.joblib'
    """
    for home in (_PACKAGE, _PACKAGE.parent):
        path = home.joinpath(*parts)
        if path.exists():
            return path
    raise SocialclassError(
        f"the bundled {'/'.join(parts)} is missing",
        place=str(_PACKAGE),
        remedy="install socialclass again, or run 'make model' in a checkout",
    )


def default_model_path() -> Path:
    """Return the path of the model that `classify` uses when it is given none."""
    return find_resource("models", "default.joblib")
