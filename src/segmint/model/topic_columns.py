"""Topics among the columns of a model: how the shares that it clusters are made of a customer's text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.fold_in import mixtures
from segmint.model.schema import NUMERIC_KINDS, Feature, Kind, Role, Schema
from segmint.model.shapes import Anything, Each
from segmint.model.topic_audit import audit_topic_shapes, audit_topic_values, audit_topic_words
from segmint.model.topic_description import arrays_of_topics, describe_topics, make_topics
from segmint.model.topic_model import TopicModel
from segmint.model.word_counts import WordCounts
from segmint.types import FloatMatrix, RawColumns

TOPICS: Final = {"text": str, "names": Each(str), "model": Anything()}
"""The shape of stored topics, for :func:`segmint.model.shapes.conform`."""
_PLACE: Final = "model.topics"
_DIGITS: Final = 3
"""Of a share that is a feature: what lies behind is noise of the inference (see ``docs/topics.md``), and where all texts
of a segment say the same it would look like a difference that matters."""


def told_shares(mixtures: FloatMatrix) -> FloatMatrix:
    """Return mixtures as features have them: in thousandths, so that rows sum to about 1.

    Examples
    --------
    >>> told_shares(np.array([[0.99612, 0.00388], [0.1238, 0.8762]])).tolist()
    [[0.996, 0.004], [0.124, 0.876]]
    """
    return np.asarray(np.round(mixtures, _DIGITS))


@dataclass(frozen=True, eq=False)
class TopicColumns:
    """Topics whose shares are columns.

    Attributes
    ----------
    model
        What makes shares of texts.
    text
        The column of the texts.
    names
        The columns of the shares, in the order of the topics.
    """

    model: TopicModel
    text: str
    names: tuple[str, ...]

    def replaces(self, found: Collection[str]) -> bool:
        """Return whether the texts are there in the place of all shares."""
        return self.text in found and not any(name in found for name in self.names)

    def with_text(self, schema: Schema, role: Role = Role.CLUSTER) -> Schema:
        """Return a schema by which the texts are read in the place of the shares."""
        others = tuple(one for one in schema if one.name not in (*self.names, self.text))
        return Schema((*others, Feature(self.text, Kind.TEXT, role)))

    def shares(self, texts: Sequence[str | None]) -> FloatMatrix:
        """Return the share of each topic in each text, in thousandths, shape (n_texts, n_topics).

        Without a text (``None``, or nothing but blanks) shares are missing, NaN, as for a customer who is not among
        the texts; a text without a word of the vocabulary gets the prior (see :func:`segmint.model.fold_in.fold_in`).

        Examples
        --------
        >>> from segmint.model.lexicon import Lexicon
        >>> topics = np.array([[0.98, 0.02], [0.02, 0.98]])
        >>> words = Lexicon("en", "en", ("goal", "stock"))
        >>> model = TopicModel("news", words, topics, np.full(2, 0.1), np.ones(2), topics, 100, 0)
        >>> found = TopicColumns(model, "said", ("sport", "money")).shares(["A goal", None, "Nothing"])
        >>> found.round(2).tolist()
        [[0.9, 0.1], [nan, nan], [0.5, 0.5]]
        """
        return self._shares(texts, self.counts(texts))

    def counts(self, texts: Sequence[str | None]) -> WordCounts:
        """Return how often each word of the vocabulary stands in each text; nowhere where there is none."""
        return self.model.lexicon.count(text if isinstance(text, str) else "" for text in texts)

    def _shares(self, texts: Sequence[str | None], counts: WordCounts) -> FloatMatrix:
        found = told_shares(mixtures(counts, self.model.topic_word, self.model.alpha))
        found[[not isinstance(text, str) or not text.strip() for text in texts]] = np.nan
        return found

    def folded(self, columns: RawColumns, counts: WordCounts | None = None) -> RawColumns:
        """Return columns with shares in the place of the texts, whose words may be counted already."""
        texts = columns[self.text].tolist()
        shares = self._shares(texts, self.counts(texts) if counts is None else counts)
        others = {name: column for name, column in columns.items() if name != self.text}
        return others | {name: shares[:, topic].copy() for topic, name in enumerate(self.names)}

    def arrays(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return what is stored as arrays."""
        return arrays_of_topics(self.model)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored beside the arrays."""
        return {"text": self.text, "names": list(self.names), "model": describe_topics(self.model)}

    @classmethod
    def restore(cls, stored: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> TopicColumns:
        """Make the columns of what was stored; the parts must have been checked before."""
        return cls(make_topics(stored["model"], arrays), stored["text"], tuple(stored["names"]))


def reading_schema(schema: Schema, topics: TopicColumns | None, found: Collection[str]) -> Schema:
    """Return by which schema columns of these names are read: the model's, or the one with its text."""
    return topics.with_text(schema) if topics is not None and topics.replaces(found) else schema


def audit_topic_columns(
    described: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], place: str = _PLACE
) -> None:
    """Refuse topics that are none, or whose columns are none of the described model's.

    Parameters
    ----------
    described
        The model's description.
    shapes
        Of all arrays of the model, by name.
    place
        What errors name.

    Raises
    ------
    BundleError
        Naming the part that does not fit.
    """
    stored = described.get("topics")
    found = {name.removeprefix("topics."): s for name, s in shapes.items() if name.startswith("topics.")}
    if stored is None:
        _refuse_unless(not found, place)
        return
    audit_topic_words(stored["model"], f"{place}.model")
    n_topics = audit_topic_shapes(found, len(stored["model"]["vocabulary"]), place)
    audit_names(stored["text"], stored["names"], n_topics, place)
    features = {one["name"]: one for one in described["schema"]}
    kinds = {features[name]["kind"] for name in stored["names"] if name in features}
    _refuse_unless(features.keys() >= {*stored["names"]} and kinds <= {*NUMERIC_KINDS}, f"{place}.names")
    text = features.get(stored["text"], {"role": Role.IGNORE})
    _refuse_unless(text["role"] not in (Role.CLUSTER, Role.KEY), f"{place}.text")


def audit_names(text: str, names: Sequence[str], n_topics: int, place: str = _PLACE) -> None:
    """Refuse columns that are not one a topic, or are called like one another or like the texts.

    Raises
    ------
    BundleError
        Naming ``place``.
    """
    every = [text, *names]
    _refuse_unless(len(names) == n_topics and len(set(every)) == len(every) and all(every), f"{place}.names")


def audit_topic_column_values(arrays: Mapping[str, npt.NDArray[Any]], place: str = _PLACE) -> None:
    """Refuse arrays whose numbers are no topic model's.

    Raises
    ------
    BundleError
        Naming ``place``.
    """
    own = {name.removeprefix("topics."): a for name, a in arrays.items() if name.startswith("topics.")}
    if own:
        audit_topic_values(own, place)


def _refuse_unless(fits: bool, place: str) -> None:
    if not fits:
        raise BundleError("bundle.structure", place=place)
