/* A text to its tokens: `text.analyze` on UTF-8 bytes. Normalise, tokenise, and read the parts of handles. */

#ifndef SOCIALCLASS_ANALYSIS_H
#define SOCIALCLASS_ANALYSIS_H

#include "building.h"

/* ---------------------------------------------------------------- normalise */

/* Ask Python what a character becomes; the answer is kept for the life of the process. */
static int learn(Core *core, Worker *worker, Py_UCS4 c) {
    int failed = -1, kind;
    const char *bytes;
    Py_ssize_t length;
    lock(worker);
    PyObject *answer = PyObject_CallFunction(core->meaning_of, "i", (int)c);
    if (answer != NULL && PyArg_ParseTuple(answer, "iy#", &kind, &bytes, &length)) {
        uint64_t packed;
        uint8_t word[8] = {(uint8_t)(length > 6 ? COMPLEX : kind), (uint8_t)(length > 6 ? 0 : length)};
        memcpy(word + 2, bytes, length > 6 ? 0 : (size_t)length);
        memcpy(&packed, word, 8);
        meanings[c] = packed;
        failed = 0;
    }
    Py_XDECREF(answer);
    unlock(worker);
    return failed;
}

/* Write `s` to worker->scratch with each wide character replaced by its meaning. Return the length, -1 for an error,
   or -2 when only Python can say. By Unicode's quick check (UAX 15) a text without characters that could combine with
   the one before, and without two marks in a row, is the sum of its characters' own normal forms. */
static Py_ssize_t replace_wide(Core *core, Worker *worker, const uint8_t *s, size_t length) {
    size_t used = 0;
    int after_mark = 0;
    if (GROW(worker->scratch, worker->scratch_size, 3 * length + PADDING) < 0) /* 6 bytes for 2, at most */
        return no_memory(worker);
    for (size_t i = 0; i < length;) {
        if (s[i] < 0x80) {
            worker->scratch[used++] = s[i++];
            after_mark = 0;
            continue;
        }
        size_t size;
        Py_UCS4 c = decode_wide(s + i, &size);
        if (meanings[c] == UNKNOWN && learn(core, worker, c) < 0)
            return -1;
        uint8_t word[8];
        memcpy(word, &meanings[c], 8);
        if (word[0] == COMPLEX || (word[0] == COMBINING && after_mark))
            return -2;
        after_mark = word[0] == COMBINING;
        memcpy(worker->scratch + used, word + 2, 6);
        used += word[1];
        i += size;
    }
    return (Py_ssize_t)used;
}

/* Return the size of the word character (\w) at `s`, or 0. */
static inline size_t word_character(const uint8_t *s, const uint8_t *end) {
    if (s >= end)
        return 0;
    if (*s < 0x80)
        return byte_class[*s] == WORD || *s == '_';
    size_t size;
    return shape_of(decode_wide(s, &size)) == IS_WORD ? size : 0;
}

static inline int is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }
static inline int is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
static inline int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* Copy `s` to worker->opened with hashtags opened by camel case: `text._HASHTAG` and `text._CAMEL_CASE`; `#` stays
   where it is an entity. */
static Py_ssize_t open_hashtags(const Core *core, Worker *worker, const uint8_t *s, size_t length) {
    const uint8_t *end = s + length, *tag = NULL; /* where the hashtag began that `s` stands in */
    if (GROW(worker->opened, worker->opened_size, 2 * length + PADDING) < 0)
        return no_memory(worker);
    uint8_t *out = worker->opened;
    while (s < end) {
        size_t size = tag != NULL ? word_character(s, end) : 0;
        if (size == 0) {
            int opens = *s == '#' && word_character(s + 1, end) != 0;
            if (!opens || core->entities)
                *out++ = *s;
            s++;
            tag = opens ? s : NULL;
            continue;
        }
        if (s > tag && is_upper(*s)) {
            int starts = is_lower(s[-1]) || is_digit(s[-1]);
            if (starts || (is_upper(s[-1]) && s + 1 < end && is_lower(s[1])))
                *out++ = ' ';
        }
        for (; size > 0; size--)
            *out++ = *s++;
    }
    return out - worker->opened;
}

/* What stands in a line, as far as later passes care. */
typedef struct {
    int wide, hash, at, slash;
} Signs;

