/*  summary.c - a net as a table
 *
 *  A row a layer: its name, what it reads when that is not simply the layer above,
 *  the shape of its output, how many numbers it learns, and what its kind wants to
 *  say of itself.
 */
#include "nn.h"

/*  The names of the layers that this one reads, unless it is just the one
 *  above. */
static void name_inputs (const nn_layer *l, char *text, size_t size)
{
    text[0] = 0;
    if (l->ins == 0 || (l->ins == 1 && l->in[0]->index == l->index - 1))
        return;
    for (int k = 0, at = 0; k < l->ins && (size_t) at < size; k++)
        at += snprintf (text + at, size - at, "%s%s", k ? ", " : "  reads ",
                        l->in[k]->name);
}

/*  Prints the table, then the sums: how many numbers are learnt, how many lie
 *  still, and the memory, once the net is built. */
void nn_net_summary (const nn_net *net, FILE *out)
{
    static const char line[] =
        "--------------------------------------------------------------"
        "-----------------\n";
    fprintf (out, "%-18s %-18s %12s  %s\n%s", "layer", "output", "parameters", "",
             line);
    for (int i = 0; i < net->layers; i++) {
        const nn_layer *l = net->layer[i];
        char shape[32], about[128] = "", reads[160];
        size_t parameters = 0;
        for (int k = 0; k < l->params; k++)
            parameters += l->param[k].size;
        if (l->out.h == 1 && l->out.w == 1)
            snprintf (shape, sizeof shape, "%d", l->out.c);
        else
            snprintf (shape, sizeof shape, "%d x %d x %d", l->out.h, l->out.w,
                      l->out.c);
        if (l->kind->describe)
            l->kind->describe (l, about, sizeof about);
        name_inputs (l, reads, sizeof reads);
        fprintf (out, "%-18s %-18s %12zu  %s%s%s\n", l->name, shape, parameters,
                 about, reads, l->frozen && l->params ? ", frozen" : "");
    }
    const size_t all = nn_net_parameters (net, false),
                 learnt = nn_net_parameters (net, true);
    fprintf (out, "%s%zu parameters", line, all);
    if (learnt != all)
        fprintf (out, ", %zu of them learnt", learnt);
    if (net->batch)
        fprintf (out, "; %.1f MB for a batch of %d",
                 (double) (net->lasting->used + net->scratch->used) / 1e6,
                 net->batch);
    fprintf (out, "\n");
}
