/* JSON Lines: what json.loads takes without a second thought. */

#ifndef SOCIALCLASS_JSON_H
#define SOCIALCLASS_JSON_H

#include "tables.h"

typedef struct {
    const uint8_t *s, *end;
    Worker *worker;
    const Table *table;
    Span text;
    int has_text, escaped;     /* the text's escapes have still to be taken out */
} Json;

static inline void skip_blanks(Json *json) {
    while (json->s < json->end && (*json->s == ' ' || *json->s == '\t' || *json->s == '\r' || *json->s == '\n'))
        json->s++;
}

static int take(Json *json, uint8_t wanted) {
    if (json->s == json->end || *json->s != wanted)
        return 0;
    json->s++;
    return 1;
}

static int hex_value(uint8_t c) {
    return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* Return the number of four hexadecimal digits, or -1. */
static int32_t hex4(const uint8_t *s, const uint8_t *end) {
    int32_t value = 0;
    if (end - s < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(s[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Return the first quote, backslash or control character from `s` on, or the end. */
static const uint8_t *string_stop(const uint8_t *s, const uint8_t *end) {
#if defined(__GNUC__) && PY_LITTLE_ENDIAN
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    for (; end - s >= 8; s += 8) {
        uint64_t x = load8(s), quote = x ^ '"' * ones, slash = x ^ '\\' * ones;
        uint64_t stops = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((x - 0x20 * ones) & ~x);
        if ((stops &= high) != 0)
            return s + (size_t)__builtin_ctzll(stops) / 8; /* a borrow only marks what comes later */
    }
#endif
    while (s < end && *s != '"' && *s != '\\' && *s >= 0x20)
        s++;
    return s;
}

/* Read a string; its content stays as it stands. Return 0 if it is none. */
static int read_string(Json *json, Span *content, int *escaped) {
    if (!take(json, '"'))
        return 0;
    const uint8_t *begin = json->s;
    *escaped = 0;
    while ((json->s = string_stop(json->s, json->end)) < json->end && *json->s == '\\') {
        *escaped = 1;
        json->s++;
        if (json->s == json->end || memchr("\"\\/bfnrtu", *json->s, 9) == NULL)
            return 0;
        if (*json->s == 'u' && hex4(json->s + 1, json->end) < 0)
            return 0;
        json->s++;
    }
    *content = (Span){begin, (size_t)(json->s - begin)};
    return take(json, '"');
}

static size_t skip_digits(Json *json) {
    const uint8_t *begin = json->s;
    while (json->s < json->end && is_digit(*json->s))
        json->s++;
    return (size_t)(json->s - begin);
}

static int read_number(Json *json) {
    const uint8_t *begin = json->s;
    take(json, '-');
    if (!take(json, '0') && skip_digits(json) == 0)
        return 0;
    if (take(json, '.') && skip_digits(json) == 0)
        return 0;
    if (take(json, 'e') || take(json, 'E')) {
        if (!take(json, '+'))
            take(json, '-');
        if (skip_digits(json) == 0)
            return 0;
    }
    return json->s - begin <= LONGEST_NUMBER;
}

static int read_word(Json *json, const char *word, size_t length) {
    if ((size_t)(json->end - json->s) < length || memcmp(json->s, word, length) != 0)
        return 0;
    json->s += length;
    return 1;
}

static int same_span(Span a, Span b) { return a.length == b.length && memcmp(a.s, b.s, a.length) == 0; }

/* Enter a key among those of its object, which begin at `first`; 0 if it stands there twice or there are too many. */
static int enter_key(Json *json, Span key, size_t first) {
    Worker *worker = json->worker;
    if (worker->n_keys - first >= MOST_KEYS || GROW(worker->keys, worker->keys_size, worker->n_keys + 1) < 0)
        return 0;
    for (size_t i = first; i < worker->n_keys; i++)
        if (same_span(worker->keys[i], key))
            return 0;
    worker->keys[worker->n_keys++] = key;
    return 1;
}

static int is_taken(const Table *table, Span key) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(table->taken); i++) {
        PyObject *name = PyTuple_GET_ITEM(table->taken, i);
        if (same_span(key, (Span){(const uint8_t *)PyBytes_AS_STRING(name), (size_t)PyBytes_GET_SIZE(name)}))
            return 1;
    }
    return 0;
}

static int read_value(Json *json, int depth);

static int read_member(Json *json, int depth, size_t first) {
    Span key;
    int escaped;
    skip_blanks(json);
    if (!read_string(json, &key, &escaped) || escaped || !enter_key(json, key, first))
        return 0;
    skip_blanks(json);
    if (!take(json, ':'))
        return 0;
    skip_blanks(json);
    if (depth > 0)
        return read_value(json, depth);
    if (is_taken(json->table, key))
        return 0;
    if (!same_span(key, json->table->field))
        return read_value(json, depth);
    json->has_text = 1;
    return read_string(json, &json->text, &json->escaped);
}

/* Read an object or an array, of which `depth` others stand outside. */
static int read_container(Json *json, int depth) {
    int is_object = *json->s++ == '{';
    uint8_t close = is_object ? '}' : ']';
    size_t first = json->worker->n_keys;
    skip_blanks(json);
    if (take(json, close))
        return 1;
    do {
        skip_blanks(json);
        if (!(is_object ? read_member(json, depth, first) : read_value(json, depth)))
            return 0;
        skip_blanks(json);
    } while (take(json, ','));
    json->worker->n_keys = first;
    return take(json, close);
}

static int read_value(Json *json, int depth) {
    Span content;
    int escaped;
    if (json->s == json->end)
        return 0;
    switch (*json->s) {
    case '"':
        return read_string(json, &content, &escaped);
    case '{':
    case '[':
        return depth < DEEPEST && read_container(json, depth + 1);
    case 't':
        return read_word(json, "true", 4);
    case 'f':
        return read_word(json, "false", 5);
    case 'n':
        return read_word(json, "null", 4);
    default:
        return read_number(json);
    }
}

static uint8_t *encode(uint8_t *out, uint32_t c) {
    if (c < 0x80)
        *out++ = (uint8_t)c;
    else {
        if (c < 0x800)
            *out++ = (uint8_t)(0xc0 | c >> 6);
        else {
            if (c < 0x10000)
                *out++ = (uint8_t)(0xe0 | c >> 12);
            else {
                *out++ = (uint8_t)(0xf0 | c >> 18);
                *out++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
            }
            *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        }
        *out++ = (uint8_t)(0x80 | (c & 0x3f));
    }
    return out;
}

/* Take the escapes out of a string's content; never longer than it. Return the end, or NULL for half a pair. */
static uint8_t *unescape(uint8_t *out, Span content) {
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const uint8_t *s = content.s, *end = s + content.length;
    while (s < end) {
        const uint8_t *slash = memchr(s, '\\', (size_t)(end - s));
        size_t length = (size_t)((slash != NULL ? slash : end) - s);
        memcpy(out, s, length);
        out += length;
        s += length;
        if (slash == NULL)
            break;
        if (s[1] != 'u') {
            *out++ = (uint8_t)meant[strchr(names, s[1]) - names];
            s += 2;
            continue;
        }
        int32_t c = hex4(s + 2, end);
        s += 6;
        if (c >= 0xd800 && c < 0xe000) {
            int32_t low = c < 0xdc00 && end - s >= 6 && s[0] == '\\' && s[1] == 'u' ? hex4(s + 2, end) : -1;
            if (low < 0xdc00 || low >= 0xe000)
                return NULL;
            c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
            s += 6;
        }
        out = encode(out, (uint32_t)c);
    }
    return out;
}

static int scan_json(Worker *worker, const Table *table, const uint8_t *s, const uint8_t *end, Record *found) {
    const uint8_t *feed = memchr(s, '\n', (size_t)(end - s));
    Json json = {.s = s, .end = feed != NULL ? feed : end, .worker = worker, .table = table};
    found->next = feed != NULL ? feed + 1 : end;
    skip_blanks(&json);
    if (json.s == json.end)
        return BLANK_RECORD;
    const uint8_t *begin = json.s;
    worker->n_keys = 0;
    if (*json.s != '{' || !read_container(&json, 0) || !json.has_text)
        return FOREIGN_RECORD;
    found->record = (Span){begin, (size_t)(json.s - begin)};
    skip_blanks(&json);
    if (json.s != json.end || first_invalid(begin, found->record.length) < found->record.length)
        return FOREIGN_RECORD;
    found->text = json.text;
    if (!json.escaped)
        return PLAIN_RECORD;
    int room = make_plain(worker, json.text.length);
    if (room != PLAIN_RECORD)
        return room;
    uint8_t *out = worker->plain + worker->plain_used, *stop = unescape(out, json.text);
    if (stop == NULL)
        return FOREIGN_RECORD;
    found->text = (Span){out, (size_t)(stop - out)};
    worker->plain_used += found->text.length;
    return PLAIN_RECORD;
}

/* Write an object's own members, and open the place for more. It holds the text, so it is not empty. */
static uint8_t *write_members(const Table *Py_UNUSED(table), uint8_t *out, const Line *line) {
    const uint8_t *s = line->record + 1, *end = line->record + line->record_length - 1;
    while (*s == ' ' || *s == '\t' || *s == '\r')
        s++;
    while (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')
        end--;
    *out++ = '{';
    memcpy(out, s, (size_t)(end - s));
    out += end - s;
    *out++ = ',';
    *out++ = ' ';
    return out;
}

static PyObject *core_label_jsonl(Core *core, PyObject *args) {
    Py_buffer block, field;
    Py_ssize_t start;
    Table table = {.scan = scan_json, .write = write_members, .brief = 1};
    if (!PyArg_ParseTuple(args, "y*nO!dy*O!", &block, &start, &PyTuple_Type, &table.pieces, &table.job.min_confidence,
                          &field, &PyTuple_Type, &table.taken))
        return NULL;
    table.field = (Span){field.buf, (size_t)field.len};
    PyObject *result = check_bytes(table.taken, -1) ? label_table(core, &block, start, &table) : NULL;
    PyBuffer_Release(&field);
    PyBuffer_Release(&block);
    return result;
}

#endif
