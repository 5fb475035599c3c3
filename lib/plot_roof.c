/*  plot_roof.c - the roofline: every layer of a net under what the machine can do
 *
 *  To the right, layers that do much with each byte; upwards, speed. The line is
 *  the roof: it rises as long as memory is what one waits for, and then it is
 *  flat. A layer far below it has something to gain; one that touches it is done,
 *  unless somebody finds a way to have less work. Only layers that multiply are
 *  shown: the others have no speed in these units.
 */
#include "nn.h"

#include <math.h>

/*  The passes of all layers that multiply, as lines for gnuplot: operations a
 *  byte, GFLOP/s, size of the mark, name. Marks grow with the share of all
 *  time. */
static void passes (const nn_script *s, const nn_profile *p, nn_stage stage,
                    long images)
{
    const nn_net *net = p->net;
    double all = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < NN_STAGES; k++)
            all += nn_profile_seconds (p, l, k);
    fprintf (s->out, "$d%d << EOD\n", stage);
    for (int l = 0; l < net->layers; l++) {
        const nn_work work = nn_layer_work (net->layer[l], stage);
        const double seconds = nn_profile_seconds (p, l, stage);
        if (seconds <= 0 || !work.products)
            continue;
        fprintf (s->out, "%.9g %.9g %.9g ", work.operations / work.bytes,
                 1e-9 * work.operations * (double) images / seconds,
                 0.5 + 5 * sqrt (seconds / all));
        // only what takes its time is named
        nn_gnuplot_text (s->out, seconds > 0.03 * all ? net->layer[l]->name : "");
        fputc ('\n', s->out);
    }
    fputs ("EOD\n", s->out);
}

/*  Draws all passes of all layers below the roof of one core. `images` were seen
 *  since the profile began. */
int nn_plot_roof (const nn_profile *self, const nn_roof *roof, long images,
                  const char *title, const char *file)
{
    const nn_plot_args args = { .title = title,
                                .file = file,
                                .x_label = "operations for each byte of memory",
                                .y_label = "GFLOP/s of one core",
                                .log_x = true,
                                .log_y = true };
    nn_script s;
    const int status = nn_script_begin (&s, &args, 720, 480);
    if (status < 0)
        return status;
    passes (&s, self, NN_FORWARD, images);
    passes (&s, self, NN_BACKWARD, images);
    fprintf (s.out,
             "set xrange [1:500]\nset yrange [%.9g:%.9g]\nset samples 400\n"
             "roof(x) = x * %.9g < %.9g ? x * %.9g : %.9g\n"
             "plot roof(x) with lines linewidth 2 linecolor '#333333' "
             "title 'the roof', "
             "$d%d using 1:2:3 with points pointtype 7 pointsize variable "
             "linecolor '%s' title 'forward'",
             1e-11 * roof->operations, 2e-9 * roof->operations, 1e-9 * roof->bytes,
             1e-9 * roof->operations, 1e-9 * roof->bytes, 1e-9 * roof->operations,
             NN_FORWARD, nn_plot_colours[0]);
    if (self->net->training)
        fprintf (s.out,
                 ", $d%d using 1:2:3 with points pointtype 9 pointsize variable "
                 "linecolor '%s' title 'backward'",
                 NN_BACKWARD, nn_plot_colours[1]);
    fprintf (s.out, ", $d%d using 1:2:4 with labels left offset 1.2,0 notitle\n",
             NN_FORWARD);
    return nn_script_end (&s, &args, NN_OK);
}
