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
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cjson/cJSON.h>

#include "channel.h"

#define NNK_VERSION "0.1.0"

/* --- text.c: a text that grows ----------------------------------------------- */
typedef struct {
    char *s; // always ends with 0 once something was added
    size_t size, room;
} nnk_text;
void nnk_add (nnk_text *self, const void *bytes, size_t size);
void nnk_add_string (nnk_text *self, const char *string);
void nnk_addf (nnk_text *self, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
void nnk_text_clear (nnk_text *self);
void nnk_text_free (nnk_text *self);
const char *nnk_text_string (const nnk_text *self); // never NULL
void *nnk_allocate (size_t size); // zeroed; out of memory ends the kernel
char *nnk_copy (const char *bytes, size_t size);
char *nnk_format (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
char *nnk_format_list (const char *format, va_list list);
bool nnk_read_file (const char *path, nnk_text *out);
bool nnk_write_file (const char *path, const void *bytes,
                     size_t size); // temp + rename
bool nnk_make_folders (const char *path);
void nnk_remove_folder (const char *path);
double nnk_now (void); // seconds, monotonic
const char *nnk_string (const cJSON *object, const char *key); // "" when missing
void nnk_add_quoted (nnk_text *self, const char *bytes, size_t size); // as C
void nnk_keep_zeros (char *json);
#define NNK_ZERO "\xEF\xB7\x90" // what stands for a zero byte of JSON
const char *nnk_nearest (const char *word, const char *const *words);
char *nnk_absolute (const char *path);

/* --- lex.c and chunk.c: cutting a cell --------------------------------------- */
typedef enum {
    NNK_END,
    NNK_WORD,
    NNK_NUMBER,
    NNK_QUOTED,
    NNK_PUNCTUATION,
    NNK_LINE
} nnk_token_kind;
typedef struct {
    nnk_token_kind kind;
    int at, end; // bytes of the source
    int line;    // from 1
} nnk_token;
typedef enum {
    NNK_PREPROCESSOR, // a line that begins with #
    NNK_DECLARATION,  // types and variables
    NNK_FUNCTION,     // a definition with its body
    NNK_STATEMENT,
    NNK_VALUE // the trailing expression
} nnk_chunk_kind;
typedef struct {
    nnk_chunk_kind kind;
    int first, last; // tokens first .. last-1
    int body;        // NNK_FUNCTION: the token of its {
    bool old_style;  // NNK_FUNCTION: parameters declared after the list
    bool open;       // ended with the cell, not with a ; or }
    int depth;       // while it is cut: of statements in statements
} nnk_chunk;
typedef enum { NNK_COMPLETE, NNK_INCOMPLETE, NNK_INVALID } nnk_completeness;
typedef struct {
    char *source;
    nnk_token *token;
    int tokens;
    nnk_chunk *chunk;
    int chunks;
    nnk_completeness state;
    int depth; // of brackets that are open at the end
    int wrong; // the bracket that does not fit, if one does not
} nnk_cell;
typedef bool nnk_is_type (void *self, const char *name, size_t size);
void nnk_cell_cut (nnk_cell *cell, const char *source, nnk_is_type *is_type,
                   void *types);
void nnk_cell_free (nnk_cell *self);
bool nnk_token_is (const nnk_cell *cell, int token, const char *word);
int nnk_token_match (const nnk_cell *cell,
                     int token); // the token after the closing one
bool nnk_is_keyword (const char *word, size_t size);
bool nnk_is_qualifier (const char *word, size_t size);
bool nnk_begins_declaration (const char *word, size_t size);
void nnk_lex (nnk_cell *cell); // source to tokens
char nnk_closing (char open);  // the bracket that ends what this one begins

/* --- declare.c: the parts of a declaration ----------------------------------- */
typedef struct {
    int first, last;       // its tokens, without what it is set to
    int name;              // the token; -1: none
    int value, value_last; // what it is set to; value is -1 when nothing
    int attributes;        // where trailing attributes begin, or last
    bool function;         // int f (int)
    bool array, growing;   // int v[3], int v[]
    int star;              // its last * before the name, or -1
} nnk_declarator;
typedef struct {
    int first, last;   // the specifiers
    int tag, tag_name; // the word struct, union or enum and what follows; -1: none
    int body, body_last; // from { to after }; -1: none
    bool is_typedef, is_extern, is_assert, is_auto;
    nnk_declarator *declarator;
    int declarators;
} nnk_declaration;
void nnk_declaration_read (nnk_declaration *self, const nnk_cell *cell,
                           const nnk_chunk *chunk);
void nnk_declaration_free (nnk_declaration *self);
bool nnk_is_storage (const nnk_cell *cell,
                     int token); // static, inline and their like
typedef void nnk_on_name (void *self, const char *kind, const nnk_token *name);
void nnk_declaration_names (const nnk_declaration *self, const nnk_cell *cell,
                            nnk_on_name *on_name, void *to);

/* --- symbols.c: what the cells so far have defined --------------------------- */
typedef enum {
    NNK_ITEM_LINE,
    NNK_ITEM_TYPE,
    NNK_ITEM_VARIABLE,
    NNK_ITEM_FUNCTION
} nnk_item_kind;
typedef struct {
    nnk_item_kind kind;
    char **name; // "x", "struct P", "RED": what it defines
    int names;
    char *text;   // the declaration as later cells see it, at its own line
    char *body;   // functions: what they do
    char *shape;  // its tokens, to compare with
    char *symbol; // variables: the name in the object
    char *file;   // "cell[3]"
    int stub;     // functions
    int line;
    int serial;   // the compilation that defined it
    bool growing; // int v[]: its value decides how long it is
    long length;  // then: as far as is known
    bool reused;  // lives where an older one lived
} nnk_item;
typedef struct {
    unsigned hash;
    int item; // plus 1; 0: nobody stands here
} nnk_place;
typedef struct {
    nnk_item **item;
    int items;
    nnk_place *place; // where the words of their names lead
    int places, taken;
} nnk_items;
nnk_item *nnk_item_new (nnk_item_kind kind, const char *file, int line,
                        int serial);
void nnk_item_name (nnk_item *self, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
void nnk_items_add (nnk_items *self, nnk_item *item);
void nnk_items_copy (nnk_items *self, const nnk_items *from);
void nnk_items_free (nnk_items *self);
nnk_item *nnk_items_find (const nnk_items *self, const char *name);
int nnk_items_at (const nnk_items *self, const char *name);
int nnk_items_each (const nnk_items *self, const char *word, size_t size,
                    unsigned *walk);
void nnk_items_remove (nnk_items *self, const nnk_item *item);
bool nnk_item_mentions (const nnk_item *self, const char *name);

/*  The names of headers: from the preprocessed text, found by name. */
typedef struct {
    char *name;
    char *text; // its declaration, with the comment beside it
    char kind;  // t type, f function, v variable, m macro, e enumerator, s struct
} nnk_known;
typedef struct {
    nnk_known *known;
    int count, room;
    int *bucket;
    int buckets;
} nnk_index;
void nnk_index_add (nnk_index *self, const char *name, size_t size,
                    const char *text, size_t text_size, char kind);
const nnk_known *nnk_index_find (const nnk_index *self, const char *name,
                                 size_t size);
void nnk_index_read (nnk_index *self, const char *preprocessed);
void nnk_index_free (nnk_index *self);

/* --- the sink: where the output of a session goes ---------------------------- */
typedef enum { NNK_DISPLAY_DATA, NNK_RESULT, NNK_UPDATE } nnk_display_kind;
typedef struct nnk_sink nnk_sink;
struct nnk_sink {
    void (*stream) (nnk_sink *self, const char *name, const char *text,
                    size_t size);
    void (*display) (nnk_sink *self, nnk_display_kind kind, cJSON *data,
                     const char *id);
    void (*clear) (nnk_sink *self, bool wait);
    char *(*input) (nnk_sink *self,
                    const char *prompt); // a line; NULL: end of file
    int (*wait) (nnk_sink *self, struct pollfd *fds, int count, int milliseconds);
    int interrupts;     // how often the reader asked
    bool quit;          // the session is to end now
    const char *script; // what cells read instead of asking: %%stdin
};

/* --- build.c: gcc and ld ----------------------------------------------------- */
typedef struct {
    char *folder; // of this session, removed at its end
    char **flag;  // of every cell
    int flags;
    int lasting;   // the first so many; the others are those of one cell
    char *prelude; // folder/prelude.h, precompiled
    bool precompiled;
} nnk_build;
bool nnk_build_open (nnk_build *self, char *const *flags, int count,
                     const char *header, const char *prelude, nnk_sink *sink,
                     nnk_text *trouble);
void nnk_build_close (nnk_build *self);
bool nnk_build_cell (nnk_build *self, int serial, const char *c, const char *label,
                     const char *source, nnk_sink *sink, nnk_text *diagnostics);
void nnk_build_forget (nnk_build *self, int serial, const char *label);
bool nnk_build_program (nnk_build *self, const char *const c[2], const char *label,
                        const char *source, const char *path, const char *flags,
                        nnk_sink *sink, nnk_text *diagnostics);
void nnk_build_flag (nnk_build *self, const char *flag, bool lasts);
void nnk_build_drop (nnk_build *self, int own); // keeps so many that do not last
bool nnk_build_preprocess (nnk_build *self, const char *c, nnk_sink *sink,
                           nnk_text *out);
void nnk_diagnose (const char *text, const char *label,
                   nnk_text *out); // diagnose.c
int nnk_run_program (
    char *const *argv, const char *folder, nnk_sink *sink, nnk_text *out,
    nnk_text *errors); // program.c: exit status; -1: it was stopped

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
nnk_dwarf *nnk_dwarf_open (const char *path);
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

/* --- crash.c: what a dying executor can still tell --------------------------- */
typedef struct {
    char *name;  // "SIGSEGV"
    char *value; // one sentence
    nnk_text trace;
} nnk_error;
void nnk_error_set (nnk_error *self, const char *name, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
void nnk_error_free (nnk_error *self);
cJSON *nnk_error_lines (const nnk_error *self); // the traceback of a message
bool nnk_add_source_line (nnk_text *out, const char *folder, const char *cell,
                          int number);
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
bool nnk_is_type_name (void *session, const char *name, size_t size);
void nnk_compile_error (nnk_outcome *out, const char *text);
// the cell that %name stands for, if a library brings it (nnk_magic_NAME); or NULL
char *nnk_brought_magic (nnk_session *session, const char *name,
                         const char *words);
bool nnk_magic (nnk_session *self, const char *code, int count, bool silent,
                nnk_outcome *out); // magics.c
bool nnk_directives (nnk_session *session, char *code, nnk_text *arguments,
                     nnk_outcome *out); // directives.c

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
bool nnk_is_word (char c);
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
