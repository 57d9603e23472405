"""The parts of benchmarks/speed.py.

    jobs, contenders                what is compared: three models, and who trains them, with which settings
    environments, worker, process   a process for each contender, in an environment with its own packages
    gate                            where a training pauses between the time slices that are measured
    rounds, tables                  the order of the time slices, and what is printed
    ours, with_pytorch, …           the contenders' own training loops

Everything except `rounds` and `ours` is imported without autoencode, which the peers' environments do not have.
"""
