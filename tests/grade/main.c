/*  main.c - grade [options] EXERCISE
 *
 *  Compiles the learner's file, runs the checks of the exercise on it and reports. The
 *  exit status is 0 for full points, 1 for fewer, 2 when there was nothing to grade.
 */
#include "progress.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// seconds that all checks of an exercise may take together; that a call may take once
// another has taken too long
enum { ALL_TIME = 20, LATE_LIMIT = 1 };

typedef struct {
    const char *word, *file, *parts, *object, *as, *keep;
    uint64_t seed;
    int mistake, only; // -1: none
    int prove;         // so many seeds
    bool json, find, list, sanitised, record, brief;
} options;

static const char usage[] =
    "grade [--file F] [--seed N] [--json] EXERCISE    for example: grade 01-1\n"
    "      [--parts FOLDER]    where checks and references are, build/grade\n"
    "      [--as NAME,...]     what the file calls the functions that are asked "
    "for\n"
    "      [--object O.so]     what the file was compiled to, instead of "
    "compiling\n"
    "      [--keep O.so]       only compiles it, to there; for make compare\n"
    "      [--mistake K]       the solution with that mistake; 0: with none\n"
    "      [--only I]          one check; prints what it finds wrong\n"
    "      [--record]          keep the points in exercises/progress\n"
    "      [--brief]           up to the first check that fails, and not why\n"
    "      [--prove N]         reference and known mistakes in N seeds; with "
    "--object\n"
    "                          that one, right or with --mistake K\n"
    "      [--sanitised]       object and process have sanitizers in them\n"
    "grade --find WORD     prints the full name of an exercise\n"
    "grade --list          prints the names of all\n";

static int bad_option (const char *what, const char *which)
{
    fprintf (stderr, "grade: %s '%s'\n%s", what, which, usage);
    return 2;
}

static bool read_number (const char *text, uint64_t low, uint64_t *number)
{
    char *end;
    *number = strtoull (text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && *number >= low;
}

static int read_options (int argc, char **argv, options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp (word, "--json") == 0)
            o->json = true;
        else if (strcmp (word, "--find") == 0)
            o->find = true;
        else if (strcmp (word, "--list") == 0)
            o->list = true;
        else if (strcmp (word, "--brief") == 0)
            o->brief = true;
        else if (strcmp (word, "--record") == 0)
            o->record = true;
        else if (strcmp (word, "--sanitised") == 0)
            o->sanitised = true;
        else if (strcmp (word, "--file") == 0 && *value)
            o->file = argv[++i];
        else if (strcmp (word, "--object") == 0 && *value)
            o->object = argv[++i];
        else if (strcmp (word, "--keep") == 0 && *value)
            o->keep = argv[++i];
        else if (strcmp (word, "--as") == 0 && *value)
            o->as = argv[++i];
        else if (strcmp (word, "--parts") == 0 && *value)
            o->parts = argv[++i];
        else if (strcmp (word, "--seed") == 0 && *value) {
            if (!read_number (argv[++i], 1, &o->seed))
                return bad_option ("a seed is a whole number above 0, not", value);
        } else if (strcmp (word, "--mistake") == 0 ||
                   strcmp (word, "--only") == 0 || strcmp (word, "--prove") == 0) {
            uint64_t number;
            const bool seeds = word[2] == 'p';
            if (!read_number (value, 0, &number) ||
                number > (seeds ? 10000 : MISTAKES))
                return bad_option ("a number is missing after", word);
            *(seeds            ? &o->prove
              : word[2] == 'o' ? &o->only
                               : &o->mistake) = (int) number;
            i++;
        } else if (*word == '-')
            return bad_option ("unknown option, or one without its value:", word);
        else
            o->word = word;
    }
    return 0;
}

