/* ActivityStreams in JSON Lines: activities with the words that they hold and the facts that they are.

   What is evidence in an activity is Python's to say (`activity_way.shape_of`). It is asked once for each shape: the
   activity's JSON, of which only those members are left that bear upon it, and whose strings are numbers instead, the
   same number for the same string. The answer says which of the strings is the text, whether that is HTML, and which
   facts there are. HTML of a few tags is read here, the rest by Python; so is the language of a text. */

#ifndef SOCIALCLASS_ACTIVITIES_H
#define SOCIALCLASS_ACTIVITIES_H

#include "json.h"

enum { MOST_STRINGS = 40, LONGEST_SHAPE = 2048, MOST_SHAPES = 4096, LONGEST_WORD = 16 };
enum { TEXT_LIMIT = 1 << 16 };             /* bytes: a longer text is left to Python */
enum { NO_TEXT = -1, FOREIGN_SHAPE = -2 }; /* of Shape.text */
enum { FOREIGN_WORD = 1, ENGLISH_WORD };
enum { SHAPE_OF, HTML_TO_TEXT, IS_FOREIGN, FOREIGN_WORDS, ENGLISH_WORDS, N_HELPERS };

struct Shape {
    uint32_t hash, offset, length; /* of its key, in worker->shape_pool; length 0 marks a free slot */
    int32_t text;                  /* the number of the string that is the text */
    int markup;
    uint32_t first_fact, n_facts;  /* terms, in worker->facts */
};

/* A function word, of at most LONGEST_WORD bytes. */
struct FunctionWord {
    uint64_t head, tail;
    uint32_t length, kind;         /* length 0 marks a free slot */
};

/* What is left out of a shape, and what becomes of the rest. */
enum { DROPPED, NUMBERED, VERBATIM, MAPPED, REFUSED, STOOD_IN, STOOD_AT };

typedef struct {
    const char *name;
    uint8_t length, rule;
} Member;

#define MEMBER(name, rule) {name, sizeof(name) - 1, rule}

/* The members that `reading.activitystreams.activity_of` reads facts or a text from; a test compares. */
static const Member members[] = {
    MEMBER("type", VERBATIM),
    MEMBER("actor", NUMBERED),
    MEMBER("object", NUMBERED),
    MEMBER("id", NUMBERED),
    MEMBER("content", NUMBERED),
    MEMBER("to", NUMBERED),
    MEMBER("cc", NUMBERED),
    MEMBER("name", NUMBERED),
    MEMBER("tag", NUMBERED),
    MEMBER("href", NUMBERED),
    MEMBER("target", NUMBERED),
    MEMBER("inReplyTo", NUMBERED),
    MEMBER("attributedTo", NUMBERED),
    MEMBER("contentMap", MAPPED),
    MEMBER("nameMap", MAPPED),
    MEMBER("summary", NUMBERED),
    MEMBER("summaryMap", MAPPED),
    MEMBER("mediaType", VERBATIM),
    MEMBER("audience", NUMBERED),
    MEMBER("bto", NUMBERED),
    MEMBER("bcc", NUMBERED),
    MEMBER("@type", VERBATIM),
    MEMBER("preferredUsername", NUMBERED),
    MEMBER("socialclass:audience", VERBATIM),
    MEMBER("socialclass:kind", VERBATIM),
    MEMBER("socialclass:twoWay", VERBATIM),
    MEMBER("socialclass:language", VERBATIM),
    MEMBER("socialclass:file", STOOD_IN),
    MEMBER("socialclass:position", STOOD_AT),
    MEMBER("items", REFUSED),
    MEMBER("orderedItems", REFUSED),
};

static int rule_of(Span key) {
    for (size_t i = 0; i < sizeof(members) / sizeof(Member); i++)
        if (members[i].length == key.length && memcmp(members[i].name, key.s, key.length) == 0)
            return members[i].rule;
    return DROPPED;
}

static int is_word(Span span, const char *word) {
    return span.length == strlen(word) && memcmp(span.s, word, span.length) == 0;
}

/* ---------------------------------------------------------------- the shape of an activity */

typedef struct {
    Json json;
    uint8_t key[LONGEST_SHAPE + PADDING];
    size_t used;
    Span strings[MOST_STRINGS]; /* without escapes */
    size_t n_strings;
    int has_id, has_file, has_position;
    Span file, position;       /* as `convert` writes them */
} Sketch;

static int sketch_bytes(Sketch *sketch, const void *bytes, size_t length) {
    if (length > LONGEST_SHAPE - sketch->used)
        return 0;
    memcpy(sketch->key + sketch->used, bytes, length);
    sketch->used += length;
    return 1;
}

static int sketch_string(Sketch *sketch, Span content) {
    return sketch_bytes(sketch, "\"", 1) && sketch_bytes(sketch, content.s, content.length) &&
           sketch_bytes(sketch, "\"", 1);
}

