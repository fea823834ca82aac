"""The self-checks of the exercises. By subject: a module, and beside it a table of slips."""
