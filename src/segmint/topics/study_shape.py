"""What a stored topic study must look like before any part of it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from segmint.model.shapes import Anything, Each, Maybe, OneOf, Table, Text

_SENTENCE: Final = {"key": Text(r"[a-z_]{1,40}(\.[a-z0-9_]{1,60}){1,4}"), "figures": Table(Anything())}
_METHODS: Final = ("lda", "kmeans")
_BY_METHOD: Final = {name: Maybe(float) for name in _METHODS}
_MEASURE: Final = r"coherence|c_v|exclusivity|stability|nmi|ari"
_FACTS: Final = {
    "n_texts": int,
    "n_documents": int,
    "n_empty": int,
    "n_words": int,
    "n_vocabulary": int,
    "n_phrases": int,
    "median_length": float,
    "short": bool,
    "language": Maybe(str),
    "spoken": Maybe(str),
    "confidence": float,
    "declared": bool,
    "labeled": Maybe(int),
    "n_labels": Maybe(int),
}
_MEANS: Final = {
    "n_topics": int,
    "score": float,
    "coherence": _BY_METHOD,
    "stability": _BY_METHOD,
    "exclusivity": _BY_METHOD,
    "perplexity": Maybe(float),
    "n_lda": int,
}
_CHOICE: Final = {
    "n_topics": int,
    "means": Each(_MEANS),
    "wins": Each(Each(int, 2)),
    "n_samples": int,
    "asked": bool,
    "reasons": Each(_SENTENCE),
    "rivals": Each(_SENTENCE),
}
_TOPIC: Final = {
    "number": int,
    "words": Each({"word": str, "in_topic": float, "in_all": float}),
    "share": float,
    "n_documents": int,
    "coherence": float,
    "place": Each(float, 2),
    "cluster_words": Each(str),
    "cluster_size": int,
    "n_common": int,
}
_PULL: Final = {"topic": int, "share": float, "words": Each(str)}
STUDY: Final = {
    "format": int,
    "model": Text(r"[0-9a-f]{64}"),
    "source": str,
    "corpus": _FACTS,
    "choice": _CHOICE,
    "seeds": {name: Table(Each(Maybe(float)), keys=_MEASURE) for name in _METHODS},
    "better": {
        "method": Maybe(OneOf(_METHODS)),
        "measures": Each(Text(_MEASURE)),
        "reasons": Each(_SENTENCE),
    },
    "perplexity_of_words": Maybe(float),
    "topics": Each(_TOPIC),
    "agreement": {"ari": float, "nmi": float},
    "n_split": int,
    "examples": Each({"cluster": int, "pulls": Each(_PULL, 2)}),
    "crossing": Each(Each(int)),
    "sample": Each(Each(float)),
}
"""See :mod:`segmint.topics.study_file`."""


def fits_model(found: Mapping[str, Any], n_topics: int) -> bool:
    """Return whether the parts of a study fit each other and a model of so many topics."""
    choice, seeds = found["choice"], found["seeds"]
    rows = [*found["crossing"], *found["sample"]]
    places = [one["topic"] for example in found["examples"] for one in example["pulls"]]
    measures = [values.keys() for values in seeds.values()]
    return (
        len(found["topics"]) == len(found["crossing"]) == n_topics
        and choice["n_topics"] in [one["n_topics"] for one in choice["means"]]
        and choice["n_samples"] > 0
        and bool(found["sample"])
        and all(len(row) == n_topics for row in rows)
        and all(0 <= place < n_topics for place in places)
        and all(-1 <= one["cluster"] < n_topics for one in found["examples"])
        and all(topic["words"] for topic in found["topics"])
        and measures[0] == measures[1]
        and {"stability", *found["better"]["measures"]} <= measures[0]
        and all(given for values in seeds.values() for given in values.values())
    )
