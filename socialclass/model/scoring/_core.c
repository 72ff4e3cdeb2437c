/* The compiled scoring core: texts or whole blocks of lines in, scores or labelled lines out.

It computes what `text.analyze` and `reference.Scorer` compute, on UTF-8 bytes and in passes over some texts at a
time, so that a table's slot is on its way from memory before it is looked at:

    normalise    compatibility forms, invisible characters, quotes, hashtags, lower case, digits   -> Worker.text
    tokenise     the alternatives of `text._TOKEN`, in their order, 64 bytes at a look; each token
                 is hashed                                                                         -> Worker.tokens
    resolve      token -> its id, its term, the term of its prefix; two neighbours' ids -> a pair's term
                                                                                  -> Worker.findings, Worker.marks
    score        counts of a text's terms in order of first occurrence, length, one sum for each row of weights
    label        whole blocks of lines, of CSV or of JSONL; a record of a table that is not plain is left to Python

Where a loop runs for each token, no branch hangs on what is true every third time, and no address that is written to
hangs on what was read before: a processor can then have several tokens under way.

It holds no rule of its own about single characters: what one becomes is asked of Python once (`learn`), and a text
whose characters depend on each other (combining marks, a final sigma) is normalised by `text.normalize` itself.
Names compare by their bytes, never by hash alone. Reads of 8 bytes may pass a token's end, never its buffer's: all
buffers are PADDING longer than what they hold.

One translation unit, so that the compiler sees all of it; its parts, each including those before it:

    core/types.h        what is stored
    core/characters.h   classes of bytes, UTF-8                 core/memory.h     buffers, the interpreter's lock
    core/names.h        the two hash tables                     core/building.h   a Core from its vocabulary
    core/analysis.h     normalise, tokenise, handles            core/scoring.h    resolve, score
    core/lines.h        blocks of lines                         core/tables.h     blocks of records:
    core/delimited.h    CSV and TSV                             core/json.h       JSON Lines
    core/activities.h   ActivityStreams, one a line             core/counting.h   the vocabulary of a corpus */

#include "core/activities.h"
#include "core/counting.h"
#include "core/delimited.h"

static PyMethodDef core_methods[] = {
    {"score", (PyCFunction)core_score, METH_VARARGS,
     "score(texts, type, facts=None) -> list of type((known, scores)), one a text; texts is a tuple of str, facts of "
     "sequences of str. None if a fact has not the form of one."},
    {"label_lines", (PyCFunction)core_label_lines, METH_VARARGS,
     "label_lines(block, labels, min_confidence) -> (rows, counts, stop): -1, the place of a byte that is not UTF-8 in\n"
     "the line after the last row, or -2 for a line longer than LONGEST_TEXT; runs without the lock."},
    {"label_csv", (PyCFunction)core_label_csv, METH_VARARGS,
     "label_csv(block, start, pieces, min_confidence, delimiter, columns, column) -> (rows, counts, stop)."},
    {"label_jsonl", (PyCFunction)core_label_jsonl, METH_VARARGS,
     "label_jsonl(block, start, pieces, min_confidence, field, taken) -> (rows, counts, stop)."},
    {"label_activities", (PyCFunction)core_label_activities, METH_VARARGS,
     "label_activities(block, start, line, pieces, min_confidence, file, taken, helpers) -> (rows, counts, stop)."},
    {"count", (PyCFunction)core_count, METH_VARARGS,
     "count(texts, lone_terms) -> (terms, ends, indices, counts): the vocabulary of the texts, joined by line feeds, and\n"
     "the rows of their counts as int64, int32 and int32. The Core must be made of no terms."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef module_methods[] = {
    {"line_feeds", (PyCFunction)core_line_feeds, METH_VARARGS, "line_feeds(data) -> how many of the bytes are one."},
    {"all_moderate", (PyCFunction)core_all_moderate, METH_VARARGS,
     "all_moderate(data) -> whether all doubles in the bytes, little end first, are numbers of at most 2^257."},
    {"last_row_end", (PyCFunction)core_last_row_end, METH_VARARGS,
     "last_row_end(block, delimiter) -> where the last whole row of a CSV block that begins with one ends; 0: none."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot core_slots[] = {
    {Py_tp_init, core_init},
    {Py_tp_dealloc, core_dealloc},
    {Py_tp_methods, core_methods},
    {Py_tp_doc, "A text model's tables, and what scores with them; see socialclass.model.scoring.compiled."},
    {0, NULL},
};

static PyType_Spec core_spec = {"socialclass.model.scoring._core.Core", sizeof(Core), 0, Py_TPFLAGS_DEFAULT, core_slots};

static int exec_module(PyObject *module) {
    fill_tables();
    if (meanings == NULL)
        meanings = PyMem_RawCalloc(0x110000, sizeof(uint64_t));
    if (shapes == NULL)
        shapes = PyMem_RawCalloc(0x110000, 1);
    if (meanings == NULL || shapes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject *type = PyType_FromSpec(&core_spec);
    if (type == NULL || PyModule_AddObjectRef(module, "Core", type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    Py_DECREF(type);
    return PyModule_AddIntConstant(module, "PLAIN", PLAIN) < 0 ||
                   PyModule_AddIntConstant(module, "COMBINING", COMBINING) < 0 ||
                   PyModule_AddIntConstant(module, "COMPLEX", COMPLEX) < 0 ||
                   PyModule_AddIntConstant(module, "LONGEST_TEXT", LONGEST_TEXT) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, exec_module}, {0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", "The compiled scoring core.", 0,
                                    module_methods, module_slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&module); }