/* Say whether a string says by itself that the public or the followers are meant: `activitystreams._circle`. */
static int is_public(Span s) {
    return is_word(s, "https://www.w3.org/ns/activitystreams#Public") || is_word(s, "as:Public") ||
           is_word(s, "Public");
}

static int is_followers(Span s) {
    while (s.length > 0 && s.s[s.length - 1] == '/')
        s.length--;
    return s.length >= 10 && memcmp(s.s + s.length - 9, "followers", 9) == 0 &&
           (s.s[s.length - 10] == '/' || s.s[s.length - 10] == ':');
}

/* Put a string's number into the shape: as text that is something else once HTML is taken out of it. */
static int sketch_number(Sketch *sketch, Span content) {
    if (content.length == 0 || is_public(content))
        return sketch_string(sketch, content);
    size_t number = 0;
    while (number < sketch->n_strings && !same_span(sketch->strings[number], content))
        number++;
    if (number == MOST_STRINGS)
        return 0;
    sketch->strings[number] = content;
    sketch->n_strings += number == sketch->n_strings;
    uint8_t token[] = {'"', '#', (uint8_t)('0' + number / 10), (uint8_t)('0' + number % 10), '&', 'a', 'm', 'p', ';'};
    return sketch_bytes(sketch, token, sizeof(token)) &&
           (!is_followers(content) || sketch_bytes(sketch, "/followers", 10)) && sketch_bytes(sketch, "\"", 1);
}

static int sketch_value(Sketch *sketch, int rule, int depth);

static int sketch_text(Sketch *sketch, int rule) {
    Worker *worker = sketch->json.worker;
    Span content;
    int escaped;
    if (!read_string(&sketch->json, &content, &escaped))
        return 0;
    if (rule == VERBATIM)
        return !escaped && sketch_string(sketch, content);
    if (escaped) {
        uint8_t *out = worker->plain + worker->plain_used, *stop = unescape(out, content);
        if (stop == NULL)
            return 0;
        content = (Span){out, (size_t)(stop - out)};
        worker->plain_used += content.length;
    }
    return sketch_number(sketch, content);
}

/* Read where an activity says that it stood; 0 where Python must, as for what it would write otherwise. */
static int read_origin(Sketch *sketch, int rule) {
    Json *json = &sketch->json;
    int escaped = 0;
    if (rule == STOOD_IN)
        return read_string(json, &sketch->file, &escaped) && !escaped && sketch->file.length < LONGEST_SHAPE &&
               memchr(sketch->file.s, 0, sketch->file.length) == NULL;
    const uint8_t *begin = json->s;
    size_t digits = skip_digits(json);
    sketch->position = (Span){begin, digits};
    return digits > 0 && digits < 18 && *begin != '0' && json->s < json->end && memchr(".eE", *json->s, 3) == NULL;
}

/* Read a member; only what bears upon facts or text goes into the shape. */
static int sketch_member(Sketch *sketch, int depth, size_t first, int mapped, int *some) {
    Json *json = &sketch->json;
    Span key;
    int escaped;
    if (!read_string(json, &key, &escaped) || escaped || !enter_key(json, key, first))
        return 0;
    skip_blanks(json);
    if (!take(json, ':'))
        return 0;
    skip_blanks(json);
    int rule = mapped ? NUMBERED : rule_of(key);
    if (depth == 0) {
        if (is_taken(json->table, key))
            return 0;
        sketch->has_file |= is_word(key, "file");
        sketch->has_position |= is_word(key, "position");
        if (is_word(key, "id")) {
            sketch->has_id = 1;
            rule = DROPPED; /* the activity's own name is no evidence */
        }
    }
    if (rule >= STOOD_IN && depth == 0)
        return read_origin(sketch, rule);
    if (rule == DROPPED || rule >= STOOD_IN)
        return read_value(json, depth);
    if (rule == REFUSED || (*some && !sketch_bytes(sketch, ",", 1)) || !sketch_string(sketch, key) ||
        !sketch_bytes(sketch, ":", 1))
        return 0;
    *some = 1;
    return sketch_value(sketch, rule, depth);
}

static int sketch_container(Sketch *sketch, int rule, int depth) {
    Json *json = &sketch->json;
    int is_object = *json->s == '{', some = 0;
    uint8_t close = is_object ? '}' : ']';
    size_t first = json->worker->n_keys;
    if (!sketch_bytes(sketch, json->s++, 1))
        return 0;
    skip_blanks(json);
    if (!take(json, close)) {
        do {
            skip_blanks(json);
            if (!is_object && some && !sketch_bytes(sketch, ",", 1))
                return 0;
            if (!(is_object ? sketch_member(sketch, depth, first, rule == MAPPED, &some)
                            : sketch_value(sketch, rule, depth)))
                return 0;
            some |= !is_object;
            skip_blanks(json);
        } while (take(json, ','));
        json->worker->n_keys = first;
        if (!take(json, close))
            return 0;
    }
    return sketch_bytes(sketch, &close, 1);
}

