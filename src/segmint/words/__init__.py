"""All sentences that a person reads, by key, in one place for each language.

A sentence is data (a key and its figures) until the moment it is shown, so that a study written
today can be read in another language tomorrow. The texts are in ``words/LANGUAGE/ROOM.toml``; the
first part of a key names the file.
"""

from segmint.words.sentences import Sentence, say, sentence

__all__ = ["Sentence", "say", "sentence"]