/* Copy with ASCII letters lowered and digits 0. */
static Signs fold(uint8_t *restrict out, const uint8_t *restrict s, size_t length) {
    uint8_t wide = 0, hash = 0, at = 0, slash = 0;
    size_t i = 0;
#if defined(__SSE2__)
    __m128i all = _mm_setzero_si128(), hashes = all, ats = all, slashes = all;
    for (size_t left = length; left >= 16; left = length - i) {
        __m128i x = _mm_loadu_si128((const __m128i *)(s + i));
        __m128i from_a = _mm_sub_epi8(x, _mm_set1_epi8('A')), from_zero = _mm_sub_epi8(x, _mm_set1_epi8('0'));
        __m128i upper = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
        __m128i above_zero = _mm_min_epu8(from_zero, _mm_set1_epi8(9));
        __m128i digit = _mm_and_si128(_mm_cmpeq_epi8(above_zero, from_zero), from_zero);
        all = _mm_or_si128(all, x);
        hashes = _mm_or_si128(hashes, _mm_cmpeq_epi8(x, _mm_set1_epi8('#')));
        ats = _mm_or_si128(ats, _mm_cmpeq_epi8(x, _mm_set1_epi8('@')));
        slashes = _mm_or_si128(slashes, _mm_cmpeq_epi8(x, _mm_set1_epi8('/')));
        x = _mm_sub_epi8(_mm_add_epi8(x, _mm_and_si128(upper, _mm_set1_epi8(32))), digit);
        _mm_storeu_si128((__m128i *)(out + i), x);
        i += left >= 32 || left == 16 ? 16 : left - 16; /* the last 16 bytes once more, rather than each of the rest */
    }
    wide = _mm_movemask_epi8(all) != 0 ? 0x80 : 0;
    hash = _mm_movemask_epi8(hashes) != 0;
    at = _mm_movemask_epi8(ats) != 0;
    slash = _mm_movemask_epi8(slashes) != 0;
#endif
    for (; i < length; i++) {
        uint8_t c = s[i];
        wide |= c;
        hash |= c == '#';
        at |= c == '@';
        slash |= c == '/';
        uint8_t lower = (uint8_t)(c + ((uint8_t)(c - 'A') < 26 ? 32 : 0));
        out[i] = (uint8_t)(c - '0') < 10 ? '0' : lower;
    }
    return (Signs){wide >= 0x80, hash, at, slash};
}

/* What a Python function made of a text; `bytes` is NULL if it failed. */
typedef struct {
    PyObject *text, *owner;    /* what `bytes` lies in */
    const uint8_t *bytes;
    Py_ssize_t size;
} Answer;

/* Call a Python function on a text; the interpreter's lock is held from before this until after `forget`. */
static Answer ask(PyObject *function, const uint8_t *s, size_t length) {
    Answer answer = {0};
    PyObject *text = PyUnicode_DecodeUTF8((const char *)s, (Py_ssize_t)length, "surrogatepass");
    answer.text = text == NULL ? NULL : PyObject_CallOneArg(function, text);
    Py_XDECREF(text);
    answer.bytes = answer.text == NULL ? NULL : utf8_of(answer.text, &answer.size, &answer.owner);
    return answer;
}

static void forget(Answer *answer) {
    Py_XDECREF(answer->owner);
    Py_XDECREF(answer->text);
}

enum { ROOM = 2 * PADDING }; /* behind a text: zeros, and what a link is called */

/* Let Python normalise the text, and append that. */
static int append_by_python(Core *core, Worker *worker, const uint8_t *s, size_t length, Signs *signs) {
    int failed = -1;
    lock(worker);
    Answer normal = ask(core->normalize, s, length);
    size_t size = (size_t)normal.size;
    if (normal.bytes != NULL && GROW(worker->text, worker->text_size, worker->text_used + size + ROOM) < 0)
        PyErr_NoMemory();
    else if (normal.bytes != NULL) {
        *signs = fold(worker->text + worker->text_used, normal.bytes, size);
        worker->text_used += size;
        failed = 0;
    }
    forget(&normal);
    unlock(worker);
    return failed;
}

