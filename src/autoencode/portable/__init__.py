"""A network as data: a list of steps and a block of weights, which a page runs in any browser without PyTorch."""

from autoencode.portable.operations import supported_operations
from autoencode.portable.program import Program, Step, Weights
from autoencode.portable.sequence import SequenceProgram, trace_sequence
from autoencode.portable.tracing import trace

__all__ = ["Program", "SequenceProgram", "Step", "Weights", "supported_operations", "trace", "trace_sequence"]
