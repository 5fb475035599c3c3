/*  memory.c - checks of memory: the same cases, watched by a sanitizer
 *
 *  An ordinary run sees what is written over the fences of a case, and what malloc gave and
 *  never got back. The rest, a read behind the end of the learner's own array, a use after
 *  free, a shift by 40, is found by compiling once more with the sanitizers of gcc. They want
 *  to be there before anything else, so another process of ours starts with them and runs
 *  the one check.
 *
 *  The address sanitizer keeps a map of all addresses, 16 TB of them, of which it touches
 *  next to nothing. A process with a limit, such as a cell of a notebook, may not have
 *  them: then the other sanitizer looks alone, and the report says so.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const rlim_t ADDRESSES = (rlim_t) 20 << 40;

/*  May a process have as many addresses as the address sanitizer maps? */
static bool addresses (void)
{
    struct rlimit r;
    return getrlimit (RLIMIT_AS, &r) == 0 && r.rlim_cur >= ADDRESSES;
}

/*  Where gcc keeps the library of its address sanitizer, as LD_PRELOAD=... */
static bool preload (char *text, size_t size)
{
    const char *argv[] = { "gcc", "-print-file-name=libasan.so", NULL };
    char *output;
    const bool found = spawn (argv, &output, 5, 0, NULL) == 0 && *output == '/';
    output[strcspn (output, "\n")] = 0;
    snprintf (text, size, "LD_PRELOAD=%s", output);
    free (output);
    return found;
}

/*  Runs the check in another process with these in its environment. What it finds wrong is
 *  left in `result`. */
static void run_again (const grade_task *task, const char *object, int index,
                       const char *const environment[2], bool sanitised,
                       check_result *result)
{
    char self[512] = "", number[16], seed[32], *output;
    if (readlink ("/proc/self/exe", self, sizeof self - 1) < 0)
        nn_panic ("grade", "/proc is not mounted");
    snprintf (number, sizeof number, "%d", index);
    snprintf (seed, sizeof seed, "%llu", (unsigned long long) task->seed);
    const char *argv[] = { "env",      environment[0], environment[1],
                           self,       "--parts",      task->parts,
                           "--object", object,         "--seed",
                           seed,       "--only",       number,
                           task->name, NULL,           NULL };
    if (sanitised)
        argv[13] = "--sanitised";
    if (spawn (argv, &output, 60, 0, NULL) != 0) {
        result->points = 0;
        output[strcspn (output, "\n")] = 0;
        snprintf (result->detail, sizeof result->detail, "%s", output);
    }
    free (output);
}

check_result check_memory (const grade_task *task, const grade_check *check,
                           int index)
{
    // -- malloc without its cache, so that what was given back is seen to be. What is wrong
    // without being watched is asked for here, where a report can be made of it
    const char *plain[] = { "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
                            "GRADE_COUNTS=1" };
    check_result result = { .points = check->points }, said = result;
    run_again (task, task->object, index, plain, false, &said);
    if (said.points == 0) {
        result = check_cases (task, check, index);
        return result.points == 0 ? result : said;
    }
    const bool whole = addresses ();
    char object[512], library[512] = "GRADE_ALONE=1", *messages = NULL;
    snprintf (object, sizeof object, "%s/sanitised.so", task->folder);
    if (compile_object (task, object, whole ? "address,undefined" : "undefined",
                        &messages) != 0) {
        result.points = 0;
        snprintf (result.detail, sizeof result.detail,
                  "it does not compile with the sanitizers of gcc: %.400s",
                  messages);
    } else if (whole && !preload (library, sizeof library))
        nn_panic ("grade", "gcc's address sanitizer (libasan) is not installed");
    else {
        const char *watched[] = { library,
                                  "ASAN_OPTIONS=detect_leaks=0:color=never" };
        run_again (task, object, index, watched, true, &result);
        if (result.points && !whole)
            snprintf (result.detail, sizeof result.detail,
                      "not watched by gcc's address sanitizer: it needs more "
                      "addresses than a cell may have; make grade EX=%.8s in a "
                      "terminal looks closer",
                      task->name);
    }
    free (messages);
    return result;
}
