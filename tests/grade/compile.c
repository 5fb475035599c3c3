/*  compile.c - from the learner's file to something that a child can load
 *
 *  The prototypes of the exercise are read before the file, so that a function of another
 *  type is an error of the compiler, at the learner's own line.
 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGEST = 1 << 20, OUTPUT = 1 << 16 };

volatile pid_t spawn_running;

/*  Runs a program; *output gets what it wrote (free it). Its exit status, or -1 if it could
 *  not be run or ran too long. `memory` is how many bytes it may take, 0 any number; `files`
 *  is what it may read, where this system can hold it to that. */
int spawn (const char *const *argv, char **output, double limit, size_t memory,
           const char *const *files)
{
    int ends[2];
    *output = calloc (1, OUTPUT + 1);
    nn_require (*output && pipe (ends) == 0, "no pipe to %s", argv[0]);
    fflush (NULL);
    const pid_t pid = fork ();
    nn_require (pid >= 0, "no child process for %s", argv[0]);
    if (pid == 0) {
        const struct rlimit most = { memory, memory },
                            file = { (rlim_t) 64 << 20, (rlim_t) 64 << 20 };
        setpgid (0, 0);
        if (memory)
            setrlimit (RLIMIT_AS, &most);
        setrlimit (RLIMIT_FSIZE, &file);
        dup2 (open ("/dev/null", O_RDONLY), 0);
        dup2 (ends[1], 1);
        dup2 (ends[1], 2);
        close_range (3, ~0u, 0);
        if (files)
            jail_reading (files);
        execvp (argv[0], (char *const *) argv);
        _exit (127);
    }
    setpgid (pid, pid); // here as well: whoever comes first
    spawn_running = pid;
    close (ends[1]);
    size_t used = 0;
    const double until = now () + limit;
    struct pollfd wait = { .fd = ends[0], .events = POLLIN };
    for (;;) {
        const int ready = poll (&wait, 1, (int) ((until - now ()) * 1000) + 1);
        if (ready < 0 && errno == EINTR)
            continue;
        char rest[4096];
        const ssize_t n = ready <= 0 ? -1 : read (ends[0], rest, sizeof rest);
        if (n <= 0 || now () > until)
            break;
        const size_t room = OUTPUT - used,
                     kept = (size_t) n < room ? (size_t) n : room;
        memcpy (*output + used, rest, kept);
        used += kept;
    }
    close (ends[0]);
    if (now () > until)
        kill (-pid, SIGTERM);
    int status;
    while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
        continue;
    spawn_running = 0;
    return WIFEXITED (status) && WEXITSTATUS (status) != 127 ? WEXITSTATUS (status)
                                                             : -1;
}

/*  "void ex_transpose (float *y, …);" → ex_transpose, or 0 for what is no function */
static int name_in (const char *prototype, const char **name)
{
    const char *end = strchr (prototype, '(');
    while (end && end > prototype && end[-1] == ' ')
        end--;
    *name = end;
    while (*name && *name > prototype && !strchr (" *", (*name)[-1]))
        (*name)--;
    return end ? (int) (end - *name) : 0;
}

/*  The functions that are asked for, and what the file calls them instead: in a notebook
 *  they have any name. */
static bool write_prototypes (const char *path, const grade_task *task)
{
    FILE *out = fopen (path, "w");
    const char *as = task->as;
    if (!out)
        return false;
    fprintf (out,
             "#include \"exercise.h\"\n#line 1 \"what the exercise asks for\"\n");
    for (int i = 0; task->prototypes[i]; i++) {
        const char *name;
        const int length = name_in (task->prototypes[i], &name),
                  other = length ? (int) strcspn (as, ",") : 0;
        fprintf (out, "%s\n", task->prototypes[i]);
        if (other && (other != length || strncmp (as, name, length) != 0))
            fprintf (out, "#define %.*s %.*s\n", other, as, length, name);
        as += other + (other && as[other] == ',');
    }
    return fclose (out) == 0;
}

