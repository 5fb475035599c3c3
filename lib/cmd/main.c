/*  main.c - the nn command: a verb, and what it is done to */
#include "cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const cmd_verb *const verbs[] = {
    &cmd_train,   &cmd_eval,     &cmd_inspect,  &cmd_kfold,  &cmd_tune,
    &cmd_profile, &cmd_describe, &cmd_ensemble, &cmd_predict
};
enum { VERBS = sizeof verbs / sizeof *verbs };

const char *cmd_program = "nn";

static void help (FILE *out)
{
    fprintf (out, "nn: trains and measures convolutional networks\n\n");
    for (int i = 0; i < VERBS; i++)
        fprintf (out, "  nn %-8s %-28s %s\n", verbs[i]->name, verbs[i]->operands,
                 verbs[i]->about);
    fprintf (
        out,
        "\n  nn VERB --help says more; nn --version says which nn this is.\n"
        "\nThe number of threads is that of the processor's cores, or what the "
        "variable\n"
        "OMP_NUM_THREADS says; it changes the speed and not a bit of the result. "
        "A\n"
        "thread that waits for the others sleeps, unless OMP_WAIT_POLICY says "
        "active.\n"
        "\nExample:\n  %s %.*s\n",
        cmd_program, (int) strcspn (cmd_train.example, "\n"), cmd_train.example);
}

/*  OpenMP's threads wait for each other by spinning, which takes the processor from
 *  whoever else works on the machine: beside other work a training took three times
 *  as long. They shall sleep, unless somebody has said otherwise. libgomp has read
 *  its environment before main, so we begin anew. */
static void wait_asleep (char **args)
{
    if (!getenv ("OMP_WAIT_POLICY") && !getenv ("GOMP_SPINCOUNT") &&
        setenv ("OMP_WAIT_POLICY", "passive", 1) == 0)
        execv ("/proc/self/exe", args); // where it cannot, they spin
}

/*  What was printed has to arrive as well. */
static int finish (const cmd_verb *verb, int status)
{
    if (fflush (stdout) == 0 && !ferror (stdout))
        return status;
    nn_fail (NN_EFILE, "stdout cannot be written: %s", strerror (errno));
    return cmd_fail (verb, CMD_FAILED);
}

int main (int count, char **args)
{
    wait_asleep (args);
    if (count > 0)
        cmd_program = args[0];
    signal (SIGXFSZ,
            SIG_IGN); // a file that may not grow is an error like any other
    if (count < 2) {
        help (stderr);
        return CMD_USAGE;
    }
    if (strcmp (args[1], "--help") == 0 || strcmp (args[1], "-h") == 0 ||
        strcmp (args[1], "help") == 0) {
        help (stdout);
        return CMD_OK;
    }
    if (strcmp (args[1], "--version") == 0) {
        printf ("nn %s\n", CMD_VERSION);
        return CMD_OK;
    }
    if (!nn_inner_choose ()) { // NN_ISA names none
        fprintf (stderr, "nn: %s\n", nn_error ());
        return CMD_USAGE;
    }
    const char *names[VERBS];
    for (int i = 0; i < VERBS; i++) {
        names[i] = verbs[i]->name;
        if (strcmp (args[1], names[i]) == 0)
            return finish (verbs[i], verbs[i]->run (verbs[i], args + 2));
    }
    const char *near = nn_nearest (args[1], names, VERBS);
    fprintf (stderr,
             near ? "nn: there is no verb '%s'; did you mean '%s'?\n"
                  : "nn: there is no verb '%s'; nn --help lists all\n",
             args[1], near);
    return CMD_USAGE;
}
