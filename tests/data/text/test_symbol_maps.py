"""Texts of maps: found, read, written, and rules about them."""

import numpy as np
import pytest
import torch

from autoencode.data import load
from autoencode.data.inspect_source import recipe_kind_of
from autoencode.data.modality import SymbolMaps
from autoencode.data.text.symbol_maps import Connected, MapFile, find_maps, map_lines
from autoencode.errors import ArgumentError, DataError
from autoencode.tasks import generate, reconstruct, train
from support.reporters import Recorder


def rooms(n: int) -> str:
    """Rooms of 5x6 with a wall around them, two doors and one block anywhere."""
    rng = np.random.default_rng(0)
    found = list[str]()
    for _ in range(n):
        cells = np.full((5, 6), "W")
        cells[1:-1, 1:-1] = "F"
        cells[0, 2] = cells[4, 3] = "D"
        cells[rng.integers(1, 4), rng.integers(1, 5)] = "B"
        found.append("\n".join("".join(row) for row in cells))
    return "\n\n".join(found) + "\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rooms.txt"
    path.write_text(rooms(60))
    return path


def test_maps_are_blocks_of_one_size():
    assert len(find_maps(rooms(3))) == 3
    assert find_maps(rooms(1)) == []  # could be anything
    assert find_maps(rooms(2) + "\nFFFFF\nFFFFF\nFFFFF\n") == []
    assert find_maps("one line\n\nand other\n") == []
    assert find_maps("\n\n  \n") == []


def test_a_plane_for_each_symbol_and_no_map_twice(file):
    data = load(file)
    assert isinstance(data.modality, SymbolMaps)
    assert data.modality.symbols == "WFDB"  # the commonest first
    assert data.modality.description == "maps of 5x6 cells of 4 symbols"
    assert sum(data.split.sizes.values()) == len(set(find_maps(rooms(60)))) == 12
    x = torch.cat([part.inputs() for part in data.subsets.values()])
    assert x.shape == (12, 4, 5, 6)
    assert (x.sum(1) == 1).all()
    assert (x[:, 3].flatten(1).sum(1) == 1).all()
    assert any("48 maps repeat another one" in note for note in data.notes)
    assert recipe_kind_of(file) == "maps"
    assert load(file, **data.options).fingerprint == data.fingerprint


def test_a_text_of_maps_can_be_read_as_lines_and_other_symbols_are_refused(file, tmp_path):
    assert load(file, symbols="none").modality.reads_text
    with pytest.raises(DataError, match="has the symbol 'B', and the model knows WFD"):
        load(file, symbols="WFD")
    with pytest.raises(ArgumentError, match="each symbol of a map once"):
        load(file, symbols="WFF")
    lines = tmp_path / "lines.txt"
    lines.write_text("first\nsecond line\n")
    with pytest.raises(DataError, match="holds no maps: expected two or more of one size"):
        load(lines, symbols="WFD")
    many = tmp_path / "many.txt"
    many.write_text("\n\n".join("\n".join(chr(65 + i + j) * 3 for i in range(12)) for j in (0, 12, 24)))
    with pytest.raises(DataError, match="maps of 36 symbols, and 32"):
        load(many)


def test_what_is_written_is_what_was_read(file, tmp_path):
    data, written = load(file), tmp_path / "written.txt"
    x = data.train.inputs()
    with written.open("wb") as binary:
        rows = MapFile(binary, data.modality.symbols)
        rows.add(x[:4])
        rows.add(x[4:])
        rows.finish()
    assert find_maps(written.read_text()) == map_lines(x, "WFDB")
    assert set(map_lines(x, "WFDB")) < set(find_maps(rooms(60)))


def test_a_rule_says_which_cells_are_reached_from_each_other():
    rule = Connected.parse("D:FS")
    assert rule.holds(("WDWW", "WFFW", "WWSD"))
    assert not rule.holds(("WDWW", "WFWW", "WWFD"))  # only by a corner
    assert not rule.holds(("WWWW", "WFFW", "WWWW"))  # no door
    for wrong in ("D", "D:", ":F", ""):
        with pytest.raises(ArgumentError, match="--connected takes symbols to reach"):
            Connected.parse(wrong)


def test_rooms_are_learned_and_drawn_and_those_that_follow_a_rule_kept(file, tmp_path):
    recorder = Recorder()
    run = train(file, out=tmp_path / "run", steps=30, hidden=16, latent_dim=2, reporter=recorder)
    assert run.folder.record.recipe == "map-vae"
    assert run.folder.record.arguments["likelihood"] == "symbols:4"
    assert "the likelihood is that of a map: one symbol for each cell" in recorder.of("note")
    x, files = generate(run, 5, connected="D:FWB", reporter=recorder)
    maps = find_maps((run.path / "samples" / "samples.txt").read_text())
    assert len(maps) == 5
    assert all(Connected.parse("D:FWB").holds(one) for one in maps)
    assert files[-2].name == "samples.txt"
    assert any("maps drawn follow --connected D:FWB; only such are kept" in note for note in recorder.of("note"))
    torch.testing.assert_close(x.sum(1), torch.ones(5, 5, 6))
    with pytest.raises(ArgumentError, match="--connected names 'X', and the symbols of these maps are WFDB"):
        generate(run, 5, connected="D:X")
    reconstruct(run, [file], tmp_path / "again")
    assert [len(find_maps(one.read_text())) for one in (tmp_path / "again").glob("**/*.txt")] == [12]


def test_a_rule_for_maps_is_not_one_for_pictures(digits_run, tmp_path):
    with pytest.raises(ArgumentError, match="--connected is a rule for maps of symbols, and these are grey pictures"):
        generate(digits_run, 2, tmp_path, connected="D:F")


def test_rows_of_spaces_belong_to_a_map_wherever_they_are() -> None:
    one, other = ("   ", "W.W", "   "), ("WWW", "   ", "W W")
    assert find_maps("\n".join(one) + "\n\n" + "\n".join(other) + "\n") == [one, other]


def test_lines_of_spaces_may_stand_between_maps() -> None:
    one, other = ("WWW", "W.W", "WWW"), ("WWW", "W W", "WWW")
    for between in ("  ", "   ", "     "):
        assert find_maps("\n".join((*one, between, *other))) == [one, other]
