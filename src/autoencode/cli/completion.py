"""What the shell offers after a Tab."""


def data_names(incomplete: str) -> list[str]:
    """DatasetEntry data sets; folders and files are the shell's own."""
    from autoencode.data import datasets

    return [name for name in datasets if name.startswith(incomplete)]


def recipe_names(incomplete: str) -> list[str]:
    """Recipes."""
    from autoencode.recipes import recipes

    return [name for name in recipes if name.startswith(incomplete)]


def corruption_names(incomplete: str) -> list[str]:
    """Kinds of corruption; amounts are a person's own."""
    from autoencode.corruptions import corruptions

    return [name for name in corruptions if name.startswith(incomplete)]


def run_names(incomplete: str) -> list[str]:
    """Run folders under `runs/`."""
    from autoencode.runs.listing import list_runs

    return [str(line.path) for line in list_runs() if str(line.path).startswith(incomplete)]
