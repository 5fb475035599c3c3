/*  sanitize.c - %%sanitize: a cell under AddressSanitizer and UndefinedBehaviorSanitizer
 *
 *  Both must have seen every allocation from the start, so the cell gets a session of
 *  its own: an executor under libasan, in which the earlier cells are run again
 *  before it, unseen. When it ends, that session is gone and the reader's own one is
 *  as it was. What libasan finds ends the cell as a crash would (timing.c).
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

/*  Where gcc has libasan; NULL: it has none. */
static char *find_asan (nnk_session *self)
{
    char *const ask[] = { "gcc", "-print-file-name=libasan.so", NULL };
    nnk_text out = { 0 }, errors = { 0 };
    nnk_run_program (ask, self->build.folder, self->sink, &out, &errors);
    nnk_text_free (&errors);
    if (out.size)
        out.s[strcspn (out.s, "\n")] = 0;
    if (out.size && out.s[0] == '/')
        return out.s;
    nnk_text_free (&out);
    return NULL;
}

/*  Runs the cells so far. One that has a fault itself is left out, as a cell that crashes
 *  is; the first of them stays in `faulty`. False: the reader has interrupted it. */
static bool run_again (nnk_session *from, nnk_session *to, nnk_error *faulty)
{
    const char *end = from->past.s + from->past.size, *script = to->sink->script;
    const int before = to->sink->interrupts;
    char *code;
    for (const char *at = from->past.s;
         at < end && to->sink->interrupts == before;) {
        const int count = (int) strtol (at, &code, 10);
        nnk_outcome again;
        at = code + strlen (code) + 1;
        to->sink->script = ""; // nobody is asked twice
        nnk_session_run (to, code + 1, count, true, &again);
        if (!again.ok && !faulty->name) {
            *faulty = again.error;
            again.error = (nnk_error){ 0 };
        }
        nnk_outcome_free (&again);
    }
    to->sink->script = script;
    return to->sink->interrupts == before;
}

/*  The cell itself. If it cannot be compiled because an earlier one was left out, that one
 *  is what is wrong; otherwise a sentence says that one was. */
static void run_last (nnk_session *to, const char *code, int count, bool silent,
                      nnk_error *faulty, nnk_outcome *out)
{
    nnk_session_run (to, code, count, silent, out);
    if (!faulty->name)
        return;
    if (!out->ok && out->error.name &&
        strcmp (out->error.name, "CompileError") == 0) {
        nnk_error_free (&out->error);
        out->error = *faulty;
        *faulty = (nnk_error){ 0 };
    }
    char *said =
        nnk_format ("An earlier cell has a fault itself and was left out: "
                    "%s\n",
                    faulty->value ? faulty->value : "");
    if (faulty->name && !silent)
        to->sink->stream (to->sink, "stdout", said, strlen (said));
    free (said);
}

void nnk_sanitize (nnk_session *self, const char *code, int count, bool silent,
                   nnk_outcome *out)
{
    static char *const flags[] = { "-fsanitize=address,undefined",
                                   "-fno-omit-frame-pointer" };
    nnk_options options = *self->options;
    nnk_session other;
    nnk_text trouble = { 0 };
    nnk_error faulty = { 0 };
    for (int i = 0; i < 2 && options.flags < 64; i++)
        options.flag[options.flags++] = flags[i];
    options.limits.memory = 1L << 40; // its shadow takes more than any limit
    options.preload = find_asan (self);
    options.other = &self->executor;
    nnk_typing_close (self);
    if (!options.preload)
        nnk_error_set (&out->error, "SanitizeError",
                       "gcc has no libasan; install libasan");
    else if (!nnk_session_open (&other, &options, self->sink, &trouble))
        nnk_error_set (&out->error, "SanitizeError", "%s",
                       nnk_text_string (&trouble));
    else if (run_again (self, &other, &faulty))
        run_last (&other, code, count, silent, &faulty, out);
    else
        nnk_error_set (&out->error, "Interrupt",
                       "interrupted while the earlier cells were run again");
    nnk_error_free (&faulty);
    out->ok &= !out->error.name;
    if (options.preload)
        nnk_session_close (&other);
    free (options.preload);
    nnk_text_free (&trouble);
}
