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

STOP_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset(_ENGLISH.split()),
    "fr": frozenset(_FRENCH.split()),
}
"""By language, as they are written."""

_AS_TYPED: Final = {
    language: words | {without_accents(word) for word in words} for language, words in STOP_WORDS.items()
}


def is_stop_word(word: str, language: str | None) -> bool:
    """Return whether a word is a function word of a language, also where it was typed without its accents.

    A word with accents counts only as it is written: *maïs* is no *mais*. A language without a list has
    no function words.

    Examples
    --------
    >>> [is_stop_word(word, "fr") for word in ("déjà", "deja", "mais", "maïs")]
    [True, True, True, False]
    """
    return language in _AS_TYPED and word in _AS_TYPED[language]
