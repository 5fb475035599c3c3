/*  options.c - the words after a verb
 *
 *  An option is --name VALUE or --name=VALUE, or --name alone if it takes nothing.
 *  What is no option is the verb's operand. `--` ends the options. An unknown word
 *  gets a guess.
 */
#include "cmd.h"

#include <string.h>

int cmd_fail (const cmd_verb *verb, int status)
{
    fprintf (stderr, "nn %s: %s\n", verb->name, nn_error ());
    return status;
}

/*  Prints the lines of an example, each after the program's name. */
static void print_example (const char *lines)
{
    printf ("\nExample:\n");
    while (*lines) {
        const int length = (int) strcspn (lines, "\n");
        printf ("  %s %.*s\n", cmd_program, length, lines);
        lines += length + (lines[length] == '\n');
    }
}

static void print_help (const cmd_verb *verb, const cmd_option *options)
{
    printf ("nn %s %s [OPTION...]: %s\n\n%s\nOptions:\n", verb->name,
            verb->operands, verb->about, verb->manual);
    for (const cmd_option *o = options; o->name; o++) {
        char left[64];
        snprintf (left, sizeof left, "--%s%s%s", o->name, o->argument ? " " : "",
                  o->argument ? o->argument : "");
        printf ("  %-24s %s\n", left, o->about);
    }
    printf ("  %-24s %s\n", "--help", "this text");
    printf ("\nExit status: 0 done, 1 failed, 2 a word was not understood.\n");
    print_example (verb->example);
}

/*  The option of this name (which need not end where the name does); says what
 *  might have been meant if there is none. */
static cmd_option *find (const cmd_verb *verb, cmd_option *options,
                         const char *word, int letters)
{
    char name[64];
    const char *known[64];
    int count = 0;
    snprintf (name, sizeof name, "%.*s", letters, word);
    for (cmd_option *o = options; o->name && count < 64; o++) {
        if (strcmp (o->name, name) == 0)
            return o;
        known[count++] = o->name;
    }
    const char *near = nn_nearest (name, known, count);
    if (near)
        cmd_usage (verb, "there is no option --%s; did you mean --%s?", name,
                   near);
    else
        cmd_usage (verb, "there is no option --%s; nn %s --help lists all", name,
                   verb->name);
    return NULL;
}

/*  One option at *args; moves on to its last word. */
static int read_option (const cmd_verb *verb, char ***args, cmd_option *options)
{
    const char *word = **args + 2;
    const int letters = (int) strcspn (word, "=");
    cmd_option *o = find (verb, options, word, letters);
    if (!o)
        return CMD_USAGE;
    if (o->value)
        return cmd_usage (verb, "--%s is given twice", o->name);
    if (!o->argument) {
        if (word[letters])
            return cmd_usage (verb, "--%s takes no value", o->name);
        o->value = "";
        return CMD_OK;
    }
    if (word[letters])
        o->value = word + letters + 1;
    else if ((*args)[1])
        o->value = *++*args;
    else
        return cmd_usage (verb, "--%s wants a value: --%s %s", o->name, o->name,
                          o->argument);
    return CMD_OK;
}

bool cmd_read_all (const cmd_verb *verb, char **args, cmd_option *options,
                   const char **operands, int most, int *status)
{
    int count = 0;
    *status = CMD_OK;
    bool only_operands = false;
    for (; *args && *status == CMD_OK; args++) {
        const bool is_option = !only_operands && (*args)[0] == '-' && (*args)[1];
        if (is_option && strcmp (*args, "--") == 0)
            only_operands = true;
        else if (is_option &&
                 (strcmp (*args, "--help") == 0 || strcmp (*args, "-h") == 0)) {
            print_help (verb, options);
            return false;
        } else if (is_option && (*args)[1] != '-')
            *status = cmd_usage (verb,
                                 "there is no option %s; options begin with two "
                                 "dashes",
                                 *args);
        else if (is_option)
            *status = read_option (verb, &args, options);
        else if (count == most && most == 1)
            *status = cmd_usage (verb, "one %s at a time: '%s' is one too many",
                                 verb->operands, *args);
        else if (count == most)
            *status =
                cmd_usage (verb, "%d at most: '%s' is one too many", most, *args);
        else
            operands[count++] = *args;
    }
    operands[count] = NULL;
    if (*status == CMD_OK && count == 0)
        *status = cmd_usage (verb, "which %s? For example: %s %.*s",
                             verb->operands, cmd_program,
                             (int) strcspn (verb->example, "\n"), verb->example);
    return *status == CMD_OK;
}

bool cmd_read (const cmd_verb *verb, char **args, cmd_option *options,
               const char **operand, int *status)
{
    const char *operands[2];
    const bool go_on = cmd_read_all (verb, args, options, operands, 1, status);
    *operand = go_on ? operands[0] : NULL;
    return go_on;
}

const char *cmd_value (const cmd_option *options, const char *name)
{
    for (; options->name; options++)
        if (strcmp (options->name, name) == 0)
            return options->value;
    return NULL;
}
