"""Function words of English and French: they say how a sentence is built, not what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from segmint.model.letters import without_accents

_ENGLISH: Final = """
a about above after again against ago all almost along already also although always am among an and another any
anybody anyone anything are around as at away back be became because become been before behind being below
beside besides between both but by came can cannot cant come could did do does doing done dont down during each
either else enough etc even ever every everybody everyone everything few for from further get gets getting go
goes going gone got had has have having he hence her here hers herself him himself his how however i if im in
indeed instead into is isnt it its itself ive just least less let like many may maybe me might mine more most
much must my myself neither never no nobody none nor not nothing now of off often on once one only onto or other
others otherwise our ours ourselves out over own per perhaps please quite rather really same shall she should
since so some somebody someone something sometimes soon still such than that the their theirs them themselves
then there therefore these they thing things this those though through thus to together too toward towards under
until unless up upon us use used using very via was way we well went were what whatever when where whether which
while who whoever whole whom whose why will with within without would yes yet you your yours yourself yourselves
"""

_FRENCH: Final = """
a à afin ah ai aie ainsi alors après as assez au aucun aucune aujourd'hui auprès auquel aussi autant autour autre
autres aux avaient avais avait avant avec avez aviez avions avoir avons ayant aura aurai aurait auraient beaucoup
bien bon ça car ce ceci cela celle celles celui cent cependant certain certaine certaines certains ces cet cette
ceux chacun chacune chaque chez ci combien comme comment contre dans de déjà dedans dehors depuis dernier des dès
desquelles desquels dessous dessus deux devant devez devoir devons devrait dit dites doit doivent donc dont du
duquel durant elle elles en encore enfin entre envers environ es est et étaient étais était étant été êtes être eu
eux eut fait faire fais faites faut fois font furent fut hors ici il ils je jusqu jusque l la là laquelle le lequel
les lesquelles lesquels leur leurs lors lorsque lui ma maintenant mais malgré me même mêmes mes mien mienne mieux
moi moins mon ne ni non nos notre nôtre nous on ont ou où oui par parce parfois parmi pas pendant personne peu peut
peuvent peux plus plusieurs plutôt point pour pourquoi pourrait pouvez pouvoir pouvons près presque puis puisque
quand quant que quel quelle quelles quelqu quelque quelques quels qui quiconque quoi quoique rien sa sans sauf se
selon sera serai seraient serait ses seul seule seulement si sien sienne sinon soi soient sois soit sommes son sont
sous souvent suis sur surtout ta tandis tant te tel telle telles tels tes toi ton toujours tous tout toute toutes
très trop tu un une va vais vas vers veut veux voici voilà vont vos votre vôtre vous y
"""

_ENGLISH_GRAMMAR: Final = """
a an the and or but nor of so if then than too very also as is are was were be been being am do does did doing done
have has had having isnt dont cant
"""

_FRENCH_GRAMMAR: Final = """
le la les l un une des du de et ou mais donc ni car que si aussi très trop est sont être suis es êtes sommes étais
était étaient été étant soit soient sois ai as a à avons avez ont avoir avais avait avaient ayant eu aura aurait
"""


def _as_typed(words: str) -> frozenset[str]:
    """Return words as they are written, and as they are typed without their accents."""
    return frozenset(form for word in words.split() for form in (word, without_accents(word)))


STOP_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "none": frozenset(),
    "en": _as_typed(_ENGLISH),
    "fr": _as_typed(_FRENCH),
    "en-short": _as_typed(_ENGLISH_GRAMMAR),
    "fr-short": _as_typed(_FRENCH_GRAMMAR),
}
"""Lists by name. Those for short texts leave out articles, conjunctions and auxiliaries only: of a request of
five words, *to my* or *what* may be what tells it from others. A word with accents counts as it is written:
*maïs* is no *mais*, *deja* is *déjà*."""


def stop_words_of(language: str | None) -> frozenset[str]:
    """Return all function words of a language; none for one without a list.

    Examples
    --------
    >>> sorted({"deja", "maïs", "mais"} & stop_words_of("fr"))
    ['deja', 'mais']
    """
    return STOP_WORDS[language or "none"]