/* Read a value into the shape; 0 for one that is no JSON, or whose shape would be another with each record. */
static int sketch_value(Sketch *sketch, int rule, int depth) {
    Json *json = &sketch->json;
    const uint8_t *begin = json->s;
    if (begin == json->end)
        return 0;
    switch (*begin) {
    case '"':
        return sketch_text(sketch, rule);
    case '{':
    case '[':
        return depth < DEEPEST && sketch_container(sketch, rule, depth + 1);
    case 't':
    case 'f':
    case 'n':
        return read_value(json, depth) && sketch_bytes(sketch, begin, (size_t)(json->s - begin));
    default:
        return 0;
    }
}

/* ---------------------------------------------------------------- what Python says of it */

static Shape *find_shape(Worker *worker, uint32_t hash, const uint8_t *key, size_t length) {
    size_t mask = worker->shapes_size - 1, slot = hash & mask;
    for (; worker->shapes[slot].length != 0; slot = (slot + 1) & mask) {
        const Shape *each = &worker->shapes[slot];
        if (each->hash == hash && each->length == length &&
            memcmp(worker->shape_pool + each->offset, key, length) == 0)
            break;
    }
    return &worker->shapes[slot];
}

/* Enter the facts that the model knows; -1 for an error, 1 where one has not the form of a fact. */
static int enter_facts(const Core *core, Worker *worker, Shape *shape, PyObject *facts) {
    uint8_t padded[512 + PADDING];
    shape->first_fact = (uint32_t)worker->n_facts;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(facts); i++) {
        Py_ssize_t size;
        const char *s = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(facts, i), &size);
        if (s == NULL)
            return -1;
        size_t length = (size_t)size;
        if (length > 512 || !is_fact((const uint8_t *)s, length))
            return 1;
        memset(padded, 0, sizeof(padded));
        memcpy(padded, s, length);
        uint64_t head = head_of(padded, length), tail = tail_of(padded, length);
        const Name *name = find_name(core, hash_name(head, tail, padded, length), head, tail, padded, length);
        if (name->word <= 0)
            continue;
        if (GROW(worker->facts, worker->facts_size, worker->n_facts + 1) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        worker->facts[worker->n_facts++] = name->word;
    }
    shape->n_facts = (uint32_t)(worker->n_facts - shape->first_fact);
    return 0;
}

/* Ask Python what a shape says, with the interpreter's lock held. */
static int ask_shape(const Core *core, Worker *worker, Shape *shape, const Sketch *sketch) {
    PyObject *facts, *function = PyTuple_GET_ITEM(worker->helpers, SHAPE_OF);
    PyObject *answer = PyObject_CallFunction(function, "y#", (const char *)sketch->key, (Py_ssize_t)sketch->used);
    int outcome = answer == NULL ? -1 : answer == Py_None ? 1 : 0;
    if (outcome == 0 && !PyArg_ParseTuple(answer, "ipO!", &shape->text, &shape->markup, &PyTuple_Type, &facts))
        outcome = -1;
    if (outcome == 0)
        outcome = enter_facts(core, worker, shape, facts);
    if (outcome == 1 || shape->text >= (int32_t)sketch->n_strings || shape->text < NO_TEXT)
        shape->text = FOREIGN_SHAPE;
    Py_XDECREF(answer);
    return outcome < 0 ? -1 : 0;
}

/* Learn a shape, if there is room for one more; it is FOREIGN_SHAPE where not. */
static int learn_shape(const Core *core, Worker *worker, Shape *slot, uint32_t hash, const Sketch *sketch) {
    Shape shape = {.hash = hash, .offset = (uint32_t)worker->pool_used, .length = (uint32_t)sketch->used,
                   .text = FOREIGN_SHAPE};
    if (worker->n_shapes == MOST_SHAPES)
        return FOREIGN_RECORD;
    if (GROW(worker->shape_pool, worker->pool_size, worker->pool_used + sketch->used) < 0)
        return NO_MEMORY;
    lock(worker);
    int failed = ask_shape(core, worker, &shape, sketch);
    unlock(worker);
    if (failed)
        return RAISED;
    memcpy(worker->shape_pool + worker->pool_used, sketch->key, sketch->used);
    worker->pool_used += sketch->used;
    worker->n_shapes++;
    *slot = shape;
    return PLAIN_RECORD;
}

static int find_or_learn(const Core *core, Worker *worker, Sketch *sketch, Shape **found) {
    uint32_t hash = hash_name(head_of(sketch->key, sketch->used), tail_of(sketch->key, sketch->used), sketch->key,
                              sketch->used);
    *found = find_shape(worker, hash, sketch->key, sketch->used);
    return (*found)->length != 0 ? PLAIN_RECORD : learn_shape(core, worker, *found, hash, sketch);
}