/* The text before hashtags are opened and letters lowered: handles are read from it. `bytes` is NULL where only Python
   can tell. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
} Folded;

/* Append the normalised text to worker->text, with ROOM after it. */
static int normalise(Core *core, Worker *worker, const uint8_t *s, size_t length, Signs *signs, Folded *folded) {
    if (GROW(worker->text, worker->text_size, worker->text_used + length + ROOM) < 0)
        return no_memory(worker);
    *signs = fold(worker->text + worker->text_used, s, length);
    Py_ssize_t size = (Py_ssize_t)length;
    *folded = (Folded){s, length};
    if (signs->wide || signs->hash) {
        const uint8_t *source = s;
        if (signs->wide) {
            size = replace_wide(core, worker, s, length);
            if (size == -2) {
                folded->bytes = NULL;
                return append_by_python(core, worker, s, length, signs);
            }
            source = worker->scratch;
            *folded = (Folded){source, size < 0 ? 0 : (size_t)size};
        }
        if (size >= 0 && memchr(source, '#', (size_t)size) != NULL) { /* U+FF03 became one, too */
            size = open_hashtags(core, worker, source, (size_t)size);
            source = worker->opened;
        }
        if (size < 0)
            return -1;
        if (GROW(worker->text, worker->text_size, worker->text_used + (size_t)size + ROOM) < 0)
            return no_memory(worker);
        *signs = fold(worker->text + worker->text_used, source, (size_t)size);
    }
    worker->text_used += (size_t)size;
    return 0;
}

/* ---------------------------------------------------------------- tokenise */

/* Return where the non-space characters (\S) from `i` on end. */
static size_t until_space(const uint8_t *t, size_t i, size_t end) {
    while (i < end) {
        size_t size = 1;
        if (t[i] < 0x80 ? byte_class[t[i]] == SPACE : shape_of(decode_wide(t + i, &size)) == IS_SPACE)
            break;
        i += size;
    }
    return i;
}

/* Say whether [\w.+-] takes the ASCII character. */
static inline int in_mail(uint8_t c) {
    return byte_class[c] == WORD || c == '_' || c == '.' || c == '-' || c == '+';
}

/* Return where the run of [\w.-] from `i` on ends. */
static size_t mail_end(const uint8_t *t, size_t i, size_t end) {
    for (size_t size; i < end; i += size) {
        size = t[i] < 0x80 ? in_mail(t[i]) && t[i] != '+' : word_character(t + i, t + end);
        if (size == 0)
            break;
    }
    return i;
}

/* Return where the run of [\w.+-] before `i` begins, not before `first`. */
static size_t mail_begin(const uint8_t *t, size_t i, size_t first) {
    while (i > first) {
        size_t k = i - 1;
        if (t[k] < 0x80 && !in_mail(t[k]))
            break;
        while ((t[k] & 0xc0) == 0x80)
            k--;
        if (t[k] >= 0x80 && word_character(t + k, t + i) == 0)
            break;
        i = k;
    }
    return i;
}

/* Where the next links are, as far as that shows in an '@' or a '/': a mail address or a mention begins with any token
   from `mail` to `at`; an address without a scheme with any from `host` on, before `dot`, that its '/' ends; one with a
   scheme with a token at `url`. */
typedef struct {
    size_t from;               /* the first of all: before it nothing need be asked */
    size_t mail, at, host, dot, url, slash;
    int is_account;            /* what was found last is a mail address or a mention */
} Links;

static const size_t NOWHERE = (size_t)-1;

static size_t find_from(const uint8_t *t, size_t i, size_t end, int c) {
    const uint8_t *found = i < end ? memchr(t + i, c, end - i) : NULL;
    return found != NULL ? (size_t)(found - t) : NOWHERE;
}

static void find_mail(Links *links, const uint8_t *t, size_t i, size_t end) {
    links->at = find_from(t, i, end, '@');
    links->mail = links->at != NOWHERE ? mail_begin(t, links->at, i) : NOWHERE;
}

/* (?:[a-z0-9-]+\.)+[a-z]{2,}/ : labels cannot be empty, so what matters are the last dot and the last two in a row. */
static void find_host(Links *links, const uint8_t *t, size_t i, size_t end) {
    links->slash = links->host = find_from(t, i, end, '/');
    links->url = NOWHERE;
    links->dot = 0;
    if (links->slash == NOWHERE)
        return;
    size_t k = links->slash, scheme = k - i > 5 && t[k - 2] == 's' ? 6 : 5; /* "http:" or "https:" */
    if (k - i >= scheme && t[k + 1] == '/' && t[k - 1] == ':' && memcmp(t + k - scheme, "http", 4) == 0)
        links->host = links->url = k - scheme;
    while (k > i && is_lower(t[k - 1]))
        k--;
    if (links->slash - k < 2 || k == i || t[k - 1] != '.')
        return; /* an address has none of these; `host` is where the next slash must be looked for */
    links->dot = links->host = --k;
    while (k > i && is_host[t[k - 1]] && !(t[k - 1] == '.' && t[k] == '.'))
        k--;
    links->host = k;
}

