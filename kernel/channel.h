/*  channel.h - what passes between the kernel and its executor
 *
 *  Three things connect them. The control socket carries orders and reports, one
 *  nnk_message each. The ring is shared memory into which the executor writes its
 *  output and from which the kernel reads it: it outlives a crash, and it keeps
 *  text and pictures in order; a bell, which is an event descriptor, rings when it
 *  is half full. Nothing is ever written into the life line: its end tells the
 *  frozen snapshots that the kernel is gone. The signal NNK_WAKE tells one of them
 *  to take over, or (with a value) to let go of a pipe.
 */
#ifndef NNK_CHANNEL_H
#define NNK_CHANNEL_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NNK_FD_CONTROL = 200, NNK_FD_RING, NNK_FD_LIFE, NNK_FD_BELL };
#define NNK_WAKE SIGRTMAX
enum { NNK_UNDO = 10 }; // how many cells can be undone
enum { NNK_STUBS = 65536, NNK_FRAMES = 64, NNK_TEXT = 1 << 16 };

typedef enum {
    NNK_READY, // executor: waiting for orders; text: what went wrong at the start
    NNK_RUN, // kernel: load and run a cell; text: see the order in execute.c; pid:
             // the snapshot that is wanted no more, or 0
    NNK_SNAPSHOT, // executor: pid is the frozen snapshot
    NNK_DONE,  // executor: the cell has ended; status: nnk_end; address: its value
    NNK_CRASH, // executor: about to die; the kernel looks at it, then answers
    NNK_ASK,   // executor: the cell reads from stdin
    NNK_ANSWER, // kernel: status 1 and a line in text, or status 0 (end of file)
    NNK_PEEK,   // kernel: wants `status` bytes from `address`
    NNK_PEEKED  // executor: the bytes; status -1: nothing lies there
} nnk_word;

typedef enum { NNK_ENDED, NNK_INTERRUPTED, NNK_NOT_LOADED } nnk_end;

typedef struct {
    int word;
    int pid;
    int status; // NNK_CRASH: the signal, or 0 when text says it all
    int shown; // NNK_DONE: a shower has displayed the value; NNK_CRASH: the si_code
    int frames;
    int full; // NNK_CRASH: memory had run out
    uint64_t address, stack;
    uint64_t frame[NNK_FRAMES]; // an address; in a cell: behind its begin
    int cell[NNK_FRAMES];       // the compilation it belongs to, or 0
    uint32_t size;
    char text[NNK_TEXT];
} nnk_message;

#define NNK_HEAD offsetof (nnk_message, text)

/*  A record of the ring: a letter, whether more of it follows, its length, its
 *  bytes. O and E: text for stdout and stderr. D, R, U: a display, a cell's value,
 *  an update. C: clear the output. W: a warning of UBSan. N: code for a cell
 *  below. P: what stands in the pipes comes now. */
enum { NNK_RING = 4 << 20 };
typedef struct {
    _Atomic uint64_t head, tail; // written and read so far, in bytes
    atomic_flag lock;            // taken by writers
    atomic_int forks;            // since the cell's processes were counted
    atomic_bool crowded;         // it wanted more of them than it may have
    atomic_int executor;         // who is it now
    char bytes[NNK_RING];
} nnk_ring;
typedef struct {
    uint32_t size;
    char letter;
    char more;
} nnk_record;

int nnk_count_group (int group); // census.c

#endif
