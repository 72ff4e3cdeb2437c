"""Is a text in another language than English? Said only when its letters or its commonest words show it.

A script, or two of a language's own function words and hardly any English ones. What is too short to show either is
not called foreign: a wrong "not English" loses a text, a missed one is only judged by fewer known words.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from socialclass.model.text import fold_compatibility

NOT_ENGLISH = "not_english"

_NO_WORDS = re.compile(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+[a-z]{2,}/\S*|[@#]\S+|[\w.+-]+@[\w-]+\.\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# Function words and greetings that are no English words, names or common slang; without those of two letters that
# English chats abbreviate to.
_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "fr": """le les des une est sont pas vous nous dans avec cette ces mais très être avoir fait c'est j'ai n'est
            qu'il qu'on d'un d'une l'on ça où aussi chez mes tes ses votre notre leur leurs merci bonjour bonsoir salut
            beaucoup toujours jamais quand comme aujourd'hui demain pourquoi parce je suis il elle ils elles moi toi
            du au aux et qui que quoi donc alors depuis encore peu trop rien tout tous toute toutes bien était""",
        "es": """el los las una es están muy para por con pero como más también qué cuando donde desde hasta sobre
            gracias hola buenos buenas días mañana hoy siempre nunca todo todos toda todas este esta estos estas eso
            ese esa mi mis tu tus su sus nuestro nuestra yo nosotros usted ustedes porque aquí allí hay está soy eres
            somos tengo tiene tienen ser hacer quiero puede nada algo y del al lo se nos que""",
        "pt": """os uma são não está estão muito para com mas como mais também quando onde desde até sobre obrigado
            obrigada olá bom boa dia amanhã hoje sempre nunca tudo todos toda todas este esta isso essa esse meu minha
            seu sua nosso nossa eu você vocês nós porque aqui ali tem tenho ser fazer quero pode nada algo pra já
            da dos das na nos nas ao à em que foi vai""",
        "de": """der das ein eine einen einem einer und ist sind nicht ich du wir ihr sie mit auf für von zum zur bei
            auch aber oder wenn weil dass noch schon nur sehr mehr haben habe hat wird werden kann können danke bitte
            guten morgen heute immer nie alles mein meine dein deine unser unsere euch uns mich dich dir mir wie wo
            warum hier jetzt nach über dem den des im vom am wieder doch mal""",
        "it": """il gli una è sono non che con per ma come più anche quando dove della delle degli dei del nel nella
            grazie ciao buongiorno buonasera domani oggi sempre mai tutto tutti tutta tutte questo questa questi queste
            mio mia tuo tua suo sua nostro nostra io noi voi loro perché qui ho hai abbiamo hanno essere fare voglio
            può niente qualcosa molto bene alla allo ai di si""",
        "nl": """het een niet ik jij je wij zij met op voor van naar bij ook maar of als omdat dat nog wel heel meer
            hebben heb heeft wordt worden kan kunnen bedankt dank goedemorgen morgen vandaag altijd nooit alles mijn
            jouw onze ons mij waar waarom hier nu deze dit die zijn en te er ze hoe""",
        "sv": """och att det är jag inte som på för med av till har kan ska men också mycket bara när nu vi ni han hon
            den ett mig dig oss tack hej idag imorgon alltid aldrig från eller vad här där min mitt mina din vår
            alla efter utan varför""",
        "da": """og det er jeg ikke som på til med af har kan skal men også meget bare når nu vi han hun den et mig dig
            os tak hej idag morgen altid aldrig fra eller hvad her der min mit mine din vores alle efter uden hvorfor
            været hvor""",
        "pl": """i nie się jest na że z do to jak ale już tylko czy dla od po przez bardzo dzisiaj jutro zawsze nigdy
            dziękuję dzień dobry cześć ja ty my wy mój moja twój nasz co gdzie kiedy dlaczego tutaj są być mam masz
            może można wszystko""",
        "tr": """ve bir bu için ile de da çok ama gibi daha sonra kadar değil var yok ne nasıl neden teşekkürler
            merhaba günaydın bugün yarın her zaman hiç ben sen biz siz onlar benim senin bizim olan olarak en iyi şey
            şu mı mi mu""",
        "id": """yang dan di ini itu dengan untuk dari tidak ada akan saya kamu kita kami mereka sudah bisa juga karena
            tapi atau pada ke lagi aja banget terima kasih selamat pagi hari besok selalu semua apa kenapa gimana sama
            nya gak nggak udah lebih""",
        "ro": """și este sunt nu pentru cu din la pe mai foarte dar sau când unde cum mulțumesc bună ziua astăzi mâine
            întotdeauna niciodată tot toate acest această meu mea tău noi voi ei că să în care""",
        "fi": """ja on ei se että olen olet mutta myös kun niin kuin hyvin tämä mitä missä miksi kiitos hei huomenta
            tänään huomenna aina koskaan kaikki minä sinä me te he ovat oli ole nyt vain""",
        "vi": """và là của không có được cho với một các này trong người tôi bạn chúng những đã đang sẽ rất cũng như
            nhưng khi nào ở đâu cảm ơn xin chào hôm nay ngày mai""",
        "tl": """ang ng mga sa na ay ako ikaw siya kami tayo sila hindi oo para kung pero kasi din rin lang naman
            salamat po ba yung talaga ngayon bukas lahat ano bakit saan nang may wala""",
        "hu": """és az egy hogy nem van én te mi ez azt meg már csak de ha mert köszönöm szia jó reggelt ma holnap
            mindig soha minden nagyon vagy volt lesz itt ott miért""",
        "cs": """a je se na že to v s do jsem jsi není ale jak už jen pro od po přes velmi dnes zítra vždy nikdy
            děkuji dobrý den ahoj já ty my vy můj moje tvůj náš co kde kdy proč tady jsou být mám máš""",
    }.items()
}
# words of a list that are English words or usual abbreviations, too: no evidence
_SHARED = frozenset(
    """a i me my he she on to do no so as is it in at an am die war den man hat of or his was were and but en des dos
    per comes come fare made dove due sole pure mine her ha das die made mail handy ship bald gift not tag bad
    rot der den fast also wild fan van ten tot men been over hell hall old all ours dig min via fine more most son
    sin dice once red real pan plan menu date time son ton tons pour champ do tu la de s z v ne te ma mi mu ay ng may na
    on of and ja ei se on me he ole hey hei ba po ko oo or be my we be by go if ok us our pages ones dis er com bit
    as in it my on so to use used base bad mal mar par van bom ben sen her en hier here hers hat can kan must""".split()
)
_ENGLISH = frozenset(
    """the be is are was were been being am i you he she it we they me him her us them my your his its our their this
    that these those a an and or but if because so as of at by for with about to from up down in out on off over under
    again then there here when where why how all any both each few more most other some such no not only own same than
    too very can will just don't should now do does did doing have has had having what which who whom would could i'm
    it's that's you're i've don't can't didn't isn't won't let's there's what's im dont cant get got go going know like
    love good great thanks thank please new one see make today tomorrow hey hi hello yes ok lol well into after before
    never always really still back much many need want think time day people way look also join free help us
    first""".split()
)
# words of other languages that are in English names and loans, too: they speak beside foreign letters, and never alone
_WEAK = frozenset(
    "de del la el en un una y mi su al em o os um uma da do na se et le des du von und il di den i å og och".split()
)
_LATIN_BLOCKS = ("LATIN",)
_FOREIGN_LETTERS = frozenset("ßäöüñãõçğışłżźśćńąęěščřžýůőűțșăâîêôûàèìòùáéíóúåæøđơư¿¡")
# words that English borrowed with their letters
_BORROWED = frozenset(
    "café cafés résumé naïve fiancé fiancée cliché déjà vu piñata jalapeño señor señora über façade".split()
)


@lru_cache(maxsize=4096)
def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_LATIN_BLOCKS)


def is_foreign(text: str, declared: str = "") -> bool:
    """Say whether a text is in another language than English.

    declared: the language that the source names, such as ``fr``: people leave it wrong, so that it only makes one
    clear word enough where two are asked for, or one foreign letter in three words without an English one.

    >>> is_foreign("Merci à tous, c'était une très belle soirée !"), is_foreign("Спасибо, до завтра")
    (True, True)
    >>> is_foreign("Foto de familia después de un día inolvidable"), is_foreign("Château de Versailles")
    (True, False)
    >>> is_foreign("see you at the café"), is_foreign("Nini"), is_foreign("Weh?", "fr")
    (False, False, False)
    """
    if "@" in text or "/" in text or "#" in text:
        text = _NO_WORDS.sub(" ", text)
    text = fold_compatibility(text)
    if text.isascii():
        return _foreign_words(text, declared)
    letters = [letter for letter in text if letter.isalpha()]
    other = sum(not _is_latin(letter) for letter in letters)
    if other >= 2 and other * 2 > len(letters):
        return True
    return _foreign_words(text, declared)


def _foreign_words(text: str, declared: str) -> bool:
    text = text.lower()
    other = declared[:2].lower() not in ("en", "")
    words: list[str] = _WORD.findall(text)
    if not words or (not other and _LANGUAGES.keys().isdisjoint(words) and _FOREIGN_LETTERS.isdisjoint(text)):
        return False  # as most English texts are
    marked = {word for word in words if not word.isascii() and word not in _BORROWED and _FOREIGN_LETTERS & set(word)}
    english = sum(word in _ENGLISH for word in words)
    weak = sum(word in _WEAK for word in words)
    if other and not english and len(words) >= 3 and (marked or weak):
        return True
    if marked and weak and not english and len(marked) + weak >= 3 and (len(marked) + weak) * 7 >= len(words):
        return True
    found = [word for word in words if word in _LANGUAGES]
    if not found:
        return False
    seen = Counter(language for word in set(found) for language in _LANGUAGES[word])
    language, known = seen.most_common(1)[0]
    best = sum(language in _LANGUAGES[word] for word in found)
    evidence = known + min(len(marked), 2)
    asked = 1 if other and not english else 2
    if known < 1 or evidence < asked:
        return False
    return best + len(marked) > 2 * english and (best + len(marked)) * 7 >= len(words)


def function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that speak for other languages, and those that speak for English.

    >>> foreign, english = function_words()
    >>> "merci" in foreign, "thanks" in english
    (True, True)
    """
    return frozenset(_LANGUAGES) | _WEAK, _ENGLISH


_LANGUAGES: dict[str, list[str]] = {}  # of each word, those that it belongs to
for _language, _words in _WORDS.items():
    for _word in _words - _SHARED - _ENGLISH:
        _LANGUAGES.setdefault(_word, []).append(_language)