static void find_links(Links *links, const uint8_t *t, size_t i, size_t end, Signs signs) {
    if (!signs.at)
        links->mail = links->at = NOWHERE;
    else if (links->at == NOWHERE || i > links->at)
        find_mail(links, t, i, end);
    if (!signs.slash)
        links->host = links->url = links->slash = NOWHERE;
    else if (links->slash == NOWHERE || i > links->slash)
        find_host(links, t, i, end);
    links->from = links->mail < links->host ? links->mail : links->host;
}

static inline int is_www(const uint8_t *t) { return memcmp(t, "www.", 4) == 0; }

/* Return where the URL, bare address, mail or mention that begins at `i`, where a token would, ends, or 0: the
   alternatives 1 to 3 in their order, the first being (?:https?://|www\.)\S+ */
static size_t link_end(Links *links, const uint8_t *t, size_t i, size_t end, Signs signs) {
    if (i >= links->from && (i > links->at || i > links->slash))
        find_links(links, t, i, end, signs);
    size_t after = i == links->url ? links->slash + 2 : is_www(t + i) ? i + 4 : end;
    size_t stop = after < end ? until_space(t, after, end) : 0;
    links->is_account = 0;
    if (stop > after)
        return stop;
    if (i >= links->host && i < links->dot && is_host[t[i]] && t[i] != '.')
        return until_space(t, links->slash + 1, end);
    links->is_account = i >= links->mail;
    return links->is_account ? mail_end(t, links->at + 1, end) : 0;
}

/* Return the size of the letter or digit ([^\W_]) at `t`, or 0; t[end] is 0, so no bound is needed. */
static inline size_t letter(const uint8_t *t) {
    if (*t < 0x80)
        return byte_class[*t] == WORD;
    size_t size;
    return shape_of(decode_wide(t, &size)) == IS_WORD ? size : 0;
}

/* Return where the letters and zeros from `i` on end; all digits are 0 by now. 8 bytes are looked at in one step, since
   a loop over the bytes ends where no processor expects it. */
static inline size_t ascii_word_end(const uint8_t *t, size_t i) {
#if defined(__GNUC__) && PY_LITTLE_ENDIAN
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    for (;; i += 8) {
        uint64_t x = load8(t + i), low = x & ~high, zero = low ^ '0' * ones;
        uint64_t letters = (low + (0x80 - 'a') * ones) & ~(low + (0x7f - 'z') * ones);
        uint64_t others = ~(letters | ~(zero + 0x7f * ones)) | x;
        if ((others &= high) != 0)
            return i + (size_t)__builtin_ctzll(others) / 8;
    }
#else
    while (byte_class[t[i]] == WORD)
        i++;
    return i;
#endif
}

/* Return where the word ([^\W_]+(?:'[^\W_]+)*) from `i` on ends; `wide` is set where it is not all ASCII. */
static inline size_t word_end(const uint8_t *t, size_t i, int *wide) {
    for (;;) {
        size_t size;
        if (t[i] < 0x80)
            i = ascii_word_end(t, i);
        if (t[i] >= 0x80 && (size = letter(t + i)) != 0) {
            *wide = 1;
            i += size;
        } else if (t[i] == '\'' && letter(t + i + 1) != 0)
            i++;
        else
            return i;
    }
}

/* Return how many bytes the first `characters` characters of a token take, or 0 if it is not longer than that. */
static size_t prefix_length(const uint8_t *s, size_t length, size_t characters) {
    if (characters == 0 || length <= characters)
        return 0;
    for (size_t i = 0; i < length; i++)
        if ((s[i] & 0xc0) != 0x80 && characters-- == 0)
            return i;
    return 0;
}

