/*  tune_report.c - a study as pictures and a table */
#include "cmd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST = 4096 };

static const char *in (const char *folder, const char *name, char path[LONGEST])
{
    snprintf (path, LONGEST, "%s/%s", folder, name);
    return path;
}

/*  A line a trial: number, state, result, step, values. */
static int write_table (const nn_space *space, const nn_trial *trials, int count,
                        const char *path)
{
    static const char *const states[] = { "running", "done", "pruned", "failed" };
    char *text = NULL, value[32];
    size_t size = 0;
    FILE *out = open_memstream (&text, &size);
    if (!out)
        return nn_fail (NN_EMEMORY, "no memory to write %d trials", count);
    fprintf (out, "trial\tstate\tresult\tstep");
    for (int i = 0; i < space->count; i++)
        fprintf (out, "\t%s", space->hyper[i].name);
    for (int k = 0; k < count; k++) {
        fprintf (out, "\n%d\t%s\t%.9g\t%d", k, states[trials[k].state],
                 trials[k].result, trials[k].step);
        for (int i = 0; i < space->count; i++) {
            nn_hyper_show (&space->hyper[i], trials[k].value[i], value);
            fprintf (out, "\t%s", value);
        }
    }
    fputc ('\n', out);
    fclose (out);
    const int status = text ? nn_file_write (path, text, size)
                            : nn_fail (NN_EMEMORY, "no memory for %s", path);
    free (text);
    return status;
}

/*  A bar for each hyperparameter. */
static int draw_importance (const nn_space *space, const nn_trial *trials,
                            int count, const char *path)
{
    float share[NN_HYPERS];
    const char *names[NN_HYPERS];
    for (int i = 0; i < space->count; i++)
        names[i] = space->hyper[i].name;
    const int status = nn_importance (space, trials, count, share);
    return status < 0
               ? status
               : nn_plot_bars (share, space->count, .file = path, .names = names,
                               .y_high = 1,
                               .y_label = "share of the ranks that each explains");
}

int cmd_tune_report (nn_study *study, const char *folder, const char *metric)
{
    const nn_space *space = &study->space;
    char path[LONGEST], name[64];
    nn_trial *trials;
    if (mkdir (folder, 0777) != 0 && errno != EEXIST)
        return nn_fail (NN_EFILE, "the folder %s cannot be made: %s", folder,
                        strerror (errno));
    const int count = nn_study_trials (study, &trials);
    if (count < 0)
        return count;
    int status =
        write_table (space, trials, count, in (folder, "trials.tsv", path));
    if (status == NN_OK)
        status = nn_plot_search (trials, count, .y_label = metric,
                                 .file = in (folder, "history.svg", path));
    if (status == NN_OK)
        status = nn_plot_parallel (space, trials, count, .y_label = metric,
                                   .file = in (folder, "parallel.svg", path));
    for (int i = 0; status == NN_OK && i < space->count; i++) {
        bool shown = false;
        for (int k = 0; k < count; k++)
            shown = shown || (trials[k].state == NN_TRIAL_DONE &&
                              !isnan (trials[k].value[i]));
        snprintf (name, sizeof name, "slice-%s.svg", space->hyper[i].name);
        if (shown)
            status = nn_plot_slice (space, i, trials, count, .y_label = metric,
                                    .file = in (folder, name, path));
    }
    if (status == NN_OK)
        status = draw_importance (space, trials, count,
                                  in (folder, "importance.svg", path));
    free (trials);
    return status;
}
