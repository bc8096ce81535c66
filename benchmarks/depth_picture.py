"""Tables and pictures of `depth.py`."""


def draw(*a):
    raise SystemExit


def table(*a):
    raise SystemExit
