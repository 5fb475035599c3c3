/*  limits.c - what a cell may take: memory, time, processes, output, the network
 *
 *  Each limit is an option of nn-kernel, so that a teacher writes it into
 *  kernel.json, or a variable of the environment, which options overrule. Memory
 *  and the network are forbidden to the executor itself (confine.c); here are the
 *  words, and the count of the processes, which the system does not keep for us:
 *  its own limit is one for all of a user's programs, and none for root.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

const nnk_limits nnk_standard_limits = { .processes = 500, .output = 50 };

/* --- As words ---------------------------------------------------------------- */

static const struct {
    const char *option, *variable, *what;
    double least;
} words[] = {
    { "--memory", "NNK_MEMORY", "MB", 1 },
    { "--time-limit", "NNK_TIME_LIMIT", "seconds", 0.001 },
    { "--processes", "NNK_PROCESSES", "processes", 1 },
    { "--output", "NNK_OUTPUT", "MB", 1 },
    { "--network", "NNK_NETWORK", "", 0 },
};
enum { WORDS = sizeof words / sizeof *words };

static bool take_number (nnk_limits *self, int which, double number)
{
    if (which == 1)
        self->seconds = number;
    else if (number != (double) (long) number)
        return false;
    else if (which == 0)
        self->memory = (long) number;
    else if (which == 2)
        self->processes = (int) number;
    else
        self->output = (long) number;
    return true;
}

/*  False: not an option of limits, or (then with a sentence) not a value of it. */
bool nnk_limits_take (nnk_limits *self, const char *option, const char *value,
                      nnk_text *trouble)
{
    const double most = 1e9;
    char *end;
    int which = 0;
    while (which < WORDS && strcmp (option, words[which].option) != 0 &&
           strcmp (option, words[which].variable) != 0)
        which++;
    if (which == WORDS)
        return false;
    if (words[which].least == 0) {
        self->offline = strcmp (value, "no") == 0;
        if (self->offline || strcmp (value, "yes") == 0)
            return true;
    } else {
        const double number = strtod (value, &end);
        if (end > value && !*end && number >= words[which].least &&
            number <= most && take_number (self, which, number))
            return true;
    }
    if (words[which].least == 0)
        nnk_addf (trouble, "%s takes yes or no, not '%s'", option, value);
    else
        nnk_addf (trouble, "%s takes a number of %s from %g on, not '%s'", option,
                  words[which].what, words[which].least, value);
    return false;
}

/*  Reads NNK_MEMORY and its like. */
bool nnk_limits_environment (nnk_limits *self, nnk_text *trouble)
{
    for (int i = 0; i < WORDS; i++) {
        const char *value = getenv (words[i].variable);
        if (value && *value &&
            !nnk_limits_take (self, words[i].variable, value, trouble))
            return false;
    }
    return true;
}

/*  Those that are not the standard ones, as options of kernel.json. */
void nnk_limits_write (const nnk_limits *self, cJSON *argv)
{
    const nnk_limits *usual = &nnk_standard_limits;
    const double number[] = { (double) self->memory, self->seconds,
                              self->processes, (double) self->output },
                 otherwise[] = { (double) usual->memory, usual->seconds,
                                 usual->processes, (double) usual->output };
    for (int i = 0; i < 4; i++) {
        if (number[i] == otherwise[i])
            continue;
        char *value = nnk_format ("%.15g", number[i]);
        cJSON_AddItemToArray (argv, cJSON_CreateString (words[i].option));
        cJSON_AddItemToArray (argv, cJSON_CreateString (value));
        free (value);
    }
    if (self->offline) {
        cJSON_AddItemToArray (argv, cJSON_CreateString ("--network"));
        cJSON_AddItemToArray (argv, cJSON_CreateString ("no"));
    }
}

/* --- Counting processes ------------------------------------------------------ */

/*  The number of the process that was started last, anywhere: the end of
 *  /proc/loadavg. */
static long newest_process (void)
{
    nnk_text text = { 0 };
    nnk_read_file ("/proc/loadavg", &text);
    const char *last = strrchr (nnk_text_string (&text), ' ');
    const long pid = last ? strtol (last, NULL, 10) : 0;
    nnk_text_free (&text);
    return pid;
}

void nnk_census_begin (nnk_census *self, pid_t group)
{
    *self = (nnk_census){ .group = group, .newest = newest_process () };
}

/*  Whether the cell has more than `most` processes. fork () itself refuses in cells
 *  (confine.c); this finds those of programs that a cell starts. Cheap while few are
 *  started. The count is taken while they all stand still, for they may multiply
 *  faster than they can be counted. */
bool nnk_census_over (nnk_census *self, int most)
{
    const long newest = newest_process ();
    const bool few = newest >= self->newest && newest - self->newest <= most;
    const double now = nnk_now ();
    if (few || now - self->counted < 0.1)
        return false;
    kill (-self->group, SIGSTOP);
    const int count = nnk_count_group (self->group);
    if (count <= most + 1) // and the executor itself
        kill (-self->group, SIGCONT);
    self->counted = nnk_now ();
    self->newest = newest_process ();
    return count > most + 1;
}
