/* Tokens to terms, and terms to scores: `reference.Scorer`, for a batch of texts at a time. */

#ifndef SOCIALCLASS_SCORING_H
#define SOCIALCLASS_SCORING_H

#include "analysis.h"

/* ---------------------------------------------------------------- resolve and score */

/* Call for the row of a term, or for that of no term. */
static inline void call_row(const Core *core, int32_t term) {
    PREFETCH((const uint8_t *)core->rows + (size_t)(uint32_t)term * core->row_size);
}

/* Ask later for the term of a token's first characters, and call for the slot that it will be looked for in. */
static void ask_prefix(const Core *core, Worker *worker, const Token *token) {
    Key key = key_of(worker->text + token->offset, token->prefix_length);
    PREFETCH(&core->names[key.hash & (core->names_size - 1)]);
    worker->asked[worker->n_asked++] = (Asked){(uint32_t)(token - worker->tokens), key.hash};
}

/* Look some tokens of a line up, of which `left` is the id of the one before; return the id of the last. Nothing is
   guessed at that could go wrong every third time, and no place to write to depends on what was read: that is what a
   processor would have to wait for. */
static uint64_t resolve_some(const Core *restrict core, Worker *restrict worker, size_t first, size_t count,
                             uint64_t left) {
    const Token *token = worker->tokens + first;
    Finding *found = worker->findings + first;
    const uint8_t *text = worker->text;
    const uint64_t *filter = core->filter;
    Marks marks = {0, 0, 0};
    for (size_t i = 0; i < count; i++, token++, found++) {
        const Name *name = find_name(core, token->hash, token->head, token->tail, text + token->offset, token->length);
        int32_t word = name->word, prefix = read_shared(&name->prefix);
        uint64_t id = name->offset, is_longer = token->prefix_length != 0;
        if (word == ALIAS) {
            id = core->platform_id;
            word = 0;
            is_longer = 0;
        }
        found->word = word;
        found->prefix = prefix;
        if (is_longer & (prefix == 0))
            ask_prefix(core, worker, token);
        call_row(core, word);
        uint64_t key = key_of_pair(left, id);
        found->pair = key;
        PREFETCH(&filter[filter_bit(core, hash_pair(key)) / 64]);
        marks.words |= (uint64_t)(word > 0) << i;
        marks.prefixes |= is_longer << i;
        left = id;
    }
    found -= count;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = hash_pair(found[i].pair);
        size_t bit = filter_bit(core, hash);
        uint64_t is_likely = filter[bit / 64] >> bit % 64 & 1;
        PREFETCH(&core->pairs[pair_slot(core, hash) & (0 - is_likely)]);
        marks.pairs |= is_likely << i;
    }
    worker->marks[worker->n_marks++] = marks;
    return left;
}

static void resolve_tokens(const Core *core, Worker *worker, Line *line) {
    uint64_t left = core->start_id;
    line->marks = worker->n_marks;
    for (size_t i = 0; i < line->count; i += MARKED)
        left = resolve_some(core, worker, line->first + i, line->count - i < MARKED ? line->count - i : MARKED, left);
}

/* What a name's first characters are is kept in it: threads that find out at the same time write the same. */
static void answer_prefixes(const Core *core, Worker *worker) {
    for (size_t i = 0; i < worker->n_asked; i++) {
        const Asked *each = &worker->asked[i];
        const Token *token = &worker->tokens[each->token];
        const uint8_t *s = worker->text + token->offset;
        size_t length = token->prefix_length;
        const Name *prefix = find_name(core, each->hash, head_of(s, length), tail_of(s, length), s, length);
        int32_t term = read_shared(&prefix->prefix);
        term = prefix->length != 0 && term > 0 ? term : UNKNOWN_TERM;
        worker->findings[each->token].prefix = term;
        Name *name = find_name(core, token->hash, token->head, token->tail, s, token->length);
        if (name->length != 0)
            *(volatile int32_t *)&name->prefix = term;
    }
}