/* Write a token of text[offset:]; it calls for the slot that it will be looked for in. */
static inline void write_token(const Core *restrict core, Token *restrict token, const uint8_t *text, size_t offset,
                               size_t length) {
    const uint8_t *s = text + offset;
    uint64_t head = head_of(s, length), tail = tail_of(s, length);
    uint32_t hash = hash_name(head, tail, s, length), characters = (uint32_t)core->prefix;
    PREFETCH(&core->names[hash & (core->names_size - 1)]);
    *token = (Token){head, tail, (uint32_t)offset, (uint32_t)length, hash, length > characters ? characters : 0};
}

static void emit(const Core *core, Worker *worker, size_t offset, size_t length, int wide) {
    Token *token = &worker->tokens[worker->n_tokens++];
    write_token(core, token, worker->text, offset, length);
    if (wide)
        token->prefix_length = (uint32_t)prefix_length(worker->text + offset, length, (size_t)core->prefix);
}

/* Emit what a link is made of, `text._HOST`, or the mark of an account; URL_TOKEN stands PADDING behind t[end]. */
static void emit_entity(const Core *core, Worker *worker, const Links *links, size_t i, size_t end) {
    const uint8_t *t = worker->text;
    if (links->is_account) {
        emit(core, worker, links->at, 1, 0);
        return;
    }
    emit(core, worker, end + PADDING, URL_LENGTH, 0);
    worker->tokens[worker->n_tokens - 1].prefix_length = 0;
    size_t scheme = t[i] != 'h' ? 0 : memcmp(t + i, "http://", 7) == 0 ? 7 : memcmp(t + i, "https://", 8) == 0 ? 8 : 0;
    i += scheme;
    i += is_www(t + i) ? 4 : 0;
    size_t stop = i;
    if (byte_class[t[i]] == WORD)
        while (is_host[t[stop]] && (t[stop] != '.' || (is_host[t[stop + 1]] && t[stop + 1] != '.')))
            stop++;
    if (stop > i)
        emit(core, worker, i, stop - i, 0);
}

enum { WINDOW = 64 };

/* What stands in WINDOW bytes of normalised ASCII, a bit for each. */
typedef struct {
    uint64_t words, marks, apostrophes; /* letters and zeros; all other signs, apostrophes among them */
} Window;

static inline Window look_at(const uint8_t *t) {
    Window seen = {0, 0, 0};
#if defined(__SSE2__)
    for (int k = 0; k < WINDOW; k += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(t + k));
        __m128i from_a = _mm_sub_epi8(x, _mm_set1_epi8('a'));
        __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
        __m128i word = _mm_or_si128(letter, _mm_cmpeq_epi8(x, _mm_set1_epi8('0')));
        __m128i sign = _mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(127)), _mm_cmpgt_epi8(x, _mm_set1_epi8(' ')));
        seen.words |= (uint64_t)(uint32_t)_mm_movemask_epi8(word) << k;
        seen.marks |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_andnot_si128(word, sign)) << k;
        seen.apostrophes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('\''))) << k;
    }
#else
    for (int k = 0; k < WINDOW; k++) {
        seen.words |= (uint64_t)(byte_class[t[k]] == WORD) << k;
        seen.marks |= (uint64_t)(byte_class[t[k]] == MARK) << k;
        seen.apostrophes |= (uint64_t)(t[k] == '\'') << k;
    }
#endif
    return seen;
}

/* Find the tokens of a window that begins with a token or outside of any; return where to go on. A word that reaches
   the window's end is left for the next one, which begins with it. */
static size_t tokenise_window(const Core *restrict core, Worker *restrict worker, size_t i, size_t end,
                              Links *restrict links, Signs signs) {
    const uint8_t *t = worker->text;
    Token *token = worker->tokens + worker->n_tokens;
    Window seen = look_at(t + i);
    uint64_t words = seen.words | (seen.apostrophes & seen.words << 1 & seen.words >> 1), marks = seen.marks & ~words;
    size_t next = i + WINDOW, link = NOWHERE;
    for (uint64_t starts = marks | (words & ~(words << 1)); starts != 0; starts &= starts - 1) {
        size_t k = (size_t)lowest_bit(starts), at = i + k, length = 1;
        if (at >= links->from || is_www(t + at)) {
            size_t stop = link_end(links, t, at, end, signs);
            if (stop != 0) {
                next = stop;
                link = at;
                break;
            }
        }
        uint64_t rest = ~(words >> k);
        if ((rest & 1) == 0) {
            length = (size_t)lowest_bit(rest | UINT64_C(1) << (WINDOW - 1));
            if (k + length >= WINDOW - 1) {
                next = at;
                break;
            }
        }
        write_token(core, token++, t, at, length);
    }
    if (next == i) { /* a word longer than a window */
        int wide = 0;
        next = word_end(t, i, &wide);
        write_token(core, token++, t, i, next - i);
    }
    worker->n_tokens = (size_t)(token - worker->tokens);
    if (link != NOWHERE && core->entities)
        emit_entity(core, worker, links, link, end);
    return next;
}

