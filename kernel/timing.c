/*  timing.c - the executor's side of magics: %timeit, loading, %%sanitize
 *
 *  The macro nnk_t (build.c) is a loop around a loop: the inner one runs the
 *  reader's code so often that the clock can see it, the outer one asks here
 *  whether it is to be run again.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"
#include "nnk.h"

static struct {
    long loops;        // of this round
    int rounds, round; // round 0 finds how many loops are enough
    int digits;
    bool fixed;
    double began, best;
} watch;

void nnk_watch_start (long loops, int rounds, int digits);
void nnk_watch_start (long loops, int rounds, int digits)
{
    watch.digits = digits;
    watch.fixed = loops > 0;
    watch.loops = loops > 0 ? loops : 1;
    watch.rounds = rounds;
    watch.round = -1;
}

static void tell (void)
{
    static const char *const units[] = { "s", "ms", "us", "ns" };
    double each = watch.best / (double) watch.loops;
    int unit = 0;
    while (each < 1 && unit < 3) {
        each *= 1000;
        unit++;
    }
    printf ("%.*g %s per loop (the best of %d rounds, %ld loop%s each)\n",
            watch.digits, each, units[unit], watch.rounds, watch.loops,
            watch.loops == 1 ? "" : "s");
}

/*  How often the code is to be run now; 0: it was enough. */
long nnk_watch_loops (void);
long nnk_watch_loops (void)
{
    const double enough = 0.1, took = omp_get_wtime () - watch.began;
    if (watch.round == 0 && !watch.fixed && took < enough &&
        watch.loops < 1000000000) {
        watch.loops *= took < enough / 20 ? 10 : 2;
    } else if (watch.round < 0) {
        watch.round = 0;
    } else {
        if (watch.round++ == 0 || took < watch.best)
            watch.best = took;
        if (watch.round == watch.rounds) {
            tell ();
            return 0;
        }
    }
    watch.began = omp_get_wtime ();
    return watch.loops;
}

void nnk_load (const char *path);
void nnk_load (const char *path)
{
    if (!dlopen (path, RTLD_NOW | RTLD_GLOBAL))
        nnk_raise (dlerror ());
}

static bool sanitizing;

/*  What libasan has found, without its addresses: the kind, the size, whose memory it
 *  was, and where in the cells that was freed and allocated. */
static void on_report (const char *report)
{
    static const struct {
        const char *begin, *stop;
        int skip;
        bool chain; // calls follow
    } parts[] = { { "ERROR: AddressSanitizer: ", " on ", 25, false },
                  { "READ of size ", " at ", 0, false },
                  { "WRITE of size ", " at ", 0, false },
                  { " located ", " [", 1, false },
                  { "freed by", " by", 0, true },
                  { "allocated by", " by", 0, true } };
    enum { PARTS = sizeof parts / sizeof *parts };
    static char text[1000];
    int used = 0;
    bool chain = false;
    for (const char *line = report; *line; line += *line == '\n') {
        const int size = (int) strcspn (line, "\n");
        const char *from = chain && line[strspn (line, " ")] == '#'
                               ? memmem (line, size, "cell[", 5)
                               : NULL,
                   *stop = "\n", *before = " in ";
        chain &= !from;
        for (int i = 0; i < PARTS && !from && line[0] != 'S'; i++)
            if ((from = memmem (line, size, parts[i].begin,
                                strlen (parts[i].begin)))) {
                from += parts[i].skip;
                stop = parts[i].stop;
                before = used ? ", " : "";
                chain = parts[i].chain;
            }
        const char *end =
            from ? memmem (from, line + size - from, stop, strlen (stop)) : NULL;
        if (from && used < 800) {
            snprintf (text + used, 180, "%s%.*s", before,
                      (int) ((end ? end : line + size) - from), from);
            used += (int) strlen (text + used);
        }
        line += size;
    }
    nnk_die_in_cell (text);
}

/*  Where libubsan prints: as an error of the cell, for a grader, and out of order. So in
 *  the executor it prints to nowhere. A child of a cell has stderr, as any program. */
static void hush (bool quiet)
{
    extern void __sanitizer_set_report_fd (void *) __attribute__ ((weak));
    static int nowhere = -1;
    if (quiet && nowhere < 0)
        nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);
    const intptr_t number = quiet ? nowhere : 2;
    void *fd; // it wants the number as a pointer
    memcpy (&fd, &number, sizeof fd);
    if (__sanitizer_set_report_fd)
        __sanitizer_set_report_fd (fd);
}

/*  libubsan calls this when it has found something, before it prints that and goes on.
 *  What it says of a division is no news: a signal follows. */
void __ubsan_on_report (void);
void __ubsan_on_report (void)
{
    static char text[1000];
    const char *kind, *what, *file;
    unsigned line, column;
    char *address;
    void (*get) (const char **kind, const char **what, const char **file,
                 unsigned *line, unsigned *column, char **address);
    *(void **) &get = dlsym (RTLD_DEFAULT, "__ubsan_get_current_report_data");
    const bool tells = get && nnk_is_executor ();
    if (!sanitizing)
        hush (tells);
    if (!tells)
        return;
    get (&kind, &what, &file, &line, &column, &address);
    if (sanitizing) {
        snprintf (text, sizeof text, "%s", what);
        nnk_die_in_cell (text);
    }
    const char *cell = strstr (file, "cell[");
    const int size = snprintf (text, sizeof text, "%s:%u:%u: %.700s",
                               cell ? cell : file, line, column, what);
    if (strncasecmp (what, "division", 8) != 0)
        nnk_put ('W', text, size);
}

/*  Under libasan what it finds ends the cell, with the chain of calls. */
void nnk_watch_asan (void)
{
    void (*set) (void (*report) (const char *));
    *(void **) &set = dlsym (RTLD_DEFAULT, "__asan_set_error_report_callback");
    unsetenv ("LD_PRELOAD"); // of cells' children
    sanitizing = set != NULL;
    if (set)
        set (on_report);
}

/*  libasan asks for these before it reads its environment. */
const char *__asan_default_options (void);
const char *__asan_default_options (void)
{
    return "detect_leaks=0:handle_abort=0:log_path=/dev/null:"
           "allow_user_segv_handler=1:detect_stack_use_after_return=0";
}
