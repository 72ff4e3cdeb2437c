/* Memory, and the interpreter's lock. */

#ifndef SOCIALCLASS_MEMORY_H
#define SOCIALCLASS_MEMORY_H

#include "types.h"

/* Make room for `needed` items; what was there stays. PyMem_Raw*: it may be called without the lock. */
static int grow(void *pointer, size_t *size, size_t needed, size_t item) {
    if (needed <= *size)
        return 0;
    size_t wanted = *size < 256 ? 256 : *size;
    while (wanted < needed)
        wanted *= 2;
    if (wanted > (size_t)PY_SSIZE_T_MAX / item)
        return -1;
    void *items;
    memcpy(&items, pointer, sizeof(items)); /* the pointer to them may have any type */
    items = PyMem_RawRealloc(items, wanted * item);
    if (items == NULL)
        return -1;
    memcpy(pointer, &items, sizeof(items));
    *size = wanted;
    return 0;
}

#define GROW(items, size, needed) grow(&(items), &(size), (needed), sizeof(*(items)))

enum { HUGE_PAGE = 1 << 21 };

/* Take zeroed memory for the tables of a large vocabulary, in large pages where the system has them: the tables are read
   at random, and each small page of them costs a fault at start and a look into the page tables later on. */
static uint8_t *take_arena(size_t *size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    *size = (*size + 2 * HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE; /* so that some address in it is a page's */
    uint8_t *arena = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED)
        return NULL;
    madvise(arena, *size, MADV_HUGEPAGE); /* if that fails, small pages serve */
    return arena;
#else
    return PyMem_RawCalloc(*size, 1);
#endif
}

static void free_arena(uint8_t *arena, size_t size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (arena != NULL)
        munmap(arena, size);
#else
    (void)size;
    PyMem_RawFree(arena);
#endif
}

/* Free a table, unless it lies in the arena. */
static void free_table(const Core *core, void *table) {
    uintptr_t begin = (uintptr_t)core->arena, at = (uintptr_t)table;
    if (core->arena == NULL || at < begin || at >= begin + core->arena_size)
        PyMem_RawFree(table);
}

static void lock(Worker *worker) {
    if (worker->thread != NULL)
        PyEval_RestoreThread(worker->thread);
}

static void unlock(Worker *worker) {
    if (worker->thread != NULL)
        worker->thread = PyEval_SaveThread();
}

/* Every failure leaves an exception; memory may run out while the lock is not held. */
static int no_memory(Worker *worker) {
    lock(worker);
    PyErr_NoMemory();
    unlock(worker);
    return -1;
}

static void free_worker(Worker *worker) {
    PyMem_RawFree(worker->text);
    PyMem_RawFree(worker->scratch);
    PyMem_RawFree(worker->opened);
    PyMem_RawFree(worker->tokens);
    PyMem_RawFree(worker->asked);
    PyMem_RawFree(worker->terms);
    PyMem_RawFree(worker->findings);
    PyMem_RawFree(worker->marks);
    PyMem_RawFree(worker->counts);
    PyMem_RawFree(worker->found);
    PyMem_RawFree(worker->totals);
    PyMem_RawFree(worker->out);
    PyMem_RawFree(worker->plain);
    PyMem_RawFree(worker->keys);
    PyMem_RawFree(worker->shapes);
    PyMem_RawFree(worker->shape_pool);
    PyMem_RawFree(worker->facts);
    PyMem_RawFree(worker->words);
    Py_XDECREF(worker->helpers);
    PyMem_RawFree(worker);
}

static Worker *take_worker(Core *core) {
    Worker *worker = core->idle;
    if (!core->ready) {
        PyErr_SetString(PyExc_ValueError, "this Core has no tables");
        return NULL;
    }
    if (worker != NULL) {
        core->idle = worker->next;
        return worker;
    }
    worker = PyMem_RawCalloc(1, sizeof(Worker));
    if (worker != NULL)
        worker->totals = PyMem_RawCalloc(2 * (size_t)core->n_rows, sizeof(double));
    if (worker == NULL || worker->totals == NULL) {
        PyMem_RawFree(worker);
        PyErr_NoMemory();
        return NULL;
    }
    return worker;
}

/* Keep the worker for the next call, unless one huge text has made it huge. */
static void return_worker(Core *core, Worker *worker) {
    worker->thread = NULL;
    if (worker->tokens_size > 16 * BATCH_BYTES || worker->text_size > 64 * BATCH_BYTES ||
        worker->plain_size > 64 * BATCH_BYTES || worker->out_size > 1024 * BATCH_BYTES) {
        free_worker(worker);
        return;
    }
    worker->next = core->idle;
    core->idle = worker;
}

#endif
