"""What touches the process: threads, memory, random generators, devices, interrupts."""
