/*  main.c - nn-kernel: what is asked on the command line */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

static const char help[] =
    "nn-kernel: the C kernel of Layer by Layer\n\n"
    "  nn-kernel CONNECTION_FILE [OPTION]... [-- GCC_FLAG...]   serve Jupyter\n"
    "  nn-kernel --run IN.ipynb -o OUT.ipynb [OPTION]...        run a notebook "
    "without Jupyter\n"
    "  nn-kernel --install [--data-dir DIR] [OPTION]...         make Jupyter know "
    "this kernel\n"
    "  nn-kernel --uninstall [--data-dir DIR]                   make it forget\n\n"
    "  --prelude HEADER    a header that every cell sees\n"
    "  --library LIB.so    a library that every cell can call (may be given "
    "again)\n"
    "  -I DIR              a folder for #include (may be given again)\n"
    "  --timeout S         with --run: seconds for one cell; the next go on\n"
    "  --full, --quick     with --run: NN_FULL=1 asks the cells for their long "
    "runs, or not (so it is without)\n"
    "  --version, --help\n\n"
    "What one cell may take; what is not given here is read from the "
    "environment:\n"
    "  --memory MB         NNK_MEMORY: beyond it malloc returns NULL (nine tenths "
    "of the machine)\n"
    "  --time-limit S      NNK_TIME_LIMIT: then it is interrupted (no limit)\n"
    "  --processes N       NNK_PROCESSES: with more of them at once it is ended "
    "(500)\n"
    "  --output MB         NNK_OUTPUT: what it prints beyond is not shown (50)\n"
    "  --network yes|no    NNK_NETWORK: no: it can open local sockets only "
    "(yes)\n\n"
    "--run ends with 0: every cell went well; 1: one failed that has no tag "
    "raises-exception (OUT.ipynb is\nwritten, and the cells after it were run); "
    "2: nothing was written.\n"
    "In a cell, %help tells what a cell can say to the kernel.\n\n"
    "Examples:\n"
    "  build/nn-kernel --install && jupyter notebook\n"
    "  build/nn-kernel --run lesson.ipynb -o done.ipynb --timeout 60\n";

static const char *const words[] = { "--prelude",    "--library",   "--memory",
                                     "--time-limit", "--timeout",   "--quick",
                                     "--full",       "--processes", "--output",
                                     "--network",    "--run",       "--install",
                                     "--uninstall",  "--version",   "--data-dir",
                                     "--help",       NULL };

char *nnk_beside (const char *name)
{
    char path[PATH_MAX];
    const ssize_t size = readlink ("/proc/self/exe", path, sizeof path - 1);
    path[size > 0 ? size : 0] = 0;
    char *slash = strrchr (path, '/');
    return nnk_format ("%.*s/%s", slash ? (int) (slash - path) : 0, path, name);
}

static int unknown (const char *word)
{
    const char *nearest = nnk_nearest (word, words);
    fprintf (stderr,
             "nn-kernel: unknown option '%s'%s%s%s; see nn-kernel --help\n", word,
             nearest ? "; did you mean '" : "", nearest ? nearest : "",
             nearest ? "'?" : "");
    return 2;
}

typedef struct {
    nnk_options options;
    const char *first, *run, *out, *data_dir;
    bool install, uninstall;
    bool wrong; // an argument is, and that was said
    double limit;
    nnk_text trouble;
} command;

/*  Where an option's argument is kept, or NULL. */
static const char **place_of (command *self, const char *word)
{
    if (strcmp (word, "--run") == 0)
        return &self->run;
    if (strcmp (word, "-o") == 0)
        return &self->out;
    if (strcmp (word, "--data-dir") == 0)
        return &self->data_dir;
    return NULL;
}

/*  A number above zero, and nothing behind it; 0 and a sentence if it is none. */
static double take_number (const char *option, const char *value)
{
    char *end;
    const double number = strtod (value, &end);
    if (end > value && !*end && number > 0 && number < 1e9)
        return number;
    if (*value)
        fprintf (stderr,
                 "nn-kernel: %s needs a number above 0, and '%s' is none\n",
                 option, value);
    return 0;
}