/* ---------------------------------------------------------------- HTML of a few tags */

/* Return the size of a tag that is no more than emphasis or a link, or 0: its name, and attributes in double quotes. */
static size_t inline_tag(const uint8_t *s, const uint8_t *end) {
    static const char *names[] = {"a", "span", "b", "i", "em", "strong", "u", "code", "del", "small"};
    const uint8_t *begin = s++, *name;
    int closes = s < end && *s == '/';
    s += closes;
    for (name = s; s < end && is_lower(*s);)
        s++;
    size_t i = 0, n = sizeof(names) / sizeof(*names);
    while (i < n && !is_word((Span){name, (size_t)(s - name)}, names[i]))
        i++;
    if (i == n)
        return 0;
    while (!closes && s < end && *s == ' ') {
        const uint8_t *attribute = ++s;
        while (s < end && (is_lower(*s) || (*s == '-' && s > attribute)))
            s++;
        if (s == attribute || end - s < 2 || s[0] != '=' || s[1] != '"')
            return 0;
        for (s += 2; s < end && *s != '"' && *s != '<' && *s != '>';)
            s++;
        if (s == end || *s++ != '"')
            return 0;
    }
    return s < end && *s == '>' ? (size_t)(s + 1 - begin) : 0;
}

/* Return the size of a tag that becomes a line feed, or 0. */
static size_t break_tag(const uint8_t *s, const uint8_t *end) {
    static const char *tags[] = {"<p>", "</p>", "<br>", "<br/>", "<br />"};
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
        size_t length = strlen(tags[i]);
        if ((size_t)(end - s) >= length && memcmp(s, tags[i], length) == 0)
            return length;
    }
    return 0;
}

/* Return the size of a character reference and what it is; 0 for one that Python must read. */
static size_t reference(const uint8_t *s, const uint8_t *end, uint8_t *meant) {
    static const char *names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x27;"};
    static const uint8_t meanings_of[] = "&<>\"''";
    *meant = '&';
    if (end - s == 1 || memchr("\t\n\f <&;", s[1], 7) != NULL)
        return 1;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        size_t length = strlen(names[i]);
        if ((size_t)(end - s) >= length && memcmp(s, names[i], length) == 0) {
            *meant = meanings_of[i];
            return length;
        }
    }
    return 0;
}

/* Return a text without white space at its ends: str.strip(). */
static Span stripped(Span text) {
    size_t size = 1;
    while (text.length > 0 && only_spaces(text.s, size = *text.s < 0x80 ? 1 : *text.s < 0xe0 ? 2 : *text.s < 0xf0 ? 3 : 4)) {
        text.s += size;
        text.length -= size;
    }
    while (text.length > 0) {
        size = 1;
        while ((text.s[text.length - size] & 0xc0) == 0x80)
            size++;
        if (!only_spaces(text.s + text.length - size, size))
            break;
        text.length -= size;
    }
    return text;
}

/* Make one line feed of each run of them, with the blanks around it: `markup._BREAKS`. */
static Span joined_breaks(Span text, uint8_t *out) {
    const uint8_t *s = text.s, *end = s + text.length;
    uint8_t *begin = out;
    while (s < end) {
        if (*s != '\n') {
            *out++ = *s++;
            continue;
        }
        while (out > begin && (out[-1] == ' ' || out[-1] == '\t'))
            out--;
        while (s < end && (*s == ' ' || *s == '\t' || *s == '\n'))
            s++;
        *out++ = '\n';
    }
    return (Span){begin, (size_t)(out - begin)};
}

/* Take HTML out of a text: `markup.html_to_text`; 0 where that must do it. There is room for the text at `out`. */
static int take_markup(uint8_t *out, Span *text) {
    const uint8_t *s = text->s, *end = s + text->length;
    uint8_t *begin = out;
    int tags = memchr(s, '<', text->length) != NULL;
    if (!tags && memchr(s, '&', text->length) == NULL)
        return 1;
    while (s < end) {
        size_t size;
        if (*s == '&') {
            if ((size = reference(s, end, out++)) == 0)
                return 0;
        } else if (*s == '<') {
            if ((size = break_tag(s, end)) != 0)
                *out++ = '\n';
            else if ((size = inline_tag(s, end)) == 0)
                return 0;
        } else {
            *out++ = *s;
            size = 1;
        }
        s += size;
    }
    *text = (Span){begin, (size_t)(out - begin)};
    if (!tags)
        return 1;
    *text = stripped(*text);
    if (memchr(text->s, '\n', text->length) != NULL)
        *text = joined_breaks(*text, begin);
    return 1;
}

