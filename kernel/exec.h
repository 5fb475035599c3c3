/*  exec.h - what the files of the executor know of each other */
#ifndef NNK_EXEC_H
#define NNK_EXEC_H

#include <link.h>
#include <setjmp.h>
#include <sys/types.h>

#include "channel.h"
#ifndef NNK_EXECUTOR
#define NNK_CELL // declarations only
#endif
#include "nnk.h"

/* --- streams.c: the ring, stdout, stderr and stdin --------------------------- */
bool nnk_streams_open (void); // false: the kernel gave no ring
nnk_ring *nnk_shared (void);
void nnk_streams_mark (void); // a child has ended
void nnk_put (char letter, const void *bytes, size_t size);
void nnk_streams_return (void); // the cell's are ours again
void nnk_forget_input (void);   // what was typed and not read
extern bool nnk_showing;        // what is displayed now is the value of the cell

/* --- execute.c --------------------------------------------------------------- */
bool nnk_send (const nnk_message *message);
bool nnk_receive (nnk_message *message);
const char *nnk_folder (void);       // of the objects of the cells
void *nnk_stub (const char *symbol); // "nnk_stub_7": what it means; or NULL

/* --- snapshot.c: the copy that stands still ------------------------------------ */
bool nnk_take_snapshot (pid_t old);
void nnk_become_executor (void);
bool nnk_is_snapshot (pid_t pid);
void nnk_tell_snapshots (int fd); // that they close it, too
bool nnk_is_executor (void);      // not a child that a cell has forked

/* --- arena.c: where the code and the variables of the cells lie ---------------- */
typedef struct {
    char *base;       // where address 0 of the object lies
    size_t gap, size; // its variables begin at the gap
    int serial;       // of its compilation
    void *unwind;     // how its frames are walked; NULL: not known
} nnk_code;
nnk_code *nnk_arena_take (size_t gap, size_t size, size_t align);
const nnk_code *nnk_find_code (const void *at);
void nnk_allow_code (bool on);

/* --- load.c: the object of a cell -------------------------------------------- */
typedef struct {
    nnk_code *code;
    const ElfW (Sym) * symbol;
    const char *names; // of the symbols
    size_t symbols;
    size_t module; // of its thread-local variables; 0: none
    void (**start) (void);
    size_t starts; // so many functions of it want to run first
    char why[256]; // it could not be loaded
} nnk_object;
bool nnk_load_cell (nnk_object *self, const char *path, int serial);
void *nnk_own_function (const nnk_object *self, const char *name);

/* --- threads.c: thread-local variables --------------------------------------- */
size_t nnk_thread_module (const char *image, size_t filled, size_t size,
                          size_t align);
void *nnk_thread_local (const size_t *at);
size_t nnk_thread_library (const void *address, size_t *at);

/* --- trap.c: crashes and interrupts ------------------------------------------ */
void nnk_trap_open (void);
bool nnk_call (void (*entry) (void));          // false: it was interrupted
_Noreturn void nnk_die (const char *sentence); // reports, then ends this process
_Noreturn void nnk_die_in_cell (
    const char *sentence); // without the calls below it

/* --- secret.c: what a cell must not see -------------------------------------- */
int nnk_hide_secret (char *why, size_t room);

/* --- confine.c --------------------------------------------------------------- */
bool nnk_confine (const char *megabytes, const char *network);

/* --- children.c -------------------------------------------------------------- */
void nnk_children_limit (const char *processes);
pid_t nnk_fork (void); // without limit

/* --- timing.c ---------------------------------------------------------------- */
void nnk_watch_asan (void);

#endif
