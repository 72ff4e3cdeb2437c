/* Tokens to terms, and terms to scores: `reference.Scorer`, for a batch of texts at a time. */

#ifndef SOCIALCLASS_SCORING_H
#define SOCIALCLASS_SCORING_H

#include "analysis.h"

/* ---------------------------------------------------------------- resolve and score */

static inline void prefetch_row(const Core *core, int32_t term) {
    PREFETCH(core->rows + (size_t)(term < 0 ? 0 : term) * ((size_t)core->n_rows + 1));
}

/* Append a term if it is one; written in any case, so that nothing has to be guessed. */
static inline size_t append(const Core *core, int32_t *terms, size_t n, int32_t term) {
    terms[n] = term;
    prefetch_row(core, term);
    return n + (term >= 0);
}

/* Note a token's prefix, if it is longer than one, and call for the prefix's slot unless the token's name knows its
   term. It is written in any case, so that nothing has to be guessed. */
static inline void note_prefix(const Core *core, const Worker *worker, const Token *token, const Name *name,
                               size_t is_longer, Longer *longer) {
    int known = name->length != 0;
    int32_t term = known ? name->prefix : UNASKED;
    *longer = (Longer){(uint32_t)(token - worker->tokens), 0, term, known ? (uint32_t)(name - core->names) : NONE};
    if ((term != UNASKED) | !is_longer)
        return;
    const uint8_t *s = worker->text + token->offset;
    size_t length = token->prefix_length;
    longer->hash = hash_name(head_of(s, length), tail_of(s, length), s, length);
    PREFETCH(&core->names[longer->hash & (core->names_size - 1)]);
}

/* Look the tokens of a line up, and note those that have a prefix; return how many prefixes there are now. */
static size_t resolve_names(const Core *core, Worker *worker, Line *line, size_t n_longer) {
    Token *tokens = worker->tokens + line->first;
    int32_t *terms = worker->terms + 3 * line->first;
    size_t n = 0, before = n_longer;
    for (size_t i = 0; i < line->count; i++) {
        Token *token = &tokens[i];
        const uint8_t *s = worker->text + token->offset;
        const Name *name = find_name(core, token->hash, token->head, token->tail, s, token->length);
        int32_t word = name->length != 0 ? name->word : -1;
        token->id = word == ALIAS ? core->platform_id : name->length != 0 ? name->offset : NONE;
        n = append(core, terms, n, word);
        size_t is_longer = (token->prefix_length != 0) & (word != ALIAS);
        note_prefix(core, worker, token, name, is_longer, &worker->longer[n_longer]);
        n_longer += is_longer;
    }
    line->n_longer = n_longer - before;
    line->n_terms = n;
    return n_longer;
}

/* What a name's first characters are is kept in it: threads that find out at the same time write the same. */
static int32_t find_prefix(const Core *core, const Worker *worker, const Longer *longer) {
    const Token *token = &worker->tokens[longer->token];
    const uint8_t *s = worker->text + token->offset;
    size_t length = token->prefix_length;
    const Name *name = find_name(core, longer->hash, head_of(s, length), tail_of(s, length), s, length);
    int32_t term = name->length != 0 && name->prefix >= 0 ? name->prefix : -1;
    if (longer->slot != NONE)
        core->names[longer->slot].prefix = term;
    return term;
}

static size_t resolve_prefixes(const Core *core, const Worker *worker, Line *line, size_t first) {
    int32_t *terms = worker->terms + 3 * line->first;
    for (size_t i = first; i < first + line->n_longer; i++) {
        const Longer *each = &worker->longer[i];
        line->n_terms = append(core, terms, line->n_terms,
                               each->term != UNASKED ? each->term : find_prefix(core, worker, each));
    }
    return first + line->n_longer;
}

/* Collect the neighbours that may be pairs. */
static size_t sift_pairs(const Core *core, const Worker *worker, Line *line, size_t n) {
    const Token *token = worker->tokens + line->first, *end = token + line->count;
    size_t before = n;
    for (uint32_t left = core->start_id; token < end; left = token++->id) {
        uint32_t hash = hash_pair(left, token->id);
        size_t bit = filter_bit(core, hash);
        worker->candidates[n] = (Candidate){left, token->id, hash};
        size_t likely = (core->filter[bit / 64] >> bit % 64 & 1) & (left != NONE) & (token->id != NONE);
        PREFETCH(&core->pairs[(hash & (core->pairs_size - 1)) & (0 - likely)]);
        n += likely;
    }
    line->n_pairs = n - before;
    return n;
}

static size_t resolve_pairs(const Core *core, const Worker *worker, Line *line, size_t first) {
    int32_t *terms = worker->terms + 3 * line->first;
    for (size_t i = first; i < first + line->n_pairs; i++) {
        const Candidate *each = &worker->candidates[i];
        const Pair *pair = find_pair(core, each->hash, each->left, each->right);
        line->n_terms = append(core, terms, line->n_terms, pair->left != NONE ? pair->term : -1);
    }
    return first + line->n_pairs;
}