/* Let Python take it out. */
static int take_markup_by_python(Worker *worker, uint8_t *out, size_t room, Span *text) {
    lock(worker);
    Answer plain = ask(PyTuple_GET_ITEM(worker->helpers, HTML_TO_TEXT), text->s, text->length);
    int kind = plain.bytes == NULL ? RAISED : (size_t)plain.size > room ? FOREIGN_RECORD : PLAIN_RECORD;
    if (kind == PLAIN_RECORD) {
        memcpy(out, plain.bytes, (size_t)plain.size);
        *text = (Span){out, (size_t)plain.size};
    }
    forget(&plain);
    unlock(worker);
    return kind;
}

/* ---------------------------------------------------------------- the language of a text */

/* Return the slot of a word, or the free one where its search ends. */
static FunctionWord *word_slot(const Worker *worker, uint32_t hash, uint64_t head, uint64_t tail, size_t length) {
    size_t mask = worker->words_size - 1, slot = hash & mask;
    FunctionWord *word = &worker->words[slot];
    while (word->length != 0 && !(word->head == head && word->tail == tail && word->length == length))
        word = &worker->words[slot = (slot + 1) & mask];
    return word;
}

/* Return a function word, or NULL; most other words are sifted out by a few bits in the nearest cache. */
static const FunctionWord *find_word(const Worker *worker, const uint8_t *s, size_t length) {
    uint64_t head = head_of(s, length), tail = tail_of(s, length);
    uint32_t hash = hash_name(head, tail, s, length);
    if ((worker->sieve[hash >> 19 & (SIEVE - 1)] >> (hash >> 16 & 7) & 1) == 0)
        return NULL;
    const FunctionWord *word = word_slot(worker, hash, head, tail, length);
    return word->length != 0 ? word : NULL;
}

/* Enter words, joined by spaces. */
static int enter_words(Worker *worker, PyObject *joined, uint32_t kind) {
    const uint8_t *s = (const uint8_t *)PyBytes_AS_STRING(joined), *end = s + PyBytes_GET_SIZE(joined);
    uint8_t padded[LONGEST_WORD + PADDING];
    for (size_t n = 0; s < end; n++) {
        const uint8_t *gap = memchr(s, ' ', (size_t)(end - s)), *stop = gap != NULL ? gap : end;
        size_t length = (size_t)(stop - s);
        if (length == 0 || length > LONGEST_WORD || 4 * n > worker->words_size) {
            PyErr_SetString(PyExc_ValueError, "a function word is empty or too long, or there are too many");
            return -1;
        }
        memset(padded, 0, sizeof(padded));
        memcpy(padded, s, length);
        uint64_t head = head_of(padded, length), tail = tail_of(padded, length);
        uint32_t hash = hash_name(head, tail, padded, length);
        *word_slot(worker, hash, head, tail, length) = (FunctionWord){head, tail, (uint32_t)length, kind};
        worker->sieve[hash >> 19 & (SIEVE - 1)] |= (uint8_t)(1 << (hash >> 16 & 7));
        s = gap != NULL ? gap + 1 : end;
    }
    return 0;
}

/* A letter in lower case, or a part of one of another alphabet: all others have been replaced by then. */
static inline int is_letter(uint8_t c) { return is_lower(c) || c >= 0x80; }

typedef struct {
    size_t words, wide, letters, wide_letters, foreign, english; /* `wide`: words that are not ASCII */
} Spoken;

/* Return where the letters a to z from `s` on end; 8 bytes may be read behind that. */
static inline const uint8_t *lower_end(const uint8_t *s) {
#if defined(__GNUC__) && PY_LITTLE_ENDIAN
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    for (;; s += 8) {
        uint64_t x = load8(s), low = x & ~high;
        uint64_t others = ~((low + (0x80 - 'a') * ones) & ~(low + (0x7f - 'z') * ones)) | x;
        if ((others &= high) != 0)
            return s + (size_t)__builtin_ctzll(others) / 8;
    }
#else
    while (is_lower(*s))
        s++;
    return s;
#endif
}

/* Return where a word that has more than plain letters ends, and count what is in it. */
static const uint8_t *rest_of_word(const uint8_t *s, Spoken *spoken) {
    size_t wide = 0;
    for (int part = 0; part < 2; part++) {
        for (; is_letter(*s); s++) {
            wide += *s >= 0xc0;
            spoken->letters += (*s & 0xc0) != 0x80;
        }
        if (part > 0 || *s != '\'' || !is_letter(s[1]))
            break;
        s++;
    }
    spoken->wide += wide > 0;
    spoken->wide_letters += wide;
    return s;
}

