/*  kernel.h - what the files of the kernel's front end know of each other
 *
 *  The way of a cell: chunk.c cuts it into pieces, lower.c turns them into a C
 *  file, build.c compiles that, supervise.c has the executor run it, value.c
 *  writes its last value, symbols.c remembers what it defined. session.c leads
 *  through these steps; protocol.c (Jupyter) and batch.c (a notebook file) use a
 *  session and say through an nnk_sink where its output goes. Nothing here ever
 *  runs a reader's code.
 */
#ifndef NNK_KERNEL_H
#define NNK_KERNEL_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "cell.h"
#include "channel.h"
#include "text.h"

#define NNK_VERSION "0.1.0"

/* --- the sink: where the output of a session goes ---------------------------- */
typedef enum { NNK_DISPLAY_DATA, NNK_RESULT, NNK_UPDATE } nnk_display_kind;
typedef struct nnk_sink nnk_sink;
struct nnk_sink {
    void (*stream) (nnk_sink *self, const char *name, const char *text,
                    size_t size);
    void (*display) (nnk_sink *self, nnk_display_kind kind, cJSON *data,
                     const char *id);
    void (*clear) (nnk_sink *self, bool wait);
    void (*offer) (nnk_sink *self, const char *code); // a cell below; may be NULL
    char *(*input) (nnk_sink *self,
                    const char *prompt); // a line; NULL: end of file
    int (*wait) (nnk_sink *self, struct pollfd *fds, int count, int milliseconds);
    int interrupts;     // how often the reader asked
    bool quit;          // the session is to end now
    const char *script; // what cells read instead of asking: %%stdin
};

/* --- store.c: what stays of the cells on the disk ----------------------------- */
void nnk_store_add (const char *folder, const char *name);
bool nnk_store_find (const char *folder, const char *name, nnk_text *out);

/* --- program.c: a program that we have started -------------------------------- */
#define NNK_PROGRAM_INPUT 3 // the descriptor from which it may read
typedef struct {
    pid_t pid; // leads a group; 0: none runs
    int out, errors;
} nnk_program;
bool nnk_program_start (nnk_program *self, char *const *argv, const char *folder,
                        int input);
int nnk_program_attend (nnk_program *self, nnk_sink *sink, nnk_text *out,
                        nnk_text *errors);
void nnk_program_end (nnk_program *self);
int nnk_run_program (char *const *argv, const char *folder, nnk_sink *sink,
                     nnk_text *out,
                     nnk_text *errors); // exit status; -1: it was stopped

/* --- waiting.c: a compiler that waits for the next cell ----------------------- */
typedef struct {
    nnk_program program;
    int input;       // where it reads the cell: our end
    int number;      // of its object
    char object[32]; // what it will write
    char *arguments; // a line each
    const char *folder;
    int failures; // in a row
} nnk_waiting;
bool nnk_waiting_open (const char *folder, nnk_text *trouble);
void nnk_waiting_close (nnk_waiting *self);
void nnk_waiting_begin (nnk_waiting *self, const char *folder, char *const *argv);
bool nnk_waiting_compile (nnk_waiting *self, char *const *argv, const char *c,
                          const char *object, nnk_sink *sink, nnk_text *errors,
                          int *status);

/* --- build.c: gcc and ld ----------------------------------------------------- */
typedef struct {
    char *folder; // of this session, removed at its end
    char **flag;  // of every cell
    int flags;
    int lasting;   // the first so many; the others are those of one cell
    char *prelude; // folder/prelude.h, precompiled
    bool precompiled;
    nnk_waiting waiting;
} nnk_build;
bool nnk_build_open (nnk_build *self, char *const *flags, int count,
                     const char *header, const char *prelude, nnk_sink *sink,
                     nnk_text *trouble);
void nnk_build_close (nnk_build *self);
bool nnk_build_cell (nnk_build *self, int serial, const char *c, const char *label,
                     const char *source, nnk_sink *sink, nnk_text *diagnostics);
void nnk_build_forget (nnk_build *self, int serial, const char *label);
void nnk_build_keep (nnk_build *self, int serial, const char *label);
bool nnk_build_program (nnk_build *self, const char *const c[2], const char *label,
                        const char *source, const char *path, const char *flags,
                        nnk_sink *sink, nnk_text *diagnostics);
