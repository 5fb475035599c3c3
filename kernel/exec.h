/*  exec.h - what the files of the executor know of each other */
#ifndef NNK_EXEC_H
#define NNK_EXEC_H

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
void nnk_forget_input (void); // what was typed and not read
extern bool nnk_showing;      // what is displayed now is the value of the cell

/* --- execute.c --------------------------------------------------------------- */
bool nnk_send (const nnk_message *message);
bool nnk_receive (nnk_message *message);
bool nnk_is_snapshot (pid_t pid);
void nnk_tell_snapshots (int fd); // that they close it, too
bool nnk_is_executor (void);      // not a child that a cell has forked

/* --- trap.c: crashes and interrupts ------------------------------------------ */
void nnk_trap_open (void);
bool nnk_trap_add (void *handle);     // the code of a cell that was loaded
bool nnk_call (void (*entry) (void)); // false: it was interrupted
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