static void folder_of (const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr (path, '/');
    snprintf (folder, PATH_MAX, "%.*s.", slash ? (int) (slash + 1 - path) : 0,
              path);
}

/*  A compiler reads what it is told to, and prints it: `#include` of the solution, of a
 *  password, of /dev/zero. So it may read the course's headers, the system's own, what lies
 *  beside the learner's file if that is outside the course, and nothing else. */
static int run_compiler (const grade_task *task, const char *const *argv,
                         const char *object, char **messages)
{
    char beside[PATH_MAX], to[PATH_MAX], own[PATH_MAX] = "/opt";
    folder_of (task->file, beside);
    folder_of (object, to);    // the linker reads what it writes
    if (strchr (argv[0], '/')) // a compiler of one's own, with what belongs to it
        snprintf (own, sizeof own, "%.*s/..",
                  (int) (strrchr (argv[0], '/') - argv[0]), argv[0]);
    char course[PATH_MAX] = "", there[PATH_MAX] = "";
    const bool inside = realpath (".", course) && realpath (beside, there) &&
                        strncmp (there, course, strlen (course)) == 0;
    // clang-format off: a table
    const char *const files[] = { "/usr/include",
                                  "/usr/bin",
                                  "/usr/lib",
                                  "/usr/lib64",
                                  "/usr/libexec",
                                  "/usr/local",
                                  "/usr/share",
                                  "/bin",
                                  "/lib",
                                  "/lib64",
                                  "/opt",
                                  "/nix",
                                  "/etc/ld.so.cache",
                                  "/etc/alternatives",
                                  "/dev/null",
                                  "/dev/urandom",
                                  own,
                                  "lib",
                                  "exercises",
                                  "solutions/flags",
                                  task->file,
                                  task->folder,
                                  to,
                                  inside ? NULL : beside,
                                  NULL };
    // clang-format on
    return spawn (argv, messages, 30, (size_t) 4 << 30, files);
}

/*  Compiles the learner's file to `object`, with those sanitizers in it or none (NULL). 0, or a sentence or gcc's words in *messages
 *  (free it); warnings come back there too. */
int compile_object (const grade_task *task, const char *object,
                    const char *sanitizers, char **messages)
{
    struct stat about;
    const char *why = NULL;
    char header[512], watch[64];
    snprintf (header, sizeof header, "%s/prototypes.h", task->folder);
    snprintf (watch, sizeof watch, "-fsanitize=%s", sanitizers ? sanitizers : "");
    if (stat (task->file, &about) != 0)
        why = strerror (errno);
    else if (!S_ISREG (about.st_mode))
        why = "not a file";
    else if (about.st_size > LARGEST)
        why = "larger than a megabyte; is it the right file?";
    else if (!write_prototypes (header, task))
        why = "no room for what compiling needs; is the disk full?";
    if (why) {
        nn_require (asprintf (messages, "%s: %s\n", task->file, why) > 0,
                    "no memory");
        return -1;
    }
    const char *cc = getenv ("CC");
    const char *fixed[] = { cc && *cc ? cc : "gcc",
                            "@solutions/flags",
                            "-shared",
                            task->define,
                            sanitizers ? "-O1" : "-DGRADED",
                            sanitizers ? watch : "-DGRADED",
                            sanitizers ? "-fno-sanitize-recover=all" : "-DGRADED",
                            "-include",
                            header,
                            "-x",
                            "c",
                            task->file,
                            "-o",
                            object,
                            "-lm",
                            NULL };
    const int status = run_compiler (task, fixed, object, messages);
    if (status == -1 && !**messages) {
        free (*messages);
        nn_require (asprintf (messages,
                              "%s cannot be run, or took longer than 30 s\n",
                              fixed[0]) > 0,
                    "no memory");
    }
    return status;
}
