from autoencode.tasks import report, train


def test_a_denoising_autoencoder_is_shown_at_its_task(tmp_path, plain_run):
    run = train("digits", "denoising-ae", out=tmp_path / "run", epochs=1, network="dense", command="test")
    assert "Spoiled examples and their repair" in report(run).read_text()
    assert (run.folder.figures / "repairs.png").is_file()
    assert "Spoiled" not in report(plain_run).read_text()
