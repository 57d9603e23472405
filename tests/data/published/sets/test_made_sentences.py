from autoencode.data import TextLines, load


def test_sentences_are_the_same_each_time_and_no_two_alike():
    one, other = load("made-sentences"), load("made-sentences")
    assert one.fingerprint == other.fingerprint
    assert one.split.sizes == {"train": 5000, "validation": 500, "test": 500}
    assert isinstance(one.modality, TextLines)
    assert one.data_shape == (15,)
    lines = [line for part in one.subsets.values() for line in one.vocabulary.decode(part.x)]
    assert len(set(lines)) == 6000
    assert len(one.vocabulary.entries) < 90


def test_classes_are_what_the_sentences_say():
    data = load("made-sentences")
    lines = data.vocabulary.decode(data.test.x)
    for line, label in zip(lines, data.test.labels.tolist(), strict=True):
        kind = data.classes[label]
        assert line.endswith("?") == (kind == "question")
        assert (" not " in line) == (kind == "denial")