/* Count words in lower case as `language._WORD` finds them; what stands at `end` is no letter. */
static void count_words(const Worker *worker, const uint8_t *s, const uint8_t *end, Spoken *spoken) {
    while (s < end) {
        if (!is_letter(*s)) {
            s++;
            continue;
        }
        const uint8_t *begin = s;
        s = lower_end(s);
        if (*s >= 0x80 || *s == '\'')
            s = rest_of_word(begin, spoken);
        else
            spoken->letters += (size_t)(s - begin);
        spoken->words++;
        if (s - begin <= LONGEST_WORD) {
            const FunctionWord *found = find_word(worker, begin, (size_t)(s - begin));
            spoken->english += found != NULL && found->kind == ENGLISH_WORD;
            spoken->foreign += found != NULL && found->kind == FOREIGN_WORD;
        }
    }
}

static int begins(const uint8_t *s, const uint8_t *end, const char *with) {
    size_t length = strlen(with);
    if ((size_t)(end - s) <= length)
        return 0;
    for (size_t i = 0; i < length; i++)
        if ((is_lower(s[i] | 0x20) ? s[i] | 0x20 : s[i]) != (uint8_t)with[i])
            return 0;
    return 1;
}

static inline int in_label(uint8_t c) { return byte_class[c] == WORD || c == '_' || c == '-'; }

/* Say whether all of a run is a bare address: ([\w-]+\.)+[a-z]{2,}/\S* */
static int is_address(const uint8_t *s, const uint8_t *end) {
    size_t labels = 0, letters = 0, length = 0;
    for (; s < end && *s != '/'; s++) {
        if (*s == '.' && length > 0) {
            labels++;
            letters = length = 0;
            continue;
        }
        if (!in_label(*s))
            return 0;
        length++;
        letters += is_lower(*s | 0x20);
    }
    return s < end && labels > 0 && length >= 2 && letters == length;
}

/* Say whether all of a run is a mail address: [\w.+-]+@[\w-]+\.\S+ */
static int is_mail(const uint8_t *s, const uint8_t *end) {
    const uint8_t *begin = s;
    while (s < end && (in_label(*s) || *s == '.' || *s == '+'))
        s++;
    if (s == begin || s == end || *s++ != '@')
        return 0;
    for (begin = s; s < end && in_label(*s);)
        s++;
    return s > begin && end - s > 1 && *s == '.';
}

/* Say what `language._NO_WORDS` takes of a run without white space: 0 nothing, 1 all, -1 who knows. Marks that stand in
   for others only make it less sure. */
static int is_no_word(const uint8_t *s, const uint8_t *end) {
    int at = 0, slash = 0, dot = 0, link = 0;
    if (end - s > 1 && (*s == '@' || *s == '#'))
        return 1;
    if (begins(s, end, "http://") || begins(s, end, "https://") || begins(s, end, "www."))
        return 1;
    for (const uint8_t *c = s; c < end; c++) {
        at |= *c == '@' || *c == '#';
        slash |= *c == '/';
        dot |= *c == '.' || *c == ':';
        link |= (*c == '/' && dot) || (*c == '.' && c - s >= 3 && begins(c - 3, c + 1, "www"));
    }
    if (link || (at && end - s > 1))
        return (at ? !slash && is_mail(s, end) : is_address(s, end)) ? 1 : -1;
    return 0;
}

/* Return what stands for a character that is not ASCII where words are counted, NULL where Python must: a letter in
   lower case, a space, the ASCII marks that it folds to, and a mark for a picture or what it is otherwise. */
static const uint8_t *stand_in(Py_UCS4 c, const uint8_t *before, uint8_t *word, size_t *size) {
    static const uint8_t space[] = " ", picture[] = "\x01";
    int shape = shape_of(c);
    memcpy(word, &meanings[c], 8);
    *size = 1;
    if (word[0] != PLAIN)
        return NULL;
    if (shape == IS_SPACE)
        return space;
    if (word[1] == 0) { /* invisible: gone, which may join letters, but not behind a picture */
        *size = 0;
        return *before == *picture ? picture : NULL;
    }
    if (word[2] >= 0x80) {
        size_t own;
        Py_UCS4 lower = decode_wide(word + 2, &own);
        if (own != word[1] || (shape == IS_WORD ? !Py_UNICODE_ISALPHA(c) || !Py_UNICODE_ISALPHA(lower) : lower != c))
            return NULL;
        *size = shape == IS_WORD ? own : 1;
        return shape == IS_WORD ? word + 2 : picture;
    }
    *size = word[1];
    for (size_t i = 0; i < *size; i++)
        if (byte_class[word[2 + i]] != MARK || memchr("@#/_", word[2 + i], 4) != NULL)
            return NULL;
    return shape == IS_WORD ? NULL : word + 2;
}

static inline uint8_t lowered(uint8_t c) { return (uint8_t)(c + ((uint8_t)(c - 'A') < 26 ? 32 : 0)); }

