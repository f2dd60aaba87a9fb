"""What completes a source: columns of a table beside it, and shares of topics that are made of its texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from segmint.data.beside import NOWHERE, Beside
from segmint.data.columns import raw_column
from segmint.data.dataset import Dataset
from segmint.data.fingerprint import fingerprint
from segmint.data.options import ReadOptions
from segmint.errors import SchemaError
from segmint.model.schema import Feature, Role, Schema
from segmint.model.topic_columns import TopicColumns
from segmint.types import IntVector, RawColumns, TextVector
from segmint.words import Sentence, sentence


class Completing:
    """Completes the rows of one source piece by piece, and counts who was found in the table beside it.

    Parameters
    ----------
    options
        What completes them.
    schema
        Of the completed rows; ``None`` where it is found out.
    columns
        The names in the source.
    where
        The source's name, for errors.

    Raises
    ------
    SchemaError
        If a column stands in the source and in the table beside it.
    """

    def __init__(
        self, options: ReadOptions, schema: Schema | None, columns: Sequence[str], *, where: str
    ) -> None:
        self._beside, self._where, self._columns, self._schema = options.beside, where, columns, schema
        own_key = None if schema is None or schema.key is None else schema.key.name
        self._key = options.key or own_key
        beside = () if self._beside is None else self._beside.names
        if self._beside is not None and (twice := [name for name in beside if name in columns]):
            raise SchemaError("data.beside_twice", where=where, beside=self._beside.source, columns=twice)
        self._topics = _folding(options.topics, schema, (*columns, *beside))
        self._met = np.zeros(0 if self._beside is None else len(self._beside.keys), dtype=np.bool_)
        self._n = self._n_without = 0

    @property
    def idle(self) -> bool:
        """Whether there is nothing to complete."""
        return self._beside is None and self._topics is None

    def own(self, schema: Schema, *, text: Role = Role.CLUSTER) -> Schema:
        """Return by which schema the source itself is read: without what completes it, with its texts."""
        if self._beside is not None:
            schema = Schema(tuple(one for one in schema if one.name not in self._beside.names))
        return schema if self._topics is None else self._topics.with_text(schema, text)

    def said(self, options: ReadOptions) -> ReadOptions:
        """Return what is said of the source's own columns, without those that only the table beside it has."""
        elsewhere = {*(() if self._beside is None else self._beside.every)} - {*self._columns}

        def own(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(name for name in names if name not in elsewhere)

        features = None if options.features is None else own(options.features)
        return replace(
            options, features=features, exclude=own(options.exclude), describe=own(options.describe)
        )

    def refuse_keyless(self, key: str | None) -> None:
        """Refuse a source without a key, by which the rows of the other table are found.

        Raises
        ------
        SchemaError
            If there is another table, and no key.
        """
        if self._beside is None or key is not None:
            return
        code = (
            "beside_no_key" if self._schema is None else "beside_other_key" if self._key else "beside_never"
        )
        raise SchemaError(f"data.{code}", where=self._where, beside=self._beside.source, key=self._key)

    def __call__(self, columns: RawColumns, keys: TextVector) -> RawColumns:
        """Return the columns of some rows with those that complete them, without the texts."""
        found = columns if self._topics is None else self._topics.folded(columns)
        if self._beside is None:
            return found
        return {**found, **self._beside.at(self._places(self._beside, keys))}

    def _places(self, beside: Beside, keys: TextVector) -> IntVector:
        places = beside.places(keys.tolist())
        self._met[places[places != NOWHERE]] = True
        self._n += len(places)
        self._n_without += int((places == NOWHERE).sum())
        return places

    def notices(self) -> tuple[Sentence, ...]:
        """Say how many customers have no row in the other table, and how many of its rows no customer.

        Raises
        ------
        SchemaError
            If no customer has one: the keys are not of the same kind.
        """
        if self._beside is None:
            return ()
        if self._n and self._n == self._n_without:
            code = "beside_nobody" if self._schema is None or self._key is None else "beside_strangers"
            raise SchemaError(f"data.{code}", where=self._where, beside=self._beside.source, key=self._key)
        n_strangers = int((~self._met).sum())
        counted = (("without", self._n_without, self._n), ("strangers", n_strangers, len(self._met)))
        told = (
            sentence(f"data.notice.beside_{what}", n=n, total=total, beside=self._beside.source)
            for what, n, total in counted
            if n
        )
        return (*self._beside.notices, *told)

    def whole(self, dataset: Dataset, stored: Schema | None) -> Dataset:
        """Return a dataset of the source's own rows with the columns that complete it.

        Parameters
        ----------
        dataset
            Read by the schema of :meth:`own`.
        stored
            The schema of the completed rows, in whose order its columns come; ``None`` where there was none.
        """
        self.refuse_keyless(None if dataset.schema.key is None else dataset.schema.key.name)
        own = {name: dataset.table.column(name) for name in dataset.schema.names}
        text = () if self._topics is None else (self._topics.text,)
        made = self({name: raw_column(own[name]) for name in text}, dataset.keys)
        every = own | {name: pa.array(column, from_pandas=True) for name, column in made.items()}
        found = (one for one in dataset.schema if one.name not in text)
        schema = _ordered((*found, *self._features()), stored, tuple(every))
        table = pa.table({name: every[name] for name in schema.names})
        notices = (*dataset.notices, *self.notices())
        return replace(
            dataset, table=table, schema=schema, fingerprint=fingerprint(table, schema), notices=notices
        )

    def _features(self) -> tuple[Feature, ...]:
        return () if self._beside is None else self._beside.features


def completed(dataset: Dataset, topics: TopicColumns, stored: Schema) -> Dataset:
    """Return a dataset with shares in the place of its texts where it has these, and with the topics kept.

    Parameters
    ----------
    dataset
        Read before; topics that it has stay.
    topics
        What makes shares.
    stored
        The schema of the completed rows.
    """
    if dataset.topics is not None:
        return dataset
    completing = Completing(ReadOptions(topics=topics), stored, dataset.schema.names, where=dataset.source)
    whole = dataset if completing.idle else completing.whole(dataset, stored)
    return with_topics_kept(whole, topics)


def with_topics_kept(dataset: Dataset, topics: TopicColumns | None) -> Dataset:
    """Keep topics with a dataset where all of their shares are numbers in it, and some make clusters."""
    numbers = {feature.name for feature in dataset.schema if feature.numeric}
    clustering = {feature.name for feature in dataset.schema.clustering}
    if topics is None or not numbers >= {*topics.names} or clustering.isdisjoint(topics.names):
        return dataset
    key = dataset.schema.key
    if topics.text in clustering | {None if key is None else key.name}:
        raise SchemaError("data.text_clusters", where=dataset.source, column=topics.text)
    told = sentence("data.notice.topics", n=len(topics.names), name=topics.model.name, column=topics.text)
    return replace(dataset, topics=topics, notices=(*dataset.notices, told))


def _folding(topics: TopicColumns | None, schema: Schema | None, found: Sequence[str]) -> TopicColumns | None:
    """Return the topics where shares that a schema has are made of texts, and nothing else gives them."""
    wanted = topics is not None and schema is not None and {*topics.names} <= {*schema.names}
    return topics if topics is not None and wanted and topics.replaces(found) else None


def _ordered(found: Sequence[Feature], stored: Schema | None, columns: Sequence[str]) -> Schema:
    """Return the features of columns in the order in which they are stored, then the others."""
    known = {feature.name: feature for feature in found}
    first = [known.pop(one.name, one) for one in stored or () if one.name in columns]
    return Schema((*first, *known.values()))
