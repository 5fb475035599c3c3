/*  tell.c - the learner's curve over the recorded ones: read, drawn, said  */
#include "compare.h"

#include <math.h>
#include <stdlib.h>

/*  bands.tsv: chapter, seed, epoch, validation loss, validation accuracy in percent. */
recorded read_bands (int chapter)
{
    recorded r = { .epochs = 0 };
    char line[256];
    FILE *in = fopen (BANDS, "r");
    for (int e = 0; e < EPOCHS; e++)
        r.low[e] = INFINITY;
    while (in && fgets (line, sizeof line, in)) {
        char *at = line;
        const long of = strtol (at, &at, 10);
        strtol (at, &at, 10); // the seed
        const long e = strtol (at, &at, 10);
        strtof (at, &at); // the loss
        const float percent = strtof (at, NULL);
        if (of != chapter || e < 1 || e > EPOCHS)
            continue;
        r.low[e - 1] = fminf (r.low[e - 1], percent);
        r.high[e - 1] = fmaxf (r.high[e - 1], percent);
        r.middle[e - 1] += percent / SEEDS;
        r.epochs = e > r.epochs ? (int) e : r.epochs;
    }
    if (in)
        fclose (in);
    return r;
}

bool draw_both (const job *j, const outcome *mine, const recorded *book,
                const char *file)
{
    float percent[EPOCHS];
    for (int e = 0; e < mine->epochs; e++)
        percent[e] = 100 * mine->accuracy[e];
    const nn_band bands[] = { { .label = "the book's, three seeds",
                                .low = book->low,
                                .middle = book->middle,
                                .high = book->high,
                                .count = book->epochs },
                              { .label = "yours",
                                .low = percent,
                                .middle = percent,
                                .high = percent,
                                .count = mine->epochs } };
    char title[128];
    snprintf (title, sizeof title, "Chapter %d: %s", j->net->chapter,
              j->net->title);
    if (nn_plot_bands (bands, 2, .title = title, .x_label = "epoch",
                       .y_label = "validation accuracy in percent",
                       .file = file) == NN_OK)
        return true;
    fprintf (stderr, "compare: no curve was drawn: %s\n", nn_error ());
    return false;
}

static bool differs (const mine_figure *f)
{
    return !(fabs (f->yours - f->book) <= f->near);
}

/*  In words: where the learner's curve ended, and whether its figures are the library's. */
static const char *verdict (const job *j, const outcome *mine,
                            const recorded *book)
{
    const int last = mine->epochs - 1;
    // another machine adds in another order; and who draws otherwise learns otherwise
    float room = 2;
    for (int i = 0; i < j->plugs; i++)
        room = j->plug[i].row->draws ? 6 : room;
    const float percent = 100 * mine->accuracy[last];
    for (int i = 0; i < mine->figures; i++)
        if (differs (&mine->figure[i]))
            return "Of the same net your code makes something else than the "
                   "book's.";
    if (percent < book->low[last] - room)
        return "It learns worse than the book's: something is wrong in it, or is "
               "drawn differently.";
    if (percent > book->high[last] + room)
        return "It learns better than the book's did with any of three seeds.";
    return "It lies where the book's curves lie: your code does the same work.";
}

void tell (const job *j, const outcome *mine, const outcome *own,
           const recorded *book, const char *file)
{
    printf ("\nChapter %d: %s, on %d pictures of Shapes-10, seed %d\n\n",
            j->net->chapter, j->net->title, IMAGES * 4 / 5, FIRST_SEED);
    for (int i = 0; i < j->plugs; i++)
        printf ("  yours: %-22s %s\n", j->plug[i].row->functions[0],
                j->plug[i].row->where);
    printf ("\n  epoch    yours    the book's, three seeds\n");
    for (int e = 0; e < mine->epochs; e++)
        printf ("  %5d   %5.1f %%   %5.1f %% (%.1f to %.1f)\n", e + 1,
                100 * (double) mine->accuracy[e], (double) book->middle[e],
                (double) book->low[e], (double) book->high[e]);
    printf ("\n  %-28s %8s %12s\n", "", "yours", "the book's");
    printf ("  %-28s %8.1f %12.1f\n", "accuracy, %",
            100 * (double) mine->accuracy[mine->epochs - 1],
            (double) book->middle[mine->epochs - 1]);
    printf ("  %-28s %8.2f %12.2f\n", "seconds an epoch, here", mine->seconds,
            own->seconds);
    printf ("  %-28s %8.0f %12.0f\n", "memory at the peak, MB", mine->megabytes,
            own->megabytes);
    for (int i = 0; i < mine->figures; i++) {
        const mine_figure *f = &mine->figure[i];
        printf ("%s  %-40s %8.4g %8.4g%s\n",
                i ? ""
                  : "\n  Of this net, when it is trained:       yours  the "
                    "book's\n",
                f->what, f->yours, f->book, differs (f) ? "  differs" : "");
    }
    printf ("\n  %s\n", verdict (j, mine, book));
    if (file)
        printf ("  The picture: %s\n", file);
}

void tell_json (const job *j, const outcome *mine, const outcome *own,
                const recorded *book, const char *file)
{
    printf ("{\"compared\":\"%02d\",\"title\":\"%s\",\"file\":\"%s\"",
            j->net->chapter, j->net->title, file ? file : "");
    printf (",\"functions\":[");
    for (int i = 0; i < j->plugs; i++)
        printf ("%s{\"exercise\":\"%s\",\"function\":\"%s\",\"where\":\"%s\"}",
                i ? "," : "", j->plug[i].row->id, j->plug[i].row->functions[0],
                j->plug[i].row->where);
    const int last = mine->epochs - 1;
    printf ("],\"yours\":{\"accuracy\":%.1f,\"loss\":%.4f,\"seconds\":%.2f,"
            "\"megabytes\":%.0f}",
            100 * (double) mine->accuracy[last], (double) mine->loss[last],
            mine->seconds, mine->megabytes);
    printf (",\"book\":{\"accuracy\":%.1f,\"low\":%.1f,\"high\":%.1f,\"seconds\":"
            "%.2f,\"megabytes\":%.0f,\"first_loss_here\":%.4f}",
            (double) book->middle[last], (double) book->low[last],
            (double) book->high[last], own->seconds, own->megabytes,
            (double) own->loss[0]);
    printf (",\"figures\":[");
    for (int i = 0; i < mine->figures; i++)
        printf ("%s{\"what\":\"%s\",\"yours\":%.6g,\"book\":%.6g,\"differs\":%s}",
                i ? "," : "", mine->figure[i].what, mine->figure[i].yours,
                mine->figure[i].book,
                differs (&mine->figure[i]) ? "true" : "false");
    printf ("],\"verdict\":\"%s\"}\n", verdict (j, mine, book));
}
