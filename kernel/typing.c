/*  typing.c - what is being typed, as C that a parser can read
 *
 *  A cell is no C file: libclang is given one made of what earlier cells have
 *  defined and the pieces of this cell, functions and declarations at file level,
 *  statements in functions, up to the piece in which the cursor stands. The
 *  process that knows libclang (clang.c) is started at the first question, and
 *  anew when it has died or takes too long.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clang.h"
#include "kernel.h"

extern char **environ;

enum { MOST_FAILURES = 5 }; // starts in a row that gave no answer

/* --- The process ------------------------------------------------------------- */

/*  Its command line: those flags of the cells that a parser needs. */
static char **make_arguments (const nnk_build *build)
{
    char **argv = nnk_allocate ((build->flags + 3) * sizeof *argv);
    int used = 0;
    argv[used++] = "nn-kernel";
    argv[used++] = "--clang";
    for (int i = 0; i < build->flags; i++)
        if (strchr ("IDUi", build->flag[i][1]) ||
            strncmp (build->flag[i], "-std", 4) == 0 ||
            strcmp (build->flag[i], "-fopenmp") == 0)
            argv[used++] = build->flag[i];
    return argv;
}

static void set_patience (int socket, int seconds)
{
    const struct timeval time = { seconds, 0 };
    setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt (socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

void nnk_typing_close (nnk_session *self)
{
    nnk_typing *typing = &self->typing;
    int status = 0;
    if (typing->socket > 0)
        close (typing->socket);
    typing->socket = 0;
    if (typing->pid <= 0)
        return;
    // one that has ended by itself keeps its status
    if (waitpid (typing->pid, &status, WNOHANG) == 0) {
        kill (typing->pid, SIGKILL);
        waitpid (typing->pid, &status, 0);
    }
    if (WIFEXITED (status) && WEXITSTATUS (status) == NNK_NO_CLANG)
        typing->failures = MOST_FAILURES;
    typing->pid = self->executor.helper = 0;
}

/*  Starts the process and waits until it has read all headers. */
static bool start (nnk_session *self)
{
    nnk_typing *typing = &self->typing;
    int ends[2];
    uint32_t ready;
    if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    char **argv = make_arguments (&self->build);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_adddup2 (&actions, ends[1], 0);
    posix_spawn_file_actions_addopen (&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen (&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addchdir_np (&actions, self->build.folder);
    if (posix_spawn (&typing->pid, "/proc/self/exe", &actions, NULL, argv,
                     environ) != 0)
        typing->pid = 0;
    posix_spawn_file_actions_destroy (&actions);
    free (argv);
    close (ends[1]);
    typing->socket = ends[0];
    typing->flags = self->build.flags;
    self->executor.helper = typing->pid; // no stray of a cell
    set_patience (typing->socket, 10);
    const bool good =
        typing->pid > 0 &&
        recv (typing->socket, &ready, sizeof ready, MSG_WAITALL) == sizeof ready;
    set_patience (typing->socket, 2);
    typing->failures = good ? 0 : typing->failures + 1;
    if (!good)
        nnk_typing_close (self);
    return good;
}

/*  Sends the question and waits for the answer. */
static bool exchange (nnk_typing *self, const nnk_clang_request *request,
                      const char *text, nnk_text *out)
{
    uint32_t size = 0;
    if (send (self->socket, request, sizeof *request, MSG_NOSIGNAL) !=
            sizeof *request ||
        send (self->socket, text, request->size, MSG_NOSIGNAL) !=
            (ssize_t) request->size ||
        recv (self->socket, &size, sizeof size, MSG_WAITALL) != sizeof size)
        return false;
    char *bytes = nnk_allocate (size + 1);
    const bool good =
        !size || // an empty message would be waited for
        recv (self->socket, bytes, size, MSG_WAITALL) == (ssize_t) size;
    if (good)
        nnk_add (out, bytes, size);
    free (bytes);
    return good;
}

/*  False: there is no answer; the process will be another at the next question. */
static bool ask (nnk_session *self, const nnk_clang_request *request,
                 const char *text, nnk_text *out)
{
    nnk_typing *typing = &self->typing;
    struct pollfd fd = { typing->pid > 0 ? typing->socket : -1, POLLIN, 0 };
    const bool dead = poll (&fd, 1, 0) > 0; // nothing else is to be read now
    if (dead || typing->flags != self->build.flags)
        nnk_typing_close (self);
    if (typing->failures >= MOST_FAILURES || (typing->pid <= 0 && !start (self)))
        return false;
    const bool good = exchange (typing, request, text, out);
    if (!good)
        nnk_typing_close (self);
    return good;
}

/* --- The text ---------------------------------------------------------------- */

typedef struct {
    nnk_session *session;
    nnk_cell cell;
    nnk_text text;
    int *replaced; // for each item the chunk that defines it anew, plus 1
    bool *said;    // the chunks that stand in the text
    int chunk;     // the one whose names are being read
    int target;    // the one with the cursor
    int at;        // the cursor in the cell
    size_t place;  // and in the text
} writing;

static void on_name (void *to, const char *kind, const nnk_token *name)
{
    writing *self = to;
    const nnk_items *items = &self->session->items;
    char *word = nnk_format ("%s%.*s", kind[1] ? kind : "", name->end - name->at,
                             self->cell.source + name->at);
    const nnk_item *item = nnk_items_find (items, word);
    for (int i = 0; item && i < items->items; i++)
        if (items->item[i] == item)
            self->replaced[i] = self->chunk + 1;
    free (word);
}

static void find_replaced (writing *self)
{
    for (self->chunk = 0; self->chunk <= self->target; self->chunk++) {
        const nnk_chunk *chunk = &self->cell.chunk[self->chunk];
        if (chunk->kind != NNK_DECLARATION && chunk->kind != NNK_FUNCTION)
            continue;
        nnk_declaration declaration;
        nnk_declaration_read (&declaration, &self->cell, chunk);
        nnk_declaration_names (&declaration, &self->cell, on_name, self);
        nnk_declaration_free (&declaration);
    }
}

static void add_chunk (writing *self, int i)
{
    const nnk_chunk *chunk = &self->cell.chunk[i];
    const int from = self->cell.token[chunk->first].at;
    int end = self->cell.token[chunk->last - 1].end;
    const bool target = i == self->target,
               inside = chunk->kind == NNK_STATEMENT || chunk->kind == NNK_VALUE;
    if (self->said[i])
        return;
    self->said[i] = true;
    if (target && end < self->at)
        end = self->at;
    if (inside)
        nnk_addf (&self->text, "void nnk_typing_%d (void) {", i);
    nnk_add_string (&self->text, "\n");
    if (target)
        self->place = self->text.size + self->at - from;
    nnk_add (&self->text, self->cell.source + from, end - from);
    nnk_add_string (&self->text, inside ? "\n;}\n" : "\n");
}

/*  What earlier cells have defined; a type that this cell defines anew stands in
 *  the place of the old one, because later items may need it. */
static void add_items (writing *self)
{
    const nnk_items *items = &self->session->items;
    for (int i = 0; i < items->items; i++) {
        const int chunk = self->replaced[i] - 1;
        const bool type = items->item[i]->kind == NNK_ITEM_TYPE;
        if (type && chunk >= 0 && chunk != self->target)
            add_chunk (self, chunk);
        else if (type || chunk < 0)
            nnk_add_string (&self->text, items->item[i]->text);
        nnk_add_string (&self->text, "\n");
    }
}

/*  The chunk in which `at` lies; -1: between them. */
static int find_target (const nnk_cell *cell, int at)
{
    for (int i = 0; i < cell->chunks; i++) {
        const nnk_chunk *chunk = &cell->chunk[i];
        if (cell->token[chunk->first].at <= at &&
            (at < cell->token[chunk->last - 1].end || chunk->open ||
             (i == cell->chunks - 1 && cell->depth)))
            return i;
    }
    return -1;
}

/*  The lines at the head of a cell that speak to the kernel become blanks. */
static void blank_magics (char *code)
{
    char *line = code + strspn (code, " \t\r\n");
    while (*line == '%' || *line == '!' || *line == '?') {
        memset (line, ' ', strcspn (line, "\n"));
        line += strspn (line, " \t\r\n");
    }
}

/*  Asks libclang about the byte `at` of `code`: 'c' what can stand there and begins
 *  with `prefix`, 'h' what the name there means. False: it cannot be asked. */
bool nnk_ask_clang (nnk_session *session, char kind, const char *code, int at,
                    const char *prefix, nnk_text *out)
{
    writing self = { .session = session, .at = at };
    nnk_clang_request request = { .kind = kind, .line = 1, .column = 1 };
    if (session->typing.failures >= MOST_FAILURES ||
        strlen (prefix) >= sizeof request.prefix)
        return false;
    char *c = nnk_copy (code, strlen (code));
    blank_magics (c);
    nnk_cell_cut (&self.cell, c, nnk_session_means, session);
    free (c);
    self.target = find_target (&self.cell, at);
    bool good = false;
    if (self.target >= 0) {
        self.replaced = nnk_allocate (session->items.items * sizeof (int));
        self.said = nnk_allocate (self.cell.chunks * sizeof (bool));
        nnk_add_string (&self.text, NNK_TYPING_HEAD);
        find_replaced (&self);
        add_items (&self);
        for (int i = 0; i <= self.target; i++)
            add_chunk (&self, i);
        for (size_t i = 0; i < self.place; i++) {
            request.column = self.text.s[i] == '\n' ? 1 : request.column + 1;
            request.line += self.text.s[i] == '\n';
        }
        memcpy (request.prefix, prefix, strlen (prefix));
        request.size = (unsigned) self.text.size;
        good = ask (session, &request, self.text.s, out);
    }
    nnk_cell_free (&self.cell);
    nnk_text_free (&self.text);
    free (self.replaced);
    free (self.said);
    return good;
}
