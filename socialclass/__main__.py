"""``python -m socialclass``."""

import sys

from socialclass.cli import main

sys.exit(main())