/* Find the token at `i` where characters may be wide; return where to go on. */
static size_t tokenise_wide(const Core *core, Worker *worker, size_t i, size_t end, Links *links, Signs signs) {
    const uint8_t *t = worker->text;
    uint8_t class = byte_class[t[i]];
    if (class <= SPACE)
        return i + 1;
    if (i >= links->from || is_www(t + i)) {
        size_t stop = link_end(links, t, i, end, signs);
        if (stop != 0 && core->entities)
            emit_entity(core, worker, links, i, end);
        if (stop != 0)
            return stop;
    }
    size_t size = 1;
    int wide = 0;
    if (class == WIDE) {
        Py_UCS4 c = decode_wide(t + i, &size);
        wide = 1;
        class = shape_of(c) == IS_WORD ? WORD : c == 0xa3 || c == 0x20ac ? MARK : SKIP; /* £ € */
    }
    size_t stop = class == WORD ? word_end(t, i + size, &wide) : i + size;
    if (class != SKIP)
        emit(core, worker, i, stop - i, wide);
    return stop;
}

/* Find the tokens of worker->text from `i` to `end`. The caller has made room, and there are zeros from `end` on. */
static void tokenise(const Core *core, Worker *worker, size_t i, size_t end, Signs signs) {
    Links links = {NOWHERE, NOWHERE, NOWHERE, NOWHERE, 0, NOWHERE, NOWHERE, 0};
    if (signs.at || signs.slash)
        find_links(&links, worker->text, i, end, signs);
    if (signs.wide)
        while (i < end)
            i = tokenise_wide(core, worker, i, end, &links, signs);
    else
        while (i < end)
            i = tokenise_window(core, worker, i, end, &links, signs);
}

/* ---------------------------------------------------------------- handles */

/* Append "@", or "@*", and a part of a handle in lower case to worker->text as a token. Room is there. */
static void emit_part(const Core *core, Worker *worker, const uint8_t *s, size_t length, int tail) {
    size_t offset = worker->text_used;
    uint8_t *out = worker->text + offset;
    *out++ = '@';
    if (tail)
        *out++ = '*';
    for (size_t i = 0; i < length; i++)
        *out++ = (uint8_t)(s[i] | 0x20);
    memset(out, 0, 8); /* what is read past a part is no chance */
    worker->text_used = (size_t)(out - worker->text);
    emit(core, worker, offset, worker->text_used - offset, 0);
}

/* Return where the part of a handle that begins at `i` ends: [A-Z]?[a-z]+ or [A-Z]+(?![a-z]); `i` if there is none. */
static size_t part_end(const uint8_t *s, size_t i, size_t end) {
    size_t j = i;
    while (j < end && is_upper(s[j]))
        j++;
    if (j - i > 1)
        return j < end && is_lower(s[j]) ? j - 1 : j;
    while (j < end && is_lower(s[j]))
        j++;
    return j;
}

/* Emit the parts of the handle s[i:end]: whole, or the tails of the longer ones. */
static void emit_handle(const Core *core, Worker *worker, const uint8_t *s, size_t i, size_t end, int tail) {
    while (i < end) {
        size_t stop = part_end(s, i, end);
        size_t length = stop - i;
        if (!tail && length >= SHORTEST_PART)
            emit_part(core, worker, s + i, length, 0);
        if (tail && length >= SHORTEST_PART + 2)
            emit_part(core, worker, s + stop - SHORTEST_PART, SHORTEST_PART, 1);
        i = stop > i ? stop : i + 1;
    }
}

