"""Sound: recordings as log-spectrograms, and back.

spectrogram   a sound as a picture of time and pitch, and a sound for a picture
recordings    the samples of a file, as one channel of a rate
sounds        from files and folders to examples
wav_file      sounds as WAV
"""
