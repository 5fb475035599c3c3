/*  execute.c - the executor: the process in which cells run
 *
 *  It waits for an order of the kernel: to run a cell, or to say what lies at an address.
 *  Before a cell runs, it makes a snapshot of itself (snapshot.c). Then the cell is loaded,
 *  the functions that it defines get their slots, its code is called, and its value is shown
 *  by the library that knows how.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec.h"

// -- stubs.S: the jumps, where they go, and the code for a slot without a definition
enum { STUB = 8, MISSING = 10 }; // bytes
extern const char nnk_stubs[], nnk_missing[];
void **nnk_slot (void);
_Noreturn void nnk_missing_called (int number);

static char folder[4096]; // where the objects of the cells lie
static char *stub_name[NNK_STUBS];
static const void *value; // of the cell's trailing expression
static nnk_message message;

const char *nnk_folder (void)
{
    return folder;
}

void *nnk_stub (const char *symbol)
{
    static const char begin[] = "nnk_stub_";
    if (strncmp (symbol, begin, sizeof begin - 1) != 0)
        return NULL;
    const long number = strtol (symbol + sizeof begin - 1, NULL, 10);
    return number < 0 || number >= NNK_STUBS
               ? NULL
               : (void *) (nnk_stubs + STUB * number);
}

bool nnk_send (const nnk_message *out)
{
    return send (NNK_FD_CONTROL, out, NNK_HEAD + out->size, MSG_NOSIGNAL) >= 0;
}

/*  Waits for a message, false: the kernel is gone, or a signal came first. */
bool nnk_receive (nnk_message *in)
{
    const ssize_t size = recv (NNK_FD_CONTROL, in, sizeof *in, 0);
    return size >= (ssize_t) NNK_HEAD && size == (ssize_t) (NNK_HEAD + in->size);
}

/*  A cell's code calls this with the place where its value is kept. */
void nnk_value (const void *address);
void nnk_value (const void *address)
{
    value = address;
}

_Noreturn void nnk_missing_called (int number)
{
    char sentence[256];
    const char *name = stub_name[number] ? stub_name[number] : "a function";
    snprintf (sentence, sizeof sentence,
              "%.200s is declared, but no cell has defined it yet", name);
    nnk_die (sentence);
}

/* --- Running a cell ---------------------------------------------------------- */

/*  An order is a row of strings: the object, its number, the shower's name (or
 *  nothing), how the shower takes the value, then "number name" of each function
 *  the cell defines or "? number name" of each that it only declares. */
typedef struct {
    const char *object, *serial, *shower, *how, *rest, *end;
} order;

static const char *next_string (const char **at)
{
    const char *string = *at;
    *at += strlen (string) + 1;
    return string;
}

/*  Points the slots at what the cell defines. A function that is only declared is
 *  looked for in the libraries; if it is not there either, calling it says so. */
static void fill_slots (const nnk_object *object, const order *run)
{
    for (const char *at = run->rest; at < run->end;) {
        const char *line = next_string (&at);
        const bool declared = line[0] == '?';
        char *name, symbol[32];
        const int number = (int) strtol (line + (declared ? 2 : 0), &name, 10);
        if (number < 0 || number >= NNK_STUBS)
            continue;
        void **slot = nnk_slot () + number;
        free (stub_name[number]);
        stub_name[number] = strdup (name + 1);
        snprintf (symbol, sizeof symbol, "nnk_stub_%d", number);
        if (!declared)
            *slot = nnk_own_function (object, symbol);
        else if (!*slot)
            *slot = dlsym (RTLD_DEFAULT, name + 1);
        if (!*slot)
            *slot = (void *) (nnk_missing + (size_t) MISSING * number);
    }
}

static void (*shower) (const void *);
static const void *shown;
static void show (void)
{
    nnk_showing = true;
    shower (shown);
}

/*  Lets a library show the value, if it can. */
static bool show_value (const order *run)
{
    if (!value || !run->shower[0])
        return false;
    void *stub = nnk_stub (run->shower);
    *(void **) &shower = stub ? stub : dlsym (RTLD_DEFAULT, run->shower);
    shown = run->how[0] == 'p' ? *(const void *const *) value : value;
    if (!shower || !shown)
        return false;
    const bool whole = nnk_call (show);
    nnk_showing = false;
    return whole;
}

/*  A child that a cell has forked came to the end of the cell, or was interrupted
 *  with it: that is its end too. It must not answer for the executor. */
static void end_child (bool whole)
{
    fflush (NULL);
    _exit (whole ? 0 : 128 + SIGINT);
}

