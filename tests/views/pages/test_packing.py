import base64
import json

import numpy as np
import pytest
import torch

from autoencode.views.pages import data_block, packed, to_json


def test_numbers_come_back():
    floats = torch.tensor([[1.5, -2.0], [0.25, 0.0]], dtype=torch.float64)
    assert np.frombuffer(base64.b64decode(packed(floats.T, "<f4")), "<f4").tolist() == [1.5, 0.25, -2.0, 0.0]
    assert base64.b64decode(packed(torch.tensor([1, 65535, 258]), "<u2")) == b"\x01\x00\xff\xff\x02\x01"


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"scale": float("nan")})


def test_no_text_ends_a_block():
    nasty = "</script><!--é $x"
    block = data_block("data", to_json({"name": nasty}))
    assert block.count("<") == 2
    assert block.startswith('<script type="application/json" id="data">')
    assert json.loads(block[block.index("{") : block.rindex("}") + 1]) == {"name": nasty}
