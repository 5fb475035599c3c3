/*  gnuplot.c - let gnuplot draw, and bring what it drew to where it is wanted
 *
 *  A picture begins as a script: a text that says what to draw, with all its
 *  numbers in it. gnuplot reads it and answers with an SVG or a PNG. Script,
 *  answer and complaints are files that live in memory only, so that neither side
 *  ever waits for the other.
 *
 *  Titles and names come from people and files, and gnuplot would run what it
 *  finds between `backquotes`. So every sign in them that is neither a letter nor
 *  a digit is written as its number: what was meant to be read can only be read.
 */
#include "nn.h"

#include <ctype.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void (*nn_on_show) (const char *mime, const void *data, size_t size);

/*  How many bytes the UTF-8 letter at `text` has; 0 if it is none. */
int nn_letter_bytes (const char *from)
{
    const unsigned char *text = (const unsigned char *) from;
    const int length = *text < 0x80                    ? 1
                       : *text >= 0xC2 && *text < 0xE0 ? 2
                       : *text >= 0xE0 && *text < 0xF0 ? 3
                       : *text >= 0xF0 && *text < 0xF5 ? 4
                                                       : 0;
    for (int k = 1; k < length; k++)
        if ((text[k] & 0xC0) != 0x80)
            return 0;
    return length;
}

/*  Writes the text as a string of gnuplot's, in quotes, which shows it as it
 *  is. A digit after a number would be taken for a part of it, and becomes a
 *  number too. */
void nn_gnuplot_text (FILE *script, const char *text)
{
    bool plain = true; // the last sign
    fputc ('"', script);
    for (const unsigned char *t = (const unsigned char *) text; *t;) {
        const int length = nn_letter_bytes ((const char *) t);
        const bool was_plain = plain;
        plain =
            length > 1 || *t == ' ' || isalpha (*t) || (was_plain && isdigit (*t));
        if (length == 0) // not UTF-8
            fputc ('?', script);
        else if (plain)
            fwrite (t, 1, length, script);
        else if (*t == '\n')
            fputs ("\\n", script);
        else
            fprintf (script, "\\%03o", *t < 32 || *t == 127 ? ' ' : *t);
        t += length ? length : 1;
    }
    fputc ('"', script);
}

/*  A file in memory that holds these bytes, read from its beginning; or -1. */
static int memory_file (const void *bytes, size_t size)
{
    const int fd = memfd_create ("gnuplot", MFD_CLOEXEC);
    for (size_t went = 0; fd >= 0 && went < size;) {
        const ssize_t more = write (fd, (const char *) bytes + went, size - went);
        if (more < 0 && errno != EINTR) {
            close (fd);
            return -1;
        }
        went += more > 0 ? more : 0;
    }
    if (fd >= 0)
        lseek (fd, 0, SEEK_SET);
    return fd;
}

/*  All that was written to a file in memory, and a zero behind it; NULL if there
 *  is no memory. */
static unsigned char *contents (int fd, size_t *size)
{
    const off_t end = lseek (fd, 0, SEEK_END);
    unsigned char *bytes = end < 0 ? NULL : malloc (end + 1);
    if (bytes && pread (fd, bytes, end, 0) != end) {
        free (bytes);
        return NULL;
    }
    if (bytes)
        bytes[end] = 0;
    *size = end;
    return bytes;
}

/*  Runs gnuplot with these files as its input, its output, its complaints and, if
 *  there is one, its picture. `ended` is how: 0 if all went well. */
static int run (const int fd[4], int *ended)
{
    // -- nobody's own settings
    char *const words[] = { "gnuplot", "--default-settings", "-", NULL };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    for (int k = 0; k < 4; k++)
        if (fd[k] >= 0)
            posix_spawn_file_actions_adddup2 (&actions, fd[k], k);
    pid_t child;
    const int failure =
        posix_spawnp (&child, *words, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy (&actions);
    if (failure == ENOENT)
        return nn_fail (NN_ESYSTEM,
                        "gnuplot is not installed, and without it no picture can "
                        "be drawn: apt-get install gnuplot-nox");
    if (failure)
        return nn_fail (NN_ESYSTEM, "gnuplot cannot be started: %s",
                        strerror (failure));
    *ended = 0;
    while (waitpid (child, ended, 0) < 0 && errno == EINTR)
        ;
    return NN_OK;
}

/*  Brings back what gnuplot drew, or says what it complained of. */
static int collect (const int fd[4], int ended, unsigned char **output,
                    size_t *size)
{
    *output = contents (fd[1], size);
    if (*output && *size > 0 && ended == 0)
        return NN_OK;
    size_t said;
    char *why = (char *) contents (fd[2], &said);
    nn_fail (NN_ESYSTEM, "gnuplot cannot draw this: %.300s",
             why && said ? why + strspn (why, " \n") : "it gives no reason");
    free (why);
    free (*output);
    *output = NULL;
    return NN_ESYSTEM;
}

/*  What gnuplot makes of a script, to be freed by the caller. The script finds
 *  `input`, if it is not NULL, as the file /dev/fd/3. */
int nn_gnuplot (const char *script, const void *input, size_t input_size,
                unsigned char **output, size_t *size)
{
    const int fd[4] = { memory_file (script, strlen (script)),
                        memory_file (NULL, 0), memory_file (NULL, 0),
                        input ? memory_file (input, input_size) : -1 };
    int ended, status = NN_OK;
    *output = NULL;
    if (fd[0] < 0 || fd[1] < 0 || fd[2] < 0 || (input && fd[3] < 0))
        status = nn_fail (NN_ESYSTEM, "no memory for gnuplot's files: %s",
                          strerror (errno));
    if (status == NN_OK)
        status = run (fd, &ended);
    if (status == NN_OK)
        status = collect (fd, ended, output, size);
    for (int k = 0; k < 4; k++)
        if (fd[k] >= 0)
            close (fd[k]);
    return status;
}

/*  Is a picture for this file a PNG and not an SVG? A negative status for any
 *  other ending. */
int nn_plot_is_png (const char *file)
{
    const char *dot = file ? strrchr (file, '.') : ".svg";
    if (dot && strcmp (dot, ".png") == 0)
        return 1;
    if (dot && strcmp (dot, ".svg") == 0)
        return 0;
    return nn_fail (NN_EVALUE, "%s: a picture's name ends in .svg or .png", file);
}

/*  Brings a picture to its file or, without one, shows it: in a notebook there,
 *  elsewhere as figure-1.svg, figure-2.svg … in the current folder, none of which
 *  is ever replaced. */
int nn_plot_show (const char *file, const void *bytes, size_t size)
{
    char name[32];
    if (file)
        return nn_file_write (file, bytes, size);
    if (nn_on_show) {
        nn_on_show ("image/svg+xml", bytes, size);
        return NN_OK;
    }
    int number = 0;
    do
        snprintf (name, sizeof name, "figure-%d.svg", ++number);
    while (access (name, F_OK) == 0);
    const int status = nn_file_write (name, bytes, size);
    if (status == NN_OK)
        printf ("%s\n", name);
    return status;
}
