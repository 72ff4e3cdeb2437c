"""What every built wheel must do where it is installed: score by the compiled core, and label a line offline.

Run as a script, outside the checkout, by the Python that has the wheel; `[tool.cibuildwheel]` does so on each platform.
"""

import subprocess
import sys
import tempfile

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:  # so that `socialclass` is the installed one
        for arguments, expected in ((["--version"], "(scoring: C)"), (["classify"], "social networking\t")):
            command = [sys.executable, "-I", "-m", "socialclass", *arguments]
            done = subprocess.run(command, input="call mum tonight\n", capture_output=True, text=True, cwd=folder)
            assert done.returncode == 0, done.stderr
            assert expected in done.stdout, done.stdout
    sys.stdout.write("the wheel scores by its core and labels a line\n")
