/*  program.c - running gcc and ld
 *
 *  A program of its own group, whose output is read while everybody else is
 *  served. An interrupt, or the end of the session, ends it with its children. It may
 *  be started long before it is attended to, and read what it is to do from a pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

extern char **environ;

/*  Our environment, but with the session's folder for temporary files: a compiler
 *  that is stopped leaves some. */
static char **make_environment (const char *folder)
{
    int count = 0, used = 0;
    while (environ[count])
        count++;
    char **copy = nnk_allocate ((count + 2) * sizeof *copy);
    for (int i = 0; i < count; i++)
        if (strncmp (environ[i], "TMPDIR=", 7) != 0)
            copy[used++] = environ[i];
    copy[used] = nnk_format ("TMPDIR=%s", folder);
    return copy;
}

/*  Starts it in `folder`, with `out` and `errors` as its streams and, if there is one,
 *  `input` as the descriptor NNK_PROGRAM_INPUT, in a group of its own. An error's number,
 *  or 0. */
static int start (pid_t *pid, char *const *argv, const char *folder, int out,
                  int errors, int input)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char **environment = make_environment (folder);
    sigemptyset (&none);
    sigfillset (&all);
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2 (&actions, out, 1);
    posix_spawn_file_actions_adddup2 (&actions, errors, 2);
    if (input >= 0)
        posix_spawn_file_actions_adddup2 (&actions, input, NNK_PROGRAM_INPUT);
    posix_spawn_file_actions_addchdir_np (&actions, folder);
    posix_spawnattr_init (&attributes);
    posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK |
                                               POSIX_SPAWN_SETPGROUP |
                                               POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask (&attributes, &none);
    posix_spawnattr_setsigdefault (&attributes, &all);
    const int wrong =
        posix_spawnp (pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attributes);
    char **last = environment;
    while (last[1])
        last++;
    free (*last); // the one that is ours
    free (environment);
    return wrong;
}

/*  Reads what has come. False: the stream has ended. */
static bool read_some (int fd, nnk_text *out)
{
    char bytes[16384];
    const ssize_t size = read (fd, bytes, sizeof bytes);
    if (size > 0)
        nnk_add (out, bytes, size);
    return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

/*  False: it cannot be started, errno says why. */
bool nnk_program_start (nnk_program *self, char *const *argv, const char *folder,
                        int input)
{
    int pipes[2][2];
    *self = (nnk_program){ 0 };
    if (pipe2 (pipes[0], O_CLOEXEC) != 0)
        return false;
    int wrong = pipe2 (pipes[1], O_CLOEXEC) != 0 ? errno : 0;
    if (wrong) {
        close (pipes[0][0]);
        close (pipes[0][1]);
        errno = wrong;
        return false;
    }
    wrong = start (&self->pid, argv, folder, pipes[0][1], pipes[1][1], input);
    close (pipes[0][1]);
    close (pipes[1][1]);
    self->out = pipes[0][0];
    self->errors = pipes[1][0];
    if (!wrong)
        return true;
    self->pid = 0;
    close (self->out);
    close (self->errors);
    errno = wrong;
    return false;
}

/*  Waits for it, and for those of its group whose parent is gone: they have become ours. */
static int bury (nnk_program *self)
{
    int status = 0;
    while (waitpid (self->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    while (waitpid (-self->pid, NULL, WNOHANG) > 0)
        continue;
    close (self->out);
    close (self->errors);
    self->pid = 0;
    return status;
}

/*  Ends it with its children. */
void nnk_program_end (nnk_program *self)
{
    kill (-self->pid, SIGKILL);
    bury (self);
}

/*  Reads what it says until it ends. Its exit status; -1: it was stopped. */
int nnk_program_attend (nnk_program *self, nnk_sink *sink, nnk_text *out,
                        nnk_text *errors)
{
    const int before = sink->interrupts;
    bool stopped = false;
    struct pollfd fds[2] = { { self->out, POLLIN, 0 },
                             { self->errors, POLLIN, 0 } };
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        sink->wait (sink, fds, 2, 1000);
        for (int i = 0; i < 2; i++)
            if (fds[i].fd >= 0 && fds[i].revents &&
                !read_some (fds[i].fd, i ? errors : out))
                fds[i].fd = -1;
        if (!stopped && (sink->interrupts != before || sink->quit)) {
            stopped = true;
            kill (-self->pid, SIGKILL);
        }
    }
    const int status = bury (self);
    return stopped ? -1 : WIFEXITED (status) ? WEXITSTATUS (status) : 128;
}

int nnk_run_program (char *const *argv, const char *folder, nnk_sink *sink,
                     nnk_text *out, nnk_text *errors)
{
    nnk_program program;
    if (nnk_program_start (&program, argv, folder, -1))
        return nnk_program_attend (&program, sink, out, errors);
    nnk_addf (errors, "%s cannot be started: %s\n", argv[0], strerror (errno));
    return 127;
}