void nnk_build_flag (nnk_build *self, const char *flag, bool lasts);
void nnk_build_drop (nnk_build *self, int own); // keeps so many that do not last
bool nnk_build_preprocess (nnk_build *self, const char *c, nnk_sink *sink,
                           nnk_text *out);
void nnk_diagnose (const char *text, const char *label,
                   nnk_text *out); // diagnose.c

/* --- lower.c: from chunks to C ----------------------------------------------- */
typedef struct {
    const char *label;      // "cell[7]"
    int serial;             // the number of this compilation
    const nnk_items *items; // what the cells before have defined
    const nnk_index *index; // what headers declare
    const char *lengths;    // " v=3 w=6 ": arrays that the compiler has measured
    const char *arguments;  // of main, as C
    int next_stub;
    bool everything; // compile after all of the items, used or not
    bool bits;       // the value is a field of bits, which has no type of its own
} nnk_before;
typedef struct {
    nnk_text c;      // the file to compile
    nnk_items fresh; // what this cell defines
    nnk_items after; // what is known when it has ended well
    nnk_text stubs;  // its functions, as the executor is told of them
    int next_stub;
    bool conditional; // has #if: which items are active is known after compiling
    bool again;       // something must wait until arrays are measured
    bool selected;    // not every item was taken
    nnk_text notes;   // said to the reader when it has ended well
    nnk_text trouble; // why it cannot be compiled
} nnk_lowered;
#define NNK_TAG "nnk_tag_" // begins the name of a struct that has none
#define NNK_OWN "$own" // the end of a name that was taken from a header's function
void nnk_lower (nnk_lowered *out, const nnk_cell *cell, const nnk_before *before);
void nnk_lowered_free (nnk_lowered *self);

/* --- debug.c, value.c: what the debugging information of a cell says --------- */
typedef struct nnk_dwarf nnk_dwarf;
nnk_dwarf *nnk_dwarf_open (const char *folder, int serial);
void nnk_dwarf_close (nnk_dwarf *self);
bool nnk_dwarf_shower (nnk_dwarf *self, int serial, char *name, size_t size,
                       bool *pointer);
long nnk_dwarf_length (nnk_dwarf *self,
                       const char *variable); // elements of v[]; -1: not known
bool nnk_dwarf_active (nnk_dwarf *self, int **marks, int *count);
typedef bool nnk_peek (void *self, uint64_t address, void *out, size_t size);
cJSON *nnk_dwarf_value (nnk_dwarf *self, int serial, uint64_t address,
                        nnk_peek *peek, void *from);
void nnk_dwarf_members (nnk_dwarf *self, const char *variable, nnk_text *out);