/* Put in worker->scratch, where room is, what words are counted in; 0 where Python must read the text, -1 for an error. */
static int fold_for_words(Core *core, Worker *worker, Span *text) {
    uint8_t *out = worker->scratch, word[8 + PADDING];
    *out++ = ' ';
    for (size_t i = 0, size = 1; i < text->length; i += size, size = 1) {
        if (text->s[i] < 0x80) {
            *out++ = lowered(text->s[i]);
            continue;
        }
        Py_UCS4 c = decode_wide(text->s + i, &size);
        if (meanings[c] == UNKNOWN && learn(core, worker, c) < 0)
            return -1;
        size_t length;
        const uint8_t *instead = stand_in(c, out - 1, word, &length);
        if (instead == NULL)
            return 0;
        memcpy(out, instead, length);
        out += length;
    }
    *text = (Span){worker->scratch, (size_t)(out - worker->scratch)};
    return 1;
}

/* Say whether `language.is_foreign` surely says no: most letters are Latin, and there is no word of another language, or
   too few, or enough of English. */
static int is_surely_english(Core *core, Worker *worker, Span text) {
    Spoken spoken = {0};
    uint8_t wide = 0, links = 0;
    if (GROW(worker->scratch, worker->scratch_size, 3 * text.length + 2 * PADDING) < 0)
        return no_memory(worker);
    uint8_t *restrict out = worker->scratch;
    const uint8_t *restrict in = text.s;
    for (size_t i = 0; i < text.length; i++) { /* a plain loop, as in `fold` */
        uint8_t c = in[i];
        wide |= c;
        links |= (uint8_t)((c == '@') | (c == '/') | (c == '#'));
        out[i] = lowered(c);
    }
    int plain = wide < 0x80 ? 1 : fold_for_words(core, worker, &text);
    if (plain <= 0)
        return plain;
    text.s = worker->scratch;
    memset(worker->scratch + text.length, 0, PADDING);
    const uint8_t *s = text.s, *end = s + text.length;
    if (!links)
        count_words(worker, s, end, &spoken);
    while (links && s < end) {
        const uint8_t *stop = s;
        while (stop < end && byte_class[*stop] != SPACE)
            stop++;
        int taken = stop > s ? is_no_word(s, stop) : 1;
        if (taken < 0)
            return 0;
        if (taken == 0)
            count_words(worker, s, stop, &spoken);
        s = stop < end ? stop + 1 : end;
    }
    if (spoken.wide_letters >= 2 && 2 * spoken.wide_letters > spoken.letters)
        return 0;
    size_t evidence = spoken.foreign + spoken.wide;
    return spoken.foreign == 0 || evidence < 2 || evidence <= 2 * spoken.english || 7 * evidence < spoken.words;
}

/* Say whether a text is in another language; -1 for an error. */
static int is_foreign(Core *core, Worker *worker, Span text) {
    PyObject *function = PyTuple_GET_ITEM(worker->helpers, IS_FOREIGN);
    if (function == Py_None || text.length == 0)
        return 0;
    int english = is_surely_english(core, worker, text);
    if (english != 0)
        return english < 0 ? -1 : 0;
    lock(worker);
    PyObject *string = PyUnicode_DecodeUTF8((const char *)text.s, (Py_ssize_t)text.length, "strict");
    PyObject *answer = string != NULL ? PyObject_CallOneArg(function, string) : NULL;
    int foreign = answer != NULL ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    Py_XDECREF(string);
    unlock(worker);
    return foreign;
}

/* ---------------------------------------------------------------- label_activities(block) */

static int read_text(Core *core, Worker *worker, const Shape *shape, const Sketch *sketch, Record *found) {
    found->text = shape->text == NO_TEXT ? (Span){found->record.s, 0} : sketch->strings[shape->text];
    if (shape->markup) {
        uint8_t *out = worker->plain + worker->plain_used;
        size_t room = worker->plain_size - worker->plain_used;
        int kind = take_markup(out, &found->text) ? PLAIN_RECORD
                                                  : take_markup_by_python(worker, out, room, &found->text);
        if (kind != PLAIN_RECORD)
            return kind;
        if (found->text.length == 0)
            return FOREIGN_RECORD; /* other members may hold words */
        if (found->text.s >= out && found->text.s < out + room)
            worker->plain_used = (size_t)(found->text.s + found->text.length - worker->plain);
    }
    if (found->text.length > TEXT_LIMIT)
        return FOREIGN_RECORD;
    int foreign = is_foreign(core, worker, found->text);
    found->not_english = foreign > 0;
    return foreign < 0 ? RAISED : PLAIN_RECORD;
}

