"""Words that say nothing by themselves, by language: as shoppers type them, folded as all words are."""

_LISTS = {
    "danish": "af at de den der det du efter eller en er et for fra har i ikke med min og om pa ret sig som til ud var"
    " ved vi",
    "dutch": "aan als bij dat de deze die dit door een en er het ik in is je met mijn naar niet of om onder ook op over"
    " te tot uit van voor was we wij ze zijn zonder",
    "english": "a an and are as at be but by for from has have if in into is it its of on or s t that the their then"
    " there these they this to was will with you your",
    "finnish": "ei en etta he ja joka jos kanssa kuin mika mina mutta myos ne ole olen on ovat se seka sina tai tama te"
    " vai",
    "french": "a au aux avec c ce ces d dans de des du elle en est et eux il ils j je l la le les leur leurs lui ma"
    " mais me mes mon n ne nos notre nous on ou par pas pour qu que qui s sa sans se ses son sur ta tes ton tu un une"
    " vos votre vous y",
    "german": "als am an auf aus bei das dass dem den der des die du ein eine einem einen einer eines er es fur hat ich"
    " im in ist mein meine mit nach nicht oder ohne sie sind so um und vom von war was wie wir wird zu zum zur",
    "hungarian": "a az de egy el es ez ha hogy is meg mert nem vagy van volt",
    "italian": "a ad ai al alla alle anche che chi ci come con d da dal dalla dei del della delle di e ed era gli i il"
    " in io l la le lo ma mi ne nei nel nella non o per piu se si sono su sul sulla tra tu un una uno",
    "norwegian": "av at de den der det du eller en er et for fra har i ikke jeg med min og om pa seg som til ut var ved"
    " vi",
    "portuguese": "a ao aos as com como da das de do dos e ela ele em entre essa esse esta este eu foi mais mas na nas"
    " no nos o os ou para pela pelo por que se sem seu sua um uma",
    "romanian": "a ai al ale am ar au ca care ce cu cum de din e este fara in intr la mai nu o pe pentru prin sa sau"
    " se si sunt un una unui",
    "spanish": "a al con como de del el ella en entre es esta este la las le lo los mas me mi muy no o para pero por"
    " que se sin sobre son su sus un una uno y",
    "swedish": "att av da de den det du eller en ett fran for har i inte jag med men min och om pa sig som till ut var"
    " vi",
    "turkish": "bir bu da de gibi icin ile ise ki mi mu ne o olan olarak su ve veya ya",
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