/*  What the checks of an exercise were compiled to. */
static const grade_exercise *load_checks (const char *parts,
                                          const course_exercise *e)
{
    char path[512];
    snprintf (path, sizeof path, "%s/%s/checks.so", parts, e->name);
    void *handle = dlopen (path, RTLD_NOW | RTLD_LOCAL);
    const grade_exercise *found = handle ? dlsym (handle, "grade_this") : NULL;
    int points = 0;
    if (!found)
        fprintf (stderr, "grade: the checks are not built: %s\n", dlerror ());
    for (int i = 0; found && i < found->count; i++)
        points += found->checks[i].points;
    nn_require (!found || (points == e->points && found->count <= CHECKS),
                "%s: the checks give %d points, the statement says %d", e->name,
                points, e->points);
    if (found)
        forget_prepare (handle, path);
    return found;
}

static void name_objects (grade_task *task, const course_exercise *e,
                          const char *parts, char reference[512])
{
    snprintf (reference, 512, "%s/%s/reference.so", parts, e->name);
    task->reference = reference;
    task->mistakes = e->mistakes;
    for (int k = 1; k <= e->mistakes; k++)
        snprintf (task->mistake[k], sizeof task->mistake[k], "%s/%s/mistake%d.so",
                  parts, e->name, k);
}

static check_result run_check (const grade_task *task, const grade_check *check,
                               int index)
{
    if (check->against)
        return check_speed (task, check, index);
    return strchr (check->code, 'M') ? check_memory (task, check, index)
                                     : check_cases (task, check, index);
}

/*  All checks. Who has once let us wait in vain is waited for less. */
static void run_checks (const grade_task *asked, const grade_exercise *grade,
                        check_result *result)
{
    grade_task task = *asked;
    for (int i = 0, lost = 0; i < grade->count && !(lost && task.brief); i++) {
        if (i && result[0].todo) // nothing is written: the first check has said so
            result[i] = (check_result){ .todo = true };
        else if (now () > task.until)
            snprintf (result[i].detail, sizeof result[i].detail,
                      "not run: the checks before it took all the time");
        else
            result[i] = run_check (&task, &grade->checks[i], i);
        lost |= result[i].points < grade->checks[i].points;
        if (result[i].late && task.limit > LATE_LIMIT)
            task.limit = LATE_LIMIT;
    }
}

/*  Compiles, unless that is done, checks and reports. */
static int grade_file (grade_task *task, const grade_exercise *checks,
                       const options *o, const course_exercise *e,
                       const course_exercise *next)
{
    check_result result[CHECKS] = { { 0 } };
    char *messages = NULL;
    const bool compiled =
        o->object || compile_object (task, task->object, NULL, &messages) == 0;
    if (compiled)
        run_checks (task, checks, result);
    const grade_report report = { e,
                                  next,
                                  checks,
                                  task,
                                  compiled ? result : NULL,
                                  messages,
                                  !compiled || call_jailed () };
    const int points = o->json ? report_json (&report) : report_text (&report);
    free (messages);
    if (o->record)
        progress_note (e, points, -1); // says so itself when it cannot
    return points < e->points;
}

/*  One check, for check_memory () in another process of ours. A sanitizer makes each child
 *  dear, so one of them does all cases; what it does not come to is done again by itself. */
static int grade_only (const grade_task *asked, const grade_exercise *checks,
                       int only, bool sanitised)
{
    grade_task task = *asked;
    if (only >= checks->count)
        return bad_option ("there is no such check in", task.name);
    if (sanitised) {
        task.known = known_new ();
        known_forget (task.known, task.seed);
        known_fill (task.known, &task, checks, task.object, only);
    }
    const check_result result = check_cases (&task, &checks->checks[only], only);
    if (task.known)
        known_free (task.known);
    printf ("%s\n", result.detail);
    return result.points == 0;
}

/*  The file as an object that another program can load. */
static int keep_object (const grade_task *task, const char *object)
{
    char *messages = NULL;
    const int status = compile_object (task, object, NULL, &messages);
    if (status != 0)
        fprintf (stderr, "%s\nThe file does not compile.\n", messages);
    free (messages);
    return status != 0;
}

