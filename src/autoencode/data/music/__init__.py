"""Music: files of MIDI and ABC as sequences of chords or of a tune's notes, and back.

score        the notes, voices and bars of a file
grid         times as steps of a quarter, an eighth or a sixteenth note
notes        what a token of a tune is
pieces       from files and folders to examples
chord_file   chords that lie in a .json file
rolls        examples as notes with a beginning and an end, and as piano rolls
midi_file    examples as MIDI
sound        notes as sound, by sine waves
fluidsynth   notes as sound, by a program that may be installed
synthesizer  which of the two makes the sound of a command
"""