/* --- error.c: why a cell has failed ------------------------------------------- */
typedef struct {
    char *name;  // "SIGSEGV"
    char *value; // one sentence
    nnk_text trace;
} nnk_error;
void nnk_error_set (nnk_error *self, const char *name, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
void nnk_error_free (nnk_error *self);
void nnk_compile_error (nnk_error *self, const char *text); // gcc's
cJSON *nnk_error_lines (const nnk_error *self); // the traceback of a message
bool nnk_add_source_line (nnk_text *out, const char *folder, const char *cell,
                          int number);

/* --- crash.c: what a dying executor can still tell --------------------------- */
void nnk_crash_read (nnk_error *self, const nnk_message *report, pid_t pid,
                     const char *folder);

/* --- limits.c: what a cell may take ------------------------------------------ */
typedef struct {
    long memory;    // MB; 0: nine tenths of what there is
    double seconds; // of a cell; 0: no limit
    int processes;  // at once
    long output;    // MB that a cell may show
    bool offline;   // no sockets but local ones
} nnk_limits;
extern const nnk_limits nnk_standard_limits;
bool nnk_limits_take (nnk_limits *self, const char *option, const char *value,
                      nnk_text *trouble);
bool nnk_limits_environment (nnk_limits *self, nnk_text *trouble);
void nnk_limits_write (const nnk_limits *self, cJSON *argv);
typedef struct {
    pid_t group;
    long newest;    // the last process that was started anywhere when it began
    double counted; // when we last looked closely
} nnk_census;
void nnk_census_begin (nnk_census *self, pid_t group);
bool nnk_census_over (nnk_census *self, int most);

/* --- executor.c, supervise.c: the executor's life ---------------------------- */
typedef struct nnk_executor {
    pid_t pid; // leads the group of what cells start
    int pidfd;
    pid_t snapshot[NNK_UNDO + 1]; // the oldest first; the last is this cell's
    int snapshots;
    pid_t unwanted;                   // one that the executor is to end
    pid_t helper;                     // a child of ours that is no stray of a cell
    const pid_t *compiler;            // another; the one that waits, if it does
    const struct nnk_executor *other; // one whose processes are none either
    const char *preload;              // libasan, or NULL
    const char *folder;               // where the cells' texts lie
    int control, life;                // our ends
    int bell;                         // rings when the ring fills up
    int pipe[2];                      // what comes from its fd 1 and 2
    nnk_ring *ring;
    char **library;
    int libraries;
    bool safe;   // this cell's snapshot stands
    bool cut;    // it may show no more
    bool result; // its value has been shown
    nnk_limits limits;
    size_t printed; // bytes that this cell has shown
    nnk_text line;  // the last unfinished line of output: the prompt of an input
    nnk_text held;  // a part of it that is not published yet
    double held_since;
    nnk_text half[2]; // bytes of a character whose rest has not come
    nnk_text record;  // a display that comes in parts
} nnk_executor;
typedef enum {
    NNK_RAN,
    NNK_STOPPED,
    NNK_CRASHED,
    NNK_SET_BACK, // not run; the state is that before the last cell
    NNK_LOST,
    NNK_UNLOADED
} nnk_ran;
bool nnk_executor_begin (nnk_executor *self, nnk_text *trouble);
bool nnk_executor_await (nnk_executor *self, nnk_text *trouble);
void nnk_executor_stop (nnk_executor *self);
void nnk_executor_watch (nnk_executor *self, pid_t pid);
void nnk_executor_end_strays (const nnk_executor *self);
bool nnk_executor_receive (nnk_executor *self, nnk_message *message,
                           int milliseconds); // false: none in time, or it is gone
bool nnk_executor_send (nnk_executor *self, const nnk_message *message);
nnk_ran nnk_executor_run (nnk_executor *self, const nnk_text *order,
                          nnk_sink *sink, const char *folder, bool silent,
                          nnk_message *done, nnk_error *error);
bool nnk_executor_undo (nnk_executor *self, int steps);
bool nnk_executor_peek (void *self, uint64_t address, void *out, size_t size);
typedef enum { NNK_DRAIN_LIVE, NNK_DRAIN_ASKING, NNK_DRAIN_ALL } nnk_drain;
void nnk_output_drain (nnk_executor *self, nnk_sink *sink, bool silent,
                       nnk_drain how);
cJSON *nnk_bundle_read (const char *bytes, size_t size, char **id);
size_t nnk_utf8 (nnk_text *out, const char *bytes, size_t size, bool all);

/* --- session.c: one reader's state ------------------------------------------- */
typedef struct {
    pid_t pid; // of the process that has libclang open; 0: none
    int socket, flags;
    int failures; // in a row
} nnk_typing;
typedef struct {
    char *library[16];
    int libraries;
    char *flag[64];
    int flags;
    char *prelude;
    nnk_limits limits;
    char *preload;             // a library that comes before all others
    const nnk_executor *other; // of another session, which is to live
} nnk_options;
typedef struct { // how it was before a cell
    nnk_items items;
    size_t past;
    int count; // of the cell
} nnk_step;
typedef struct {
    nnk_build build;
    nnk_executor executor;
    nnk_items items;
    nnk_step step[NNK_UNDO]; // the cells that can be undone, the oldest first
    int steps;
    const nnk_options *options;
    nnk_text past; // the cells that ended well: number, code, 0
    nnk_index index;
    int serial, next_stub;
    const char *shown; // what the reader wrote, when it is not what is compiled
    nnk_text folders;  // where libraries are looked for, a line each
    nnk_sink *sink;
    nnk_typing typing;
} nnk_session;
typedef struct {
    bool ok, interrupted;
    nnk_error error;
    cJSON *page; // a payload for the pager
    char *text;  // text/plain of the value, for the history
} nnk_outcome;
bool nnk_session_open (nnk_session *self, const nnk_options *options,
                       nnk_sink *sink, nnk_text *trouble);
void nnk_session_close (nnk_session *self);
void nnk_session_run (nnk_session *self, const char *code, int count, bool silent,
                      nnk_outcome *out);
void nnk_outcome_free (nnk_outcome *self);
bool nnk_session_undo (nnk_session *self, int steps, nnk_outcome *out);
nnk_meaning nnk_session_means;
void nnk_brought_names (nnk_session *session, nnk_text *names); // "%mine %next "
// the cell that %name stands for, if a library brings it (nnk_magic_NAME); or NULL
char *nnk_brought_magic (nnk_session *session, const char *name,
                         const char *words);
bool nnk_magic (nnk_session *self, const char *code, int count, bool silent,
                nnk_outcome *out); // magics.c
bool nnk_directives (nnk_session *session, char *code, nnk_text *arguments,
                     nnk_outcome *out); // directives.c

/* --- compile.c: from a cell's text to its object ------------------------------ */
typedef struct {
    nnk_cell cell;
    nnk_lowered lowered;
    nnk_dwarf *dwarf;
    nnk_text diagnostics, arguments;
    char label[40];
    int serial, count;
    bool bits;
} nnk_compiled;
bool nnk_compile (nnk_session *self, nnk_compiled *cell, const char *code,
                  int count);
void nnk_compiled_free (nnk_compiled *self);

/* --- executable.c ------------------------------------------------------------ */
void nnk_make_executable (nnk_session *self, const char *line, const char *body,
                          int count, bool silent, nnk_outcome *out);

/* --- sanitize.c -------------------------------------------------------------- */
void nnk_sanitize (nnk_session *self, const char *code, int count, bool silent,
                   nnk_outcome *out);

/* --- typing.c and clang.c: what libclang says of a cell that is being typed --- */
#define NNK_TYPING_HEAD "#include \"nnk_prelude.h\"\nextern int nnk_typing_0;\n"
enum { NNK_NO_CLANG = 77 };
bool nnk_ask_clang (nnk_session *session, char kind, const char *code, int at,
                    const char *prefix, nnk_text *out);
void nnk_typing_close (nnk_session *self);
int nnk_clang_serve (int flags, char **flag);

/* --- scope.c: what is declared where the cursor stands ------------------------ */
typedef void nnk_on_local (void *self, const char *name, const char *kind,
                           const char *declaration);
void nnk_scope_read (nnk_session *session, const char *code,
                     nnk_on_local *on_local, void *to);

/* --- complete.c and introspect.c --------------------------------------------- */
void nnk_complete (nnk_session *self, const char *whole, int at, cJSON *reply);
int nnk_byte_of (const char *code, int at); // where the code point `at` begins
void nnk_add_declaration (nnk_text *out, const char *text);      // as one reads it
char *nnk_inspect (nnk_session *self, const char *code, int at); // NULL: not known
void nnk_is_complete (nnk_session *self, const char *code, cJSON *reply);

/* --- history.c --------------------------------------------------------------- */
typedef struct {
    char *in, *out;
    int session, line;
} nnk_entry;
typedef struct {
    nnk_entry *entry;
    int entries, session;
    char *path;
} nnk_history;
void nnk_history_open (nnk_history *self);
void nnk_history_close (nnk_history *self);
void nnk_history_add (nnk_history *self, int line, const char *in,
                      const char *out);
cJSON *nnk_history_ask (const nnk_history *self, const cJSON *request);

/* --- protocol.c, batch.c, install.c: the three things that nn-kernel can be asked  */
int nnk_serve (const char *connection, const nnk_options *options);
int nnk_batch (const char *in, const char *out, double limit,
               const nnk_options *options);
int nnk_install (const char *data_dir, bool remove, const nnk_options *options);
char *nnk_beside (
    const char *name); // the path of a file that lies beside nn-kernel

#endif