/*  Says what is to be graded, with which files, in `folder`. */
static int grade_in_folder (const options *o, const course_exercise *e,
                            const course_exercise *next, const char *folder)
{
    char file[256], object[300], define[32] = "-DMISTAKE=0", reference[512];
    snprintf (file, sizeof file, "%s/%s.c",
              o->mistake < 0 ? "exercises" : "solutions", e->name);
    snprintf (object, sizeof object, "%s/yours.so", folder);
    if (o->mistake > 0)
        snprintf (define, sizeof define, "-DMISTAKE=%d", o->mistake);
    const char *limit = getenv ("GRADE_LIMIT");
    const grade_exercise *checks = load_checks (o->parts, e);
    if (!checks)
        return 2;
    grade_task task = { .file = o->file ? o->file : file,
                        .object = o->object ? o->object : object,
                        .folder = folder,
                        .define = define,
                        .as = o->as,
                        .brief = o->brief,
                        .quick = o->brief,
                        .parts = o->parts,
                        .name = e->name,
                        .prototypes = checks->prototypes,
                        .seed = o->seed,
                        .limit = limit ? strtod (limit, NULL) : 5,
                        .until = now () + ALL_TIME };
    name_objects (&task, e, o->parts, reference);
    if (o->brief)
        task.mistakes = 0;
    if (o->prove)
        return prove (&task, checks, e, o->object, o->mistake < 0 ? 0 : o->mistake,
                      o->prove);
    if (o->keep)
        return keep_object (&task, o->keep);
    return o->only >= 0 ? grade_only (&task, checks, o->only, o->sanitised)
                        : grade_file (&task, checks, o, e, next);
}

static char scratch[256]; // the folder for what is built on the way
static int inside;        // and open

/*  Also in a handler, so it calls only what may be called there. Compilers that were ended
 *  leave files behind, with names of their own. */
static void clean_up (void)
{
    static const char *const file[] = { "yours.so", "sanitised.so",
                                        "prototypes.h" };
    for (size_t i = 0; i < sizeof file / sizeof *file; i++)
        unlinkat (inside, file[i], 0);
    if (rmdir (scratch) == 0)
        return;
    const pid_t pid = fork ();
    if (pid == 0) {
        execl ("/bin/rm", "rm", "-rf", "--", scratch, (char *) NULL);
        _exit (127);
    }
    if (pid > 0)
        waitpid (pid, NULL, 0);
}

static void on_stop (int signal)
{
    const pid_t pid = spawn_running;
    if (pid > 0 && kill (-pid, SIGTERM) == 0)
        waitpid (pid, NULL, 0);
    clean_up ();
    _exit (128 + signal);
}

static int grade (const options *o, const course_exercise *e,
                  const course_exercise *next)
{
    const char *tmp = getenv ("TMPDIR");
    snprintf (scratch, sizeof scratch, "%.200s/grade.XXXXXX",
              tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp (scratch)) {
        fprintf (stderr,
                 "grade: %s cannot be made; set TMPDIR to a folder that exists\n",
                 scratch);
        return 2;
    }
    setenv ("TMPDIR", scratch, 1); // for compilers, and those that they call
    inside = open (scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    for (int i = 0; i < 3; i++)
        signal (stops[i], on_stop);
    const int status = grade_in_folder (o, e, next, scratch);
    clean_up ();
    return status;
}

int main (int argc, char **argv)
{
    options o = {
        .parts = "build/grade", .word = "", .as = "", .mistake = -1, .only = -1
    };
    if (read_options (argc, argv, &o) != 0)
        return 2;
    if (o.seed == 0)
        o.seed =
            1 + ((uint64_t) time (NULL) * 7919 + (uint64_t) getpid ()) % 999999;
    omp_set_num_threads (1);
    if (o.sanitised)
        call_sanitised ();
    course_exercise *list = NULL;
    const int count = course_list (".", &list);
    int at = 0, status = 0;
    if (o.list)
        for (int i = 0; i < count; i++)
            printf ("%s\n", list[i].name);
    else if ((at = course_find (list, count, o.word)) < 0)
        status = 2;
    else if (o.find)
        printf ("%s\n", list[at].name);
    else
        status = grade (&o, &list[at], at + 1 < count ? &list[at + 1] : NULL);
    free (list);
    return status;
}
