"""What holds for all tests, before NumPy is imported; and what is said at the end, in words."""

import os

# The matrices here are small: a second thread for them costs more than it does, most of all
# beside another process with tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_terminal_summary(terminalreporter):
    """Say in words what has passed, or what to do about what has not."""
    counts = {name: len(reports) for name, reports in terminalreporter.stats.items()}
    bad = counts.get("failed", 0) + counts.get("error", 0)
    if bad:
        say = [
            f"{bad} of the course's tests did not pass. Each is named above, in a line that begins",
            "with FAILED or ERROR, and what it found stands further up. To run one file alone:",
            "python3 course.py test tests/model/test_em.py",
        ]
    elif counts.get("passed"):
        say = [
            f"All is well: {counts['passed']} tests passed. Where notebooks were among them, each",
            "of their cells has run and printed what is stored.",
        ]
    else:
        return
    terminalreporter.section("In words")
    terminalreporter.write_line("\n".join(say))