static void resolve_parts(const Core *core, const Worker *worker, Line *line) {
    const Token *token = worker->tokens + line->first + line->count, *end = token + line->parts;
    int32_t *terms = worker->terms + 3 * line->first;
    for (; token < end; token++) {
        const uint8_t *s = worker->text + token->offset;
        const Name *name = find_name(core, token->hash, token->head, token->tail, s, token->length);
        line->n_terms = append(core, terms, line->n_terms, name->length != 0 ? name->word : -1);
    }
}

/* Find the known terms of all texts of the batch, each text's in the order of `text.analyze`. */
static int resolve(const Core *core, Worker *worker) {
    size_t n = 0, first = 0, n_longer = 0, longer = 0, tokens = worker->n_tokens;
    if (GROW(worker->longer, worker->longer_size, tokens + 1) < 0 ||
        GROW(worker->terms, worker->terms_size, 3 * tokens + 1) < 0 ||
        GROW(worker->candidates, worker->candidates_size, tokens + 1) < 0)
        return no_memory(worker);
    for (size_t k = 0; k < worker->n_lines; k++) {
        n_longer = resolve_names(core, worker, &worker->lines[k], n_longer);
        n = sift_pairs(core, worker, &worker->lines[k], n);
    }
    for (size_t k = 0; k < worker->n_lines; k++) {
        longer = resolve_prefixes(core, worker, &worker->lines[k], longer);
        first = resolve_pairs(core, worker, &worker->lines[k], first);
        resolve_parts(core, worker, &worker->lines[k]);
    }
    return 0;
}

static inline void count_term(Worker *worker, size_t mask, int32_t term) {
    size_t slot = (uint32_t)term * UINT32_C(2654435769) >> 7 & mask;
    Count *count = &worker->counts[slot];
    while (count->stamp == worker->stamp && count->term != term)
        count = &worker->counts[slot = (slot + 1) & mask];
    if (count->stamp == worker->stamp) {
        worker->found[count->position].count++;
        return;
    }
    *count = (Count){worker->stamp, (uint32_t)worker->n_found, term};
    worker->found[worker->n_found++] = (Found){term, 1, 0.0, 0.0};
}

/* Count a text's terms, by first occurrence. */
static int count_terms(Worker *worker, const Line *line) {
    const int32_t *terms = worker->terms + 3 * line->first;
    size_t most = line->n_terms + line->n_facts, size = worker->counts_size;
    if (GROW(worker->found, worker->found_size, most + 1) < 0 || GROW(worker->counts, size, 2 * most + 1) < 0)
        return no_memory(worker);
    if (size != worker->counts_size || ++worker->stamp == 0) { /* new slots, or no stamp left that is new */
        memset(worker->counts, 0, size * sizeof(Count));
        worker->counts_size = size;
        worker->stamp = 1;
    }
    size_t mask = 255; /* no more slots than the text needs: they stay in the nearest cache */
    while (mask < 2 * most)
        mask = 2 * mask + 1;
    worker->n_found = 0;
    for (size_t i = 0; i < line->n_terms; i++)
        count_term(worker, mask, terms[i]);
    for (size_t i = 0; i < line->n_facts; i++)
        count_term(worker, mask, worker->facts[line->first_fact + i]);
    return 0;
}

/* Fill worker->totals with a text's scores; return how many of its terms are known, or -1. The order of all sums and
   the place of the division are the reference's, so that the results are its results to the last bit. */
static Py_ssize_t score_line(const Core *core, Worker *worker, const Line *line) {
    if (count_terms(worker, line) < 0)
        return -1;
    size_t stride = (size_t)core->n_rows + 1;
    Found *found = worker->found, *end = found + worker->n_found;
    double squares = 0.0;
    for (; found < end; found++) {
        const double *row = core->rows + (size_t)found->term * stride;
        double tf = found->count < LOGS ? log_table[found->count] : 1.0 + log((double)found->count);
        found->value = tf * row[0];
        found->coef = row[1];
        squares += found->value * found->value;
    }
    double length = sqrt(squares + core->damping * core->damping), first = core->intercept[0];
    memcpy(worker->totals, core->intercept, (size_t)core->n_rows * sizeof(double));
    if (length == 0.0)
        return 0;
    for (found = worker->found; found < end; found++) {
        found->value /= length;
        first += found->value * found->coef;
    }
    worker->totals[0] = first;
    for (Py_ssize_t row = 1; row < core->n_rows; row++)
        for (found = worker->found; found < end; found++)
            worker->totals[row] += found->value * core->rows[(size_t)found->term * stride + 1 + (size_t)row];
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
