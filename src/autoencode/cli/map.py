"""`autoencode map`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autoencode.cli.console import out, print_result
from autoencode.cli.run_options import DeviceOption, LastOption, RunArgument, TrustOption


def _methods(incomplete: str) -> list[str]:
    from autoencode.views.map import projections

    return [name for name in projections if name.startswith(incomplete)]


def map_(
    run: RunArgument,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A page (.html) or a still picture (.png).", show_default="RUN/map.html"),
    ] = None,
    split: Annotated[
        Literal["test", "validation", "train", "all"], typer.Option(help="Which split of the data.")
    ] = "test",
    method: Annotated[
        str, typer.Option(help="For more than two numbers: pca, tsne or umap.", autocompletion=_methods)
    ] = "pca",
    limit: Annotated[
        int | None,
        typer.Option(help="At most so many examples.", show_default="60,000; 10,000 for tsne and umap"),
    ] = None,
    decoded: Annotated[
        bool, typer.Option("--decoded", help="Show what the model makes of each code, not the example.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of tsne and umap.")] = 0,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Every code in a plane: zoom, see a picture's thumbnail under the mouse, colours by label. One file, no network.

    \b
    autoencode map runs/fashion-mnist-fashion-vae -o map.html
    autoencode map runs/photos-conv-vae --method tsne --split all --limit 5000
    autoencode map runs/fashion-mnist-fashion-vae --decoded -o map.png
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with out.status("placing codes"):
        found, path, facts = tasks.write_map(
            opened, out_file, split, method=method, limit=limit, decoded=decoded, seed=seed
        )
    total = sum(len(opened.data.subsets[name]) for name in found.part_names)
    of = "" if total == len(found.positions) else f" of {total:,}"
    told = f"{len(found.positions):,}{of} codes"
    if facts is not None and facts.thumbnails:
        told += f", {facts.thumbnails:,} thumbnails of {facts.size[0]}x{facts.size[1]}"
    size = f", {facts.bytes / 1e6:.1f} MB" if facts is not None else ""
    print_result(told + size, path)