/* Say whether the character before `i` keeps an '@' from beginning a mention: [\w.+-]. */
static int inside_mail(const uint8_t *s, size_t i) {
    if (i == 0)
        return 0;
    uint8_t before = s[i - 1];
    if (before < 0x80)
        return byte_class[before] == WORD || before == '_' || before == '.' || before == '+' || before == '-';
    size_t size;
    do
        i--;
    while ((s[i] & 0xc0) == 0x80);
    return shape_of(decode_wide(s + i, &size)) == IS_WORD;
}

/* Emit what the handles of a text are made of: `text.addressees`. -1 without memory; the caller says so. */
static int emit_handles(const Core *core, Worker *worker, const uint8_t *s, size_t length) {
    if (GROW(worker->text, worker->text_size, worker->text_used + 4 * length + 2 * PADDING) < 0 ||
        GROW(worker->tokens, worker->tokens_size, worker->n_tokens + length + 1) < 0)
        return -1;
    for (int tail = 0; tail < 2; tail++)
        for (const uint8_t *at = s; (at = memchr(at, '@', length - (size_t)(at - s))) != NULL; at++) {
            size_t i = (size_t)(at - s);
            if (inside_mail(s, i))
                continue;
            size_t end = i + 1, size;
            while (end < length && (size = word_character(s + end, s + length)) != 0)
                end += size;
            emit_handle(core, worker, s, i + 1, end, tail);
        }
    return 0;
}

/* The same for a text that only Python can fold. */
static int emit_handles_by_python(Core *core, Worker *worker, const uint8_t *s, size_t length) {
    int failed = -1;
    lock(worker);
    Answer folded = ask(core->fold, s, length);
    if (folded.bytes != NULL && (failed = emit_handles(core, worker, folded.bytes, (size_t)folded.size)) < 0)
        PyErr_NoMemory();
    forget(&folded);
    unlock(worker);
    return failed;
}

/* Take a text into the batch. */
static int add_line(Core *core, Worker *worker, const uint8_t *s, size_t length) {
    size_t begin = worker->text_used;
    Signs signs;
    Folded folded = {NULL, 0};
    if (normalise(core, worker, s, length, &signs, &folded) < 0)
        return -1;
    size_t end = worker->text_used;
    if (end > UINT32_MAX - PADDING || GROW(worker->tokens, worker->tokens_size, worker->n_tokens + end - begin) < 0)
        return no_memory(worker);
    memset(worker->text + end, 0, PADDING);
    if (core->entities)
        memcpy(worker->text + end + PADDING, URL_TOKEN "\0\0\0", URL_LENGTH + 3); /* 8 bytes are read of it */
    Line *line = &worker->lines[worker->n_lines++];
    line->source = s;
    line->length = length;
    line->first = worker->n_tokens;
    line->parts = line->n_facts = line->first_fact = 0;
    line->not_english = 0;
    tokenise(core, worker, begin, end, signs);
    line->count = worker->n_tokens - line->first;
    worker->text_used += core->entities ? PADDING + URL_LENGTH : 1; /* the next text leaves this one its 0 */
    if (signs.at) {
        if (folded.bytes == NULL && emit_handles_by_python(core, worker, s, length) < 0)
            return -1;
        if (folded.bytes != NULL && emit_handles(core, worker, folded.bytes, folded.length) < 0)
            return no_memory(worker);
        line->parts = worker->n_tokens - line->first - line->count;
    }
    return 0;
}

/* Take a fact beside the text that came last: found as a whole term, after those of the text. */
static int add_fact(const Core *core, Worker *worker, const uint8_t *s, size_t length) {
    size_t begin = worker->text_used;
    if (begin + length > UINT32_MAX - PADDING ||
        GROW(worker->text, worker->text_size, begin + length + PADDING) < 0 ||
        GROW(worker->tokens, worker->tokens_size, worker->n_tokens + 1) < 0)
        return no_memory(worker);
    memcpy(worker->text + begin, s, length);
    memset(worker->text + begin + length, 0, PADDING);
    emit(core, worker, begin, length, 1);
    worker->text_used += length + 1;
    worker->lines[worker->n_lines - 1].parts++;
    return 0;
}

static void start_batch(Worker *worker) { worker->n_lines = worker->n_tokens = worker->text_used = 0; }

static int batch_is_full(const Worker *worker) {
    return worker->n_lines == BATCH_LINES || worker->text_used >= BATCH_BYTES;
}

#endif
