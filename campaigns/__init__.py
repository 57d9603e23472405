"""Seeded, counted attempts to break autoencode: mutated files, kills, full disks, hostile folders. See README.md."""