/* Put the terms of pairs in the place of their keys. */
static void answer_pairs(const Core *core, Worker *worker, const Line *line) {
    for (size_t i = 0; i < line->count; i += MARKED)
        for (uint64_t left = worker->marks[line->marks + i / MARKED].pairs; left != 0; left &= left - 1) {
            Finding *found = &worker->findings[line->first + i + (size_t)lowest_bit(left)];
            int32_t term = find_pair(core, pair_slot(core, hash_pair(found->pair)), found->pair)->term;
            found->pair = (uint64_t)term;
            call_row(core, term);
        }
}

/* Find what the tokens of all texts of the batch are. */
static int resolve(const Core *core, Worker *worker) {
    size_t tokens = worker->n_tokens;
    if (GROW(worker->asked, worker->asked_size, tokens + 1) < 0 ||
        GROW(worker->findings, worker->findings_size, tokens + 1) < 0 ||
        GROW(worker->marks, worker->marks_size, tokens / MARKED + worker->n_lines + 1) < 0)
        return no_memory(worker);
    worker->n_asked = worker->n_marks = 0;
    for (size_t k = 0; k < worker->n_lines; k++)
        resolve_tokens(core, worker, &worker->lines[k]);
    answer_prefixes(core, worker);
    for (size_t k = 0; k < worker->n_lines; k++)
        answer_pairs(core, worker, &worker->lines[k]);
    return 0;
}

/* Where the terms of a text are counted. */
typedef struct {
    Count *counts;
    Found *found;
    size_t mask, n;
    uint64_t stamp;
} Counter;

/* Make room to count up to so many terms. */
static int start_counting(Worker *worker, size_t most, Counter *counter) {
    size_t size = worker->counts_size;
    if (GROW(worker->found, worker->found_size, most + 1) < 0 || GROW(worker->counts, size, 2 * most + 512) < 0)
        return no_memory(worker);
    if (size != worker->counts_size || ++worker->stamp == 0) { /* new slots, or no stamp left that is new */
        memset(worker->counts, 0, size * sizeof(Count));
        worker->counts_size = size;
        worker->stamp = 1;
    }
    size_t mask = 255; /* no more slots than the text needs: they stay in the nearest cache */
    while (mask < 2 * most)
        mask = 2 * mask + 1;
    *counter = (Counter){worker->counts, worker->found, mask, 0, (uint64_t)worker->stamp << 32};
    return 0;
}

static inline void count_term(Counter *counter, int32_t term) {
    uint64_t key = counter->stamp | (uint32_t)term;
    size_t slot = (uint32_t)term * UINT32_C(2654435769) >> 7 & counter->mask;
    Count *count = &counter->counts[slot];
    while ((count->key ^ key) - 1 < UINT32_MAX) /* another term of this text */
        count = &counter->counts[slot = (slot + 1) & counter->mask];
    if (count->key == key)
        counter->found[count->position].count++;
    else {
        *count = (Count){key, counter->n};
        counter->found[counter->n++] = (Found){(uint32_t)term, 1};
    }
}

/* Count a text's terms in the order of `text.analyze`: tokens, prefixes, pairs, parts of handles; then its facts. */
static int count_terms(const Core *core, Worker *worker, const Line *line) {
    Counter counter;
    if (start_counting(worker, 3 * line->count + line->parts + line->n_facts, &counter) < 0)
        return -1;
    const Finding *findings = worker->findings + line->first;
    const Marks *marks = worker->marks + line->marks;
    for (size_t i = 0; i < line->count; i += MARKED)
        for (uint64_t left = marks[i / MARKED].words; left != 0; left &= left - 1)
            count_term(&counter, findings[i + (size_t)lowest_bit(left)].word);
    for (size_t i = 0; i < line->count; i += MARKED)
        for (uint64_t left = marks[i / MARKED].prefixes; left != 0; left &= left - 1) {
            int32_t term = findings[i + (size_t)lowest_bit(left)].prefix;
            if (term > 0)
                count_term(&counter, term);
        }
    for (size_t i = 0; i < line->count; i += MARKED)
        for (uint64_t left = marks[i / MARKED].pairs; left != 0; left &= left - 1) {
            int32_t term = (int32_t)findings[i + (size_t)lowest_bit(left)].pair;
            if (term > 0)
                count_term(&counter, term);
        }
    const Token *token = worker->tokens + line->first + line->count, *end = token + line->parts;
    for (; token < end; token++) {
        const uint8_t *s = worker->text + token->offset;
        int32_t term = find_name(core, token->hash, token->head, token->tail, s, token->length)->word;
        if (term > 0)
            count_term(&counter, term);
    }
    for (size_t i = 0; i < line->n_facts; i++)
        count_term(&counter, worker->facts[line->first_fact + i]);
    worker->n_found = counter.n;
    return 0;
}

