"""Pages to test with, and what a browser would make of them."""

import functools
from html.parser import HTMLParser

import pytest
import torch

from autoencode.views import figures
from autoencode.views.report import Figure, ReportContent, Row
from autoencode.views.report.page import page

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Reader(HTMLParser):
    """Checks that every element is closed in order; keeps elements, and texts by the element that holds them."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def words(self, tag):
        return [text for name, text in self.texts if name == tag]


def log(*terms):
    numbers = dict.fromkeys(terms, 3.25)
    line = {"train": numbers, "validation": numbers, "learning_rate": 0.001, "best": True, "examples_per_second": 9.0}
    return [{"step": 1000 * i, "epoch": float(i), "seconds": 61.4 * i, **line} for i in range(1, 4)]


@functools.cache
def _variational(title="first", hostile=""):
    x = torch.linspace(0, 1, 20).view(20, 1, 1, 1).expand(20, 1, 28, 28)
    names = [f"{hostile}{i}" for i in range(10)]
    drawn = [
        Figure(f"Pairs{hostile}", f"Above and below{hostile}", f"alt pairs{hostile}", figures.pairs(x, x)),
        Figure(
            "Codes",
            "",
            "alt codes",
            figures.codes(
                torch.randn(500, 2, generator=torch.Generator().manual_seed(0)), torch.arange(500) % 10, names, 1.0
            ),
        ),
        Figure(
            "Plane", "", "alt plane", figures.manifold(lambda z: z[:, :1, None, None].expand(-1, 1, 8, 8), 2, side=8)
        ),
        Figure("New", "", "alt new", figures.grid(x[:16])),
    ]
    epochs = log("loss", "nll", "kl")
    return ReportContent(
        title=f"{title}{hostile}",
        lead=f"A VAE learned.{hostile}",
        notes=[f"2 files skipped{hostile}"],
        figures=drawn,
        training=[Figure("Curves", "Best epoch", "alt curves", figures.curves(epochs))],
        numbers=[Row(f"elbo{hostile}", "−234.1 ± 0.3", f"nats{hostile}", f"more is better{hostile}")],
        command=f"autoencode train x{hostile}",
        facts={f"seed{hostile}": f"0{hostile}"},
        log=epochs,
    )


@pytest.fixture
def plain_on_vectors():
    """No prior, no pictures."""
    x = torch.rand(6, 40)
    drawn = [Figure("Profiles", "Lines", "alt profiles", figures.profiles(x, x))]
    return ReportContent(title="plain", lead="A plain autoencoder learned.", figures=drawn, log=log("loss", "nll"))


@pytest.fixture
def variational():
    return _variational


@pytest.fixture(scope="session")
def text():
    """The page of a variational autoencoder."""
    return page(_variational())


@pytest.fixture
def read():
    return Reader
