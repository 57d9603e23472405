"""The parts of benchmarks/speed.py.

    jobs, contenders                what is compared: three models, and who trains them, with which settings
    environments, worker, process   a process for each contender, in an environment with its own packages
    gate                            where a training is stopped between the slices of time that are measured
    rounds, tables                  who computes when, and what is printed
    ours, with_pytorch, …           the contenders' own training loops

Everything but `rounds` and `ours` is imported without autoencode, as the peers' environments do not have it.
"""