static inline double frequency(uint32_t count) { return count < LOGS ? log_table[count] : 1.0 + log((double)count); }

/* Fill worker->totals with a text's scores; return how many of its terms are known, or -1. The sums go by first
   occurrence, as the reference's do, so that they do not depend on what else is in the batch. */
static Py_ssize_t score_line(const Core *core, Worker *worker, const Line *line) {
    if (count_terms(core, worker, line) < 0)
        return -1;
    size_t stride = (size_t)core->n_rows + 1;
    const Found *each = worker->found, *end = each + worker->n_found;
    double squares = 0.0, first = 0.0, *totals = worker->totals;
    for (; each < end; each++) {
        const double *row = (const double *)((const uint8_t *)core->rows + each->term * core->row_size);
        if (each->count == 1) { /* most are */
            squares += row[0];
            first += row[1];
        } else {
            double tf = frequency(each->count);
            squares += tf * tf * row[0];
            first += tf * row[1];
        }
    }
    double length = sqrt(squares + core->damping * core->damping);
    memcpy(totals, core->intercept, (size_t)core->n_rows * sizeof(double));
    if (length == 0.0)
        return 0;
    totals[0] += first / length;
    for (size_t row = 1; row < stride - 1; row++) {
        double total = 0.0;
        for (each = worker->found; each < end; each++)
            total += frequency(each->count) * core->rows[(size_t)each->term * stride + 1 + row];
        totals[row] += total / length;
    }
    return (Py_ssize_t)worker->n_found;
}

/* ---------------------------------------------------------------- score(texts) */

/* Return ``Scores(known, scores)``: a tuple of a subclass without fields of its own. */
static PyObject *make_scores(const Core *core, const Worker *worker, Py_ssize_t known, PyTypeObject *type) {
    PyObject *result = type->tp_alloc(type, 2), *totals = PyTuple_New(core->n_rows);
    if (result == NULL || totals == NULL)
        goto failed;
    PyTuple_SET_ITEM(result, 1, totals);
    totals = NULL;
    for (Py_ssize_t row = 0; row < core->n_rows; row++) {
        PyObject *score = PyFloat_FromDouble(worker->totals[row]);
        if (score == NULL)
            goto failed;
        PyTuple_SET_ITEM(PyTuple_GET_ITEM(result, 1), row, score);
    }
    PyObject *number = PyLong_FromSsize_t(known);
    if (number == NULL)
        goto failed;
    PyTuple_SET_ITEM(result, 0, number);
    /* Numbers are in no cycle: the collector need not walk over thousands of them, again and again. */
    PyObject_GC_UnTrack(PyTuple_GET_ITEM(result, 1));
    PyObject_GC_UnTrack(result);
    return result;
failed:
    Py_XDECREF(result);
    Py_XDECREF(totals);
    return NULL;
}