static int scan_activity(Worker *worker, const Table *table, const uint8_t *s, const uint8_t *end, Record *found) {
    const uint8_t *feed = memchr(s, '\n', (size_t)(end - s));
    Sketch sketch;
    sketch.json = (Json){.s = s, .end = feed != NULL ? feed : end, .worker = worker, .table = table};
    sketch.used = sketch.n_strings = 0;
    sketch.has_id = sketch.has_file = sketch.has_position = 0;
    sketch.file = sketch.position = (Span){s, 0};
    Json *json = &sketch.json;
    found->next = feed != NULL ? feed + 1 : end;
    skip_blanks(json);
    if (json->s == json->end)
        return BLANK_RECORD;
    const uint8_t *begin = json->s;
    size_t length = (size_t)(json->end - begin);
    int room = make_plain(worker, 2 * length + PADDING);
    if (room != PLAIN_RECORD)
        return room;
    worker->n_keys = 0;
    if (*begin != '{' || first_invalid(begin, length) < length || !sketch_container(&sketch, NUMBERED, 0) ||
        !sketch.has_id)
        return FOREIGN_RECORD;
    found->record = (Span){begin, (size_t)(json->s - begin)};
    skip_blanks(json);
    if (json->s != json->end)
        return FOREIGN_RECORD;
    memset(sketch.key + sketch.used, 0, PADDING);
    Shape *shape;
    int kind = find_or_learn(table->core, worker, &sketch, &shape);
    if (kind != PLAIN_RECORD)
        return kind;
    if (shape->text == FOREIGN_SHAPE)
        return FOREIGN_RECORD;
    found->first_fact = shape->first_fact;
    found->n_facts = shape->n_facts;
    found->adds = (sketch.has_file ? 0 : ADDS_FILE) | (sketch.has_position ? 0 : ADDS_POSITION);
    found->file = sketch.file;
    found->position = sketch.position;
    return read_text(table->core, worker, shape, &sketch, found);
}

/* Write an activity's own members, then where it stood. */
static uint8_t *write_activity(const Table *table, uint8_t *out, const Line *line) {
    out = write_members(table, out, line) - 2;
    if ((line->adds & ADDS_FILE) && line->file.length > 0)
        out += sprintf((char *)out, ", \"file\": \"%.*s\"", (int)line->file.length, (const char *)line->file.s);
    else if (line->adds & ADDS_FILE) {
        memcpy(out, table->field.s, table->field.length);
        out += table->field.length;
    }
    if ((line->adds & ADDS_POSITION) && line->position.length > 0)
        out += sprintf((char *)out, ", \"position\": %.*s", (int)line->position.length, (const char *)line->position.s);
    else if (line->adds & ADDS_POSITION)
        out += sprintf((char *)out, ", \"position\": %zu", line->number);
    *out++ = ',';
    *out++ = ' ';
    return out;
}

/* Make a worker ready for these helpers: what it learnt from others is forgotten. */
static int take_helpers(Worker *worker, PyObject *helpers) {
    if (worker->helpers == helpers)
        return 0;
    Py_CLEAR(worker->helpers);
    worker->words_size = 4096;
    worker->shapes_size = 2 * MOST_SHAPES;
    worker->n_shapes = worker->pool_used = worker->n_facts = 0;
    memset(worker->sieve, 0, SIEVE);
    PyMem_RawFree(worker->words);
    PyMem_RawFree(worker->shapes);
    worker->words = PyMem_RawCalloc(worker->words_size, sizeof(FunctionWord));
    worker->shapes = PyMem_RawCalloc(worker->shapes_size, sizeof(Shape));
    if (worker->words == NULL || worker->shapes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject *foreign = PyTuple_GET_ITEM(helpers, FOREIGN_WORDS), *english = PyTuple_GET_ITEM(helpers, ENGLISH_WORDS);
    if (enter_words(worker, foreign, FOREIGN_WORD) < 0 || enter_words(worker, english, ENGLISH_WORD) < 0)
        return -1;
    worker->helpers = Py_NewRef(helpers);
    return 0;
}

static PyObject *core_label_activities(Core *core, PyObject *args) {
    Py_buffer block, file;
    Py_ssize_t start, number;
    Table table = {.scan = scan_activity, .write = write_activity, .brief = 1, .core = core};
    if (!PyArg_ParseTuple(args, "y*nnO!dy*O!O!", &block, &start, &number, &PyTuple_Type, &table.pieces,
                          &table.job.min_confidence, &file, &PyTuple_Type, &table.taken, &PyTuple_Type,
                          &table.helpers))
        return NULL;
    table.field = (Span){file.buf, (size_t)file.len};
    table.number = (size_t)number;
    PyObject *result = NULL;
    if (PyTuple_GET_SIZE(table.helpers) != N_HELPERS ||
        !PyBytes_Check(PyTuple_GET_ITEM(table.helpers, FOREIGN_WORDS)) ||
        !PyBytes_Check(PyTuple_GET_ITEM(table.helpers, ENGLISH_WORDS)))
        PyErr_SetString(PyExc_ValueError, "helpers are three functions and two strings of words");
    else if (check_bytes(table.taken, -1))
        result = label_table(core, &block, start, &table);
    PyBuffer_Release(&file);
    PyBuffer_Release(&block);
    return result;
}

#endif