/*  An option with its argument. False: not one of these, or no room for it. */
static bool take_option (command *self, const char *word, const char *value)
{
    nnk_options *options = &self->options;
    const char **place = place_of (self, word);
    if (place)
        *place = value;
    else if (strcmp (word, "--prelude") == 0)
        options->prelude = nnk_absolute (value);
    else if (strcmp (word, "--library") == 0 && options->libraries < 16)
        options->library[options->libraries++] = nnk_absolute (value);
    else if (strcmp (word, "-I") == 0 && options->flags < 64)
        options->flag[options->flags++] =
            nnk_format ("-I%s", nnk_absolute (value));
    else if (strcmp (word, "--timeout") == 0)
        self->wrong |= !(self->limit = take_number (word, value));
    else
        return nnk_limits_take (&options->limits, word, value, &self->trouble);
    return true;
}

/*  Reads the command line. 0: go on; otherwise the exit status plus 1. */
static int read_command (command *self, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp (word, "--help") == 0)
            return fputs (help, stdout) < 0 ? 2 : 1;
        if (strcmp (word, "--version") == 0)
            return printf ("nn-kernel %s\n", NNK_VERSION) < 0 ? 2 : 1;
        if (strcmp (word, "--install") == 0) {
            self->install = true;
        } else if (strcmp (word, "--uninstall") == 0) {
            self->uninstall = true;
        } else if (strcmp (word, "--full") == 0) {
            setenv ("NN_FULL", "1", 1);
        } else if (strcmp (word, "--quick") == 0) {
            unsetenv ("NN_FULL");
        } else if (strcmp (word, "--") == 0) {
            while (++i < argc && self->options.flags < 64)
                self->options.flag[self->options.flags++] = argv[i];
        } else if (strncmp (word, "-I", 2) == 0 && word[2]) {
            take_option (self, "-I", word + 2);
        } else if (word[0] != '-') {
            self->first = word;
        } else if (i + 1 < argc && take_option (self, word, argv[i + 1])) {
            if (self->wrong)
                return 3;
            i++;
        } else if (self->trouble.size) {
            fprintf (stderr, "nn-kernel: %s; see nn-kernel --help\n",
                     self->trouble.s);
            return 3;
        } else if (place_of (self, word) || take_option (self, word, "") ||
                   self->trouble.size) {
            fprintf (stderr,
                     "nn-kernel: %s needs an argument; see nn-kernel --help\n",
                     word);
            return 3;
        } else {
            return unknown (word) + 1;
        }
    }
    return 0;
}

int main (int argc, char **argv)
{
    command self = { .options.limits = nnk_standard_limits };
    setenv ("LC_ALL", "C.UTF-8", 1); // gcc speaks English, in UTF-8
    if (!getenv ("GOMP_SPINCOUNT")) // threads of cells that wait shall sleep: they
        setenv ("OMP_WAIT_POLICY", "passive", 0); // are not alone on the machine
    if (argc > 1 && strcmp (argv[1], "--clang") == 0) // typing.c starts us so
        return nnk_clang_serve (argc - 2, argv + 2);
    if (!nnk_limits_environment (&self.options.limits, &self.trouble)) {
        fprintf (stderr, "nn-kernel: %s\n", self.trouble.s);
        return 2;
    }
    const int status = read_command (&self, argc, argv);
    if (status)
        return status - 1;
    if (self.install || self.uninstall)
        return nnk_install (self.data_dir, self.uninstall, &self.options);
    if (self.run && self.out)
        return nnk_batch (self.run, self.out, self.limit, &self.options);
    if (self.run)
        fprintf (stderr,
                 "nn-kernel: --run needs -o OUT.ipynb; see nn-kernel --help\n");
    else if (self.first)
        return nnk_serve (self.first, &self.options);
    else
        fputs (help, stderr);
    return 2;
}