/* Take the facts beside a text; return 1 if one has not their form, -1 for an error. */
static int add_facts(const Core *core, Worker *worker, PyObject *given) {
    PyObject *facts = PySequence_Fast(given, "facts are no sequence"), *owner;
    int outcome = facts == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; outcome == 0 && i < PySequence_Fast_GET_SIZE(facts); i++) {
        Py_ssize_t length;
        PyObject *fact = PySequence_Fast_GET_ITEM(facts, i);
        if (!PyUnicode_Check(fact)) {
            PyErr_Format(PyExc_TypeError, "a fact is %s, not str", Py_TYPE(fact)->tp_name);
            outcome = -1;
            break;
        }
        const uint8_t *s = utf8_of(fact, &length, &owner);
        if (s == NULL)
            outcome = -1;
        else if (!is_fact(s, (size_t)length))
            outcome = 1;
        else
            outcome = add_fact(core, worker, s, (size_t)length);
        Py_XDECREF(owner);
    }
    Py_XDECREF(facts);
    return outcome;
}

enum { FAILED = -1, NO_FACT = -2 };

/* Score texts[at:] until the batch is full; return how many, FAILED, or NO_FACT if only Python can look a fact up.
   `owners` keeps what the batch points at. */
static Py_ssize_t score_batch(Core *core, Worker *worker, PyObject *texts, PyObject *facts, Py_ssize_t at,
                              PyObject *results, PyTypeObject *type, PyObject *owners) {
    Py_ssize_t taken = at;
    start_batch(worker);
    for (; taken < PyTuple_GET_SIZE(texts) && !batch_is_full(worker); taken++) {
        Py_ssize_t length;
        PyObject *owner, *text = PyTuple_GET_ITEM(texts, taken);
        if (!PyUnicode_Check(text)) {
            PyErr_Format(PyExc_TypeError, "texts[%zd] is %s, not str", taken, Py_TYPE(text)->tp_name);
            return -1;
        }
        const uint8_t *s = utf8_of(text, &length, &owner);
        int failed = s == NULL || (owner != NULL && PyList_Append(owners, owner) < 0);
        Py_XDECREF(owner);
        if (failed || add_line(core, worker, s, (size_t)length) < 0)
            return FAILED;
        int beside = facts != Py_None ? add_facts(core, worker, PyTuple_GET_ITEM(facts, taken)) : 0;
        if (beside != 0)
            return beside < 0 ? FAILED : NO_FACT;
    }
    if (resolve(core, worker) < 0)
        return -1;
    for (size_t k = 0; k < worker->n_lines; k++) {
        Py_ssize_t known = score_line(core, worker, &worker->lines[k]);
        PyObject *scores = known < 0 ? NULL : make_scores(core, worker, known, type);
        if (scores == NULL)
            return -1;
        PyList_SET_ITEM(results, at + (Py_ssize_t)k, scores);
    }
    return taken - at;
}

static PyObject *core_score(Core *core, PyObject *args) {
    PyObject *texts, *facts = Py_None;
    PyTypeObject *type;
    if (!PyArg_ParseTuple(args, "O!O!|O", &PyTuple_Type, &texts, &PyType_Type, &type, &facts))
        return NULL;
    if (facts != Py_None && (!PyTuple_Check(facts) || PyTuple_GET_SIZE(facts) != PyTuple_GET_SIZE(texts))) {
        PyErr_SetString(PyExc_ValueError, "facts are a tuple with one sequence for each text");
        return NULL;
    }
    if (!PyType_IsSubtype(type, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "the second argument is no tuple type");
        return NULL;
    }
    PyObject *results = PyList_New(PyTuple_GET_SIZE(texts)), *owners = PyList_New(0);
    Worker *worker = results != NULL && owners != NULL ? take_worker(core) : NULL;
    Py_ssize_t at = 0, scored = worker != NULL ? 0 : -1;
    while (scored >= 0 && at < PyTuple_GET_SIZE(texts)) {
        scored = score_batch(core, worker, texts, facts, at, results, type, owners);
        at += scored;
    }
    if (worker != NULL)
        return_worker(core, worker);
    Py_XDECREF(owners);
    if (scored < 0)
        Py_CLEAR(results);
    return scored == NO_FACT ? Py_NewRef(Py_None) : results;
}

#endif
