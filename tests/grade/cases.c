/*  cases.c - one case of a check: sizes, arrays and their fences
 *
 *  Every array ends where a forbidden page begins, so that reading or writing past its end
 *  stops the learner's code at that very line. Outputs lie in memory shared with the child;
 *  inputs do not, so that nobody can bend the question to fit the answer.
 */
#include "engine.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, FENCE = 0xA5, KEPT = 64, KEPT_SIZE = 1 << 18 };
static const uint32_t unwritten =
    0x7FC0DEAD; // as a float not a number, as an int absurd

static struct {
    bool reuse; // see case_reuse
    int count;
    struct {
        unsigned char *map;
        size_t size;
        bool shared;
    } map[KEPT];
} kept;

/*  To be called before any case is made: the memory of arrays is taken again, which spares
 *  the system most of its work. A child may then see right values, and what calls before
 *  have left, so it is for a proof only, where nobody's code is distrusted. */
void case_reuse (void)
{
    kept.reuse = true;
}

/*  Pages with a forbidden one before and after. */
static unsigned char *take_map (size_t size, bool shared)
{
    unsigned char *map = NULL;
    for (int i = kept.count; i-- > 0 && !map;)
        if (kept.map[i].size == size && kept.map[i].shared == shared) {
            map = kept.map[i].map;
            kept.map[i] = kept.map[--kept.count];
            if (shared || size == 2 * PAGE)
                return map; // nobody has forbidden to write there
        }
    if (!map)
        map = mmap (NULL, size, PROT_NONE,
                    (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
    if (map != MAP_FAILED && size > 2 * PAGE)
        mprotect (map + PAGE, size - 2 * PAGE, PROT_READ | PROT_WRITE);
    return map;
}

static void give_map (unsigned char *map, size_t size, bool shared)
{
    if (!kept.reuse || kept.count == KEPT || size > KEPT_SIZE) {
        munmap (map, size);
        return;
    }
    kept.map[kept.count].map = map;
    kept.map[kept.count].size = size;
    kept.map[kept.count++].shared = shared;
}

void case_make (grade_case *c, const grade_check *check, int index, uint64_t seed,
                int number, const int *force)
{
    memset (c, 0, sizeof *c);
    c->check = check;
    c->seed = seed;
    c->index = index;
    c->number = number;
    c->cases = check->cases ? check->cases : 20;
    c->force = force;
    c->sizes = nn_random_from (seed, NN_FOR_TEST, 2 * index, number);
    c->values = nn_random_from (seed, NN_FOR_TEST, 2 * index + 1, number);
    check->make (c);
    for (int i = 0; i < c->arrays; i++) {
        grade_values *v = &c->array[i];
        if (v->role == GRADE_IN)
            continue;
        v->initial = malloc (v->bytes + 1);
        nn_require (v->initial, "no memory for a case");
        memcpy (v->initial, v->at, v->bytes);
    }
}

void case_free (grade_case *c)
{
    for (int i = 0; i < c->arrays; i++) {
        give_map (c->array[i].map, c->array[i].mapped,
                  c->array[i].role != GRADE_IN);
        free (c->array[i].initial);
        if (kept.reuse)
            free (c->array[i].want);
        else if (c->array[i].want)
            munmap (c->array[i].want, c->array[i].bytes + 1);
    }
    c->arrays = 0;
}

/*  low, low + step, … up to high. The first cases are small, the last as large as allowed. */
int grade_steps (grade_case *c, const char *name, int low, int high, int step)
{
    nn_require (c->size_count < SIZES && low <= high && step > 0,
                "size %s: %d to %d", name, low, high);
    const double grown = (double) (c->number + 1) / c->cases;
    const int most = (high - low) / step,
              top = (int) (most * grown * grown + 0.999);
    int value = low + step * (int) nn_random_below (&c->sizes,
                                                    (top < most ? top : most) + 1);
    if (c->force)
        value = c->force[c->size_count];
    value = value < low ? low : value > high ? high : value;
    c->size[c->size_count++] = (grade_dim){ name, value, low, high, step };
    return value;
}

int grade_size (grade_case *c, const char *name, int low, int high)
{
    return grade_steps (c, name, low, high, 1);
}

nn_random *grade_random (grade_case *c)
{
    return &c->values;
}

int grade_number (const grade_case *c)
{
    return c->number;
}

static void fill (grade_case *c, grade_values *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const float x = 2 * nn_random_uniform (&c->values) - 1;
        if (v->role == GRADE_OUT) {
            memcpy (v->at + i * (v->bytes / v->count), &unwritten,
                    sizeof unwritten);
            if (v->type == 'd')
                ((double *) (void *) v->at)[i] = -0x1.deadp+1000;
        } else if (v->type == 'f')
            ((float *) (void *) v->at)[i] = x;
        else if (v->type == 'd')
            ((double *) (void *) v->at)[i] = x;
        else
            ((int *) (void *) v->at)[i] = 0;
    }
}

/*  Memory of an array between two pages that nobody may touch. */
static void fence (grade_values *v)
{
    const size_t inside = (v->bytes + PAGE - 1) / PAGE * PAGE;
    v->mapped = inside + 2 * PAGE;
    v->map = take_map (v->mapped, v->role != GRADE_IN);
    nn_require (v->map != MAP_FAILED, "no memory for %s", v->name);
    v->at = v->map + PAGE + inside - v->bytes;
    memset (v->map + PAGE, FENCE, v->at - (v->map + PAGE));
}

void *grade_array (grade_case *c, const char *name, char type, grade_role role,
                   int dims, const int *dim)
{
    nn_require (c->arrays < ARRAYS && dims <= 4, "too many arrays or sizes: %s",
                name);
    grade_values *v = &c->array[c->arrays++];
    *v = (grade_values){
        .name = name, .type = type, .role = role, .dims = dims, .count = 1
    };
    for (int k = 0; k < dims; k++)
        v->count *= v->dim[k] = dim[k];
    v->bytes = v->count * (type == 'd' ? sizeof (double) : sizeof (float));
    fence (v);
    fill (c, v);
    return v->at;
}

void *grade_structs (grade_case *c, const char *name, size_t size, int count)
{
    nn_require (c->arrays < ARRAYS, "too many arrays: %s", name);
    grade_values *v = &c->array[c->arrays++];
    *v = (grade_values){ .name = name,
                         .type = 's',
                         .role = GRADE_SCRATCH,
                         .dims = 1,
                         .dim = { count },
                         .count = count,
                         .bytes = count * size };
    fence (v);
    memset (v->at, 0, v->bytes);
    return v->at;
}

int *grade_result (grade_case *c, const char *name)
{
    return grade_array (c, name, 'i', GRADE_OUT, 0, NULL);
}

/*  In the child: inputs can be read only, and all pages are fetched before the clock runs. */
void case_protect (const grade_case *c)
{
    for (int i = 0; i < c->arrays; i++) {
        const grade_values *v = &c->array[i];
        const size_t inside = v->mapped - 2 * PAGE;
        if (v->role == GRADE_IN && inside)
            mprotect (v->map + PAGE, inside, PROT_READ);
        for (volatile unsigned char *p = v->map + PAGE; p < v->map + PAGE + inside;
             p += PAGE) {
            const unsigned char byte = *p;
            if (v->role != GRADE_IN)
                *p = byte;
        }
    }
}

void case_reset (grade_case *c)
{
    for (int i = 0; i < c->arrays; i++)
        if (c->array[i].role != GRADE_IN)
            memcpy (c->array[i].at, c->array[i].initial, c->array[i].bytes);
}

void case_save (grade_case *c, unsigned char *copy[ARRAYS])
{
    for (int i = 0; i < c->arrays; i++) {
        copy[i] = NULL;
        if (c->array[i].role == GRADE_IN)
            continue;
        copy[i] = malloc (c->array[i].bytes + 1);
        nn_require (copy[i], "no memory for a case");
        memcpy (copy[i], c->array[i].at, c->array[i].bytes);
    }
}

void case_load (grade_case *c, unsigned char *copy[ARRAYS])
{
    for (int i = 0; i < c->arrays; i++)
        if (copy[i]) {
            memcpy (c->array[i].at, copy[i], c->array[i].bytes);
            free (copy[i]);
            copy[i] = NULL;
        }
}

/*  Memory that no child gets to see: there the right values lie. (In a proof, see
 *  case_reuse, it is any memory.) */
static void *secret (size_t size)
{
    void *at = kept.reuse ? malloc (size)
                          : mmap (NULL, size, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    nn_require (at && at != MAP_FAILED &&
                    (kept.reuse || madvise (at, size, MADV_DONTFORK) == 0),
                "no memory for a case");
    return at;
}

void case_expected (grade_case *c)
{
    for (int i = 0; i < c->arrays; i++) {
        grade_values *v = &c->array[i];
        if (v->role == GRADE_IN)
            continue;
        if (!v->want)
            v->want = secret (v->bytes + 1);
        memcpy (v->want, v->at, v->bytes);
    }
}

/*  "rows = 3, cols = 2" */
void case_shape (const grade_case *c, char *text, size_t size)
{
    size_t used = 0;
    *text = 0;
    for (int i = 0; i < c->size_count && used < size; i++)
        used += snprintf (text + used, size - used, "%s%s = %d", i ? ", " : "",
                          c->size[i].name, c->size[i].value);
}

/*  Was anything written just before the start of an array? */
bool case_overrun (const grade_case *c, char *text, size_t size)
{
    for (int i = 0; i < c->arrays; i++)
        for (const unsigned char *p = c->array[i].map + PAGE; p < c->array[i].at;
             p++)
            if (*p != FENCE) {
                snprintf (text, size,
                          "something was written before the start of %s",
                          c->array[i].name);
                return true;
            }
    return false;
}

/*  Which array does a faulting address belong to? */
bool case_touched (const grade_case *c, const void *address, char *text,
                   size_t size)
{
    const unsigned char *p = address;
    for (int i = 0; i < c->arrays; i++) {
        const grade_values *v = &c->array[i];
        if (p < v->map || p >= v->map + v->mapped || !v->count)
            continue;
        const long width = (long) (v->bytes / v->count);
        const long at =
            p >= v->at ? (p - v->at) / width : -((v->at - p + width - 1) / width);
        if (p >= v->at && p < v->at + v->bytes)
            snprintf (text, size, "wrote to %s, which may only be read", v->name);
        else
            snprintf (text, size,
                      "touched %s[%ld], and %s has %zu value%s (0 to %zu)",
                      v->name, at, v->name, v->count, v->count == 1 ? "" : "s",
                      v->count - 1);
        return true;
    }
    return false;
}

void grade_fail (grade_case *c, const char *key, const char *format, ...)
{
    va_list list;
    va_start (list, format);
    if (!c->failed) {
        snprintf (c->key, sizeof c->key, "%s", key);
        vsnprintf (c->text, sizeof c->text, format, list);
    }
    va_end (list);
    c->failed = true;
}

bool grade_failed (const grade_case *c)
{
    return c->failed;
}

static const grade_values *array_at (const grade_case *c, const void *at)
{
    for (int i = 0; i < c->arrays; i++)
        if (c->array[i].at == at)
            return &c->array[i];
    nn_panic ("grade", "no array of the case begins there");
}

const void *grade_before (const grade_case *c, const void *output)
{
    return array_at (c, output)->initial;
}

const void *grade_right (const grade_case *c, const void *output)
{
    return array_at (c, output)->want;
}

bool grade_unwritten (float x)
{
    uint32_t bits;
    memcpy (&bits, &x, sizeof bits);
    return bits == unwritten;
}

void grade_numeric (float *gradient, double (*loss) (void), float *x, size_t count,
                    float step)
{
    for (size_t i = 0; i < count; i++) {
        const float kept = x[i];
        x[i] = kept + step;
        const double more = loss (), up = x[i];
        x[i] = kept - step;
        const double less = loss (), down = x[i];
        x[i] = kept;
        gradient[i] = (float) ((more - less) / (up - down));
    }
}