static void run_cell (const order *run)
{
    value = NULL;
    nnk_forget_input (); // each cell asks its reader anew
    clearerr (stdout);
    nnk_end end = NNK_ENDED;
    bool done = false;
    static nnk_object object;
    char name[32];
    void (*entry) (void) = NULL;
    const int serial = (int) strtol (run->serial, NULL, 10);
    snprintf (name, sizeof name, "nnk_entry_%d", serial);
    const bool loaded = nnk_load_cell (&object, run->object, serial);
    if (loaded)
        *(void **) &entry = nnk_own_function (&object, name);
    if (!entry) {
        end = NNK_NOT_LOADED;
    } else {
        fill_slots (&object, run);
        for (size_t i = 0; i < object.starts; i++)
            object.start[i]();
        const bool whole = nnk_call (entry);
        if (!nnk_is_executor ())
            end_child (whole);
        nnk_streams_return ();
        if (!whole)
            end = NNK_INTERRUPTED;
        else
            done = show_value (run);
    }
    fflush (NULL);
    message = (nnk_message){ .word = NNK_DONE,
                             .status = end,
                             .shown = done,
                             .address = (uint64_t) (uintptr_t) value };
    if (!entry)
        message.size =
            snprintf (message.text, sizeof message.text, "%s", object.why);
    nnk_send (&message);
}

/*  Gives the kernel a look at memory. A pipe tells whether something lies there:
 *  writing from a bad address fails instead of crashing. */
static void peek (void)
{
    static int hole[2] = { -1, -1 };
    const uint64_t address = message.address;
    const size_t wanted = message.status < 0 ? 0 : message.status;
    size_t got = 0;
    message = (nnk_message){ .word = NNK_PEEKED, .status = -1 };
    if (hole[0] < 0 && pipe2 (hole, O_CLOEXEC | O_NONBLOCK) != 0)
        hole[0] = hole[1] = -1;
    while (got < wanted && wanted <= sizeof message.text) {
        const size_t part = wanted - got < 4096 ? wanted - got : 4096;
        const ssize_t in = syscall (SYS_write, hole[1], address + got, part);
        if (in <= 0 || syscall (SYS_read, hole[0], message.text + got, in) != in)
            break;
        got += in;
    }
    if (got == wanted) {
        message.status = 0;
        message.size = got;
    }
    nnk_send (&message);
}

static void obey (void)
{
    static char text[NNK_TEXT];
    const char *at = text;
    memcpy (text, message.text, message.size);
    order run = { .end = text + message.size };
    const pid_t old = message.pid;
    run.object = next_string (&at);
    snprintf (folder, sizeof folder, "%.*s",
              (int) (strrchr (run.object, '/') - run.object), run.object);
    run.serial = next_string (&at);
    run.shower = next_string (&at);
    run.how = next_string (&at);
    run.rest = at;
    if (nnk_take_snapshot (old)) {
        message = (nnk_message){ .word = NNK_READY, .pid = getpid () };
        nnk_send (&message);
    } else {
        run_cell (&run);
    }
}

/*  Libraries may need each other: one that cannot be loaded is tried again after
 *  the rest. What still fails is reported. */
static void load_libraries (char **path, int count)
{
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < count; i++)
            if (path[i] && dlopen (path[i], RTLD_NOW | RTLD_GLOBAL))
                path[i] = NULL;
            else if (path[i] && turn)
                message.size += snprintf (message.text + message.size, 1024,
                                          "%.1000s\n", dlerror ());
}

/*  nn-exec MEGABYTES online|offline PROCESSES LIBRARY... : started by nn-kernel, which gives it its
 *  descriptors. */
int main (int argc, char **argv)
{
    if (argc < 4 || !nnk_streams_open ()) {
        const char why[] = "nn-exec is started by nn-kernel, not by hand\n";
        return syscall (SYS_write, 2, why, sizeof why - 1) < 0 ? 1 : 2;
    }
    nnk_become_executor ();
    nnk_trap_open ();
    nnk_watch_asan ();
    message = (nnk_message){ .word = NNK_READY, .pid = getpid () };
    message.size = nnk_hide_secret (message.text, 1024);
    load_libraries (argv + 4, argc - 4);
    nnk_children_limit (argv[3]);
    if (!nnk_confine (argv[1], argv[2]))
        return 3;
    nnk_send (&message);
    while (nnk_receive (&message) || errno == EINTR)
        if (message.word == NNK_RUN)
            obey ();
        else if (message.word == NNK_PEEK)
            peek ();
    return 0;
}
