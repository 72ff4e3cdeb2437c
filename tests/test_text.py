from hypothesis import given
from hypothesis import strategies as st

from socialclass.model.text import PLATFORM_NAMES, AnalyzerSettings, analyze, normalize, tokenize

WORDS = AnalyzerSettings(ngrams=1, prefix=0, entities=0)


def test_compatibility_forms_and_invisible_characters_are_folded() -> None:
    """Full-width letters and zero-width characters give the terms of plain text."""
    assert tokenize("ｆｒｅｅ s\u200bh\u2060o\ufeffes") == ["free", "shoes"]


def test_typographic_apostrophes_are_plain_ones() -> None:
    """A post typed on a phone has the words of one typed on a keyboard."""
    assert tokenize("don’t") == tokenize("don't") == ["don't"]


def test_hashtags_are_opened_into_words() -> None:
    """A hashtag gives the words it is made of, where its capitals show them."""
    assert tokenize("#SmallBusinessSaturday") == ["small", "business", "saturday"]
    assert tokenize("#NHSHeroes #tbt") == ["nhs", "heroes", "tbt"]


def test_urls_mentions_and_mail_addresses_are_no_terms() -> None:
    """Removing a URL or a mention changes no word term."""
    plain = analyze("see you", WORDS)
    for added in ("@ana", "@li_29", "https://t.co/Xy", "www.a.example/b", "bit.ly/3x", "a.b@c.de"):
        assert analyze(f"see {added} you", WORDS) == plain, added


def test_entities_are_tokens_where_they_are_asked_for() -> None:
    """A link is `<url>` and its host, a mention or a mail address `@`, and a hashtag keeps its mark; `www.` is none."""
    for link in ("https://t.co/Xy", "HTTP://www.T.co", "www.t.co?x", "t.co/"):
        assert tokenize(f"see {link} you", entities=1) == ["see", "<url>", "t.co", "you"], link
    for link in ("http://é", "http://-x.y", "www./"):
        assert tokenize(link, entities=1) == ["<url>"]
    assert tokenize("@ana a.b@c.de #NoTag # x.y", entities=1) == ["@", "@", "#", "no", "tag", "#", "x", ".", "y"]
    found = analyze("@ana #tbt www.shop.example/x", AnalyzerSettings(2, 4, entities=1))
    assert found[:6] == ["@", "#", "tbt", "<url>", "shop.example", "shop*"]
    assert found[6:] == ["<start> @", "@ #", "# tbt", "tbt <url>", "<url> shop.example"]


def test_handles_tell_whom_a_text_speaks_to() -> None:
    """Long parts of a handle are terms of their own kind; a mention alone is none, and a mail address is no handle."""
    assert analyze("@RailCare", WORDS) == ["@rail", "@care"]
    assert analyze("＠railcare ", WORDS) == ["@railcare", "@*care"]
    assert analyze("@ana @x9 jo@railcare.example", WORDS) == []


def test_digits_are_placeholders() -> None:
    """Numbers of equal length are one term."""
    assert tokenize("from 12 to 99 3rd") == ["from", "00", "to", "00", "0rd"]


def test_function_words_stay() -> None:
    """No stop word list: pronouns tell the classes apart."""
    assert tokenize("we will call you") == ["we", "will", "call", "you"]


def test_platform_names_are_one_token_and_no_term_alone() -> None:
    """The same words said of any platform give the same terms."""
    seen = {tuple(analyze(f"connecting with friends on {name}")) for name in PLATFORM_NAMES}
    assert len(seen) == 1
    assert analyze("Facebook") == analyze("Facebook Slack") == []


def test_punctuation_is_no_term_alone() -> None:
    """Exclaiming is a habit: marks count beside a word only, but for those of code and money."""
    assert analyze("!!! ??? 🎉 ...") == []
    assert analyze("wow!", AnalyzerSettings(2, 0)) == ["wow", "<start> wow", "wow !"]
    assert "`" in analyze("try `ls`", WORDS)


def test_settings_choose_the_terms() -> None:
    """Each kind of term can be left out."""
    assert analyze("ordered boots", WORDS) == ["ordered", "boots"]
    assert analyze("ordered boots", AnalyzerSettings(1, 5)) == ["ordered", "boots", "order*"]
    assert analyze("ordered boots", AnalyzerSettings(2, 0)) == ["ordered", "boots", "<start> ordered", "ordered boots"]


@given(st.text())
def test_any_text_has_terms_without_breaks(text: str) -> None:
    """No term holds a line break, so a vocabulary can be stored a term a line; normalising keeps case folded."""
    for term in analyze(text):
        assert "\n" not in term
        assert term
    assert not any(character in normalize(text) for character in "123456789ABC")


@given(st.text(), st.text())
def test_tokens_of_a_line_break_do_not_join(left: str, right: str) -> None:
    """A break divides tokens as a space does."""
    assert tokenize(f"{left}\n{right}") == tokenize(f"{left} {right}")
