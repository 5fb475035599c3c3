/*
 * ### Gradients of any formula (10 points)
 *
 * A formula is computed step by step, and every step can be written down on a *tape*: what
 * was done, to which earlier entries, and what came out. Reading the tape backwards gives
 * the gradient of the last entry with respect to all others. That is all there is to
 * automatic differentiation.
 *
 * An entry knows its operation, one of these:
 *
 * | `op`  | value                       | reads            |
 * |-------|-----------------------------|------------------|
 * | `'x'` | a number that is given      | nothing          |
 * | `'+'` | the sum of two entries      | `a` and `b`      |
 * | `'*'` | the product of two entries  | `a` and `b`      |
 * | `'t'` | the hyperbolic tangent      | `a`              |
 *
 * `a` and `b` are places on the tape, both before the entry itself. They may be the same
 * place: that is how a number is squared.
 *
 * Write `ex_forward`, which fills in `value` for everything but the given numbers, and
 * `ex_backward`, which fills in `grad`, the gradient of the *last* entry's value with
 * respect to each entry's value. What `grad` holds before is of no use. An entry that the
 * result does not depend on has the gradient 0.
 *
 * An example: the tape `x = 3`, `y = 4`, `p = x * y`, `s = p + x` has the values 3, 4, 12,
 * 15 and the gradients 5, 3, 1, 1. The gradient of x is 5: 4 by way of the product, and 1
 * by way of the sum.
 *
 * Checked on formulas drawn anew: the values (2 points), the gradients where each entry is
 * used once (4 points) and where entries are used many times, or not at all (4 points).
 */
#include "exercise.h"

/// HINT Forward goes from the first entry to the last, backward from the last to the first.
/// HINT Begin with grad 0 everywhere, and 1 for the last entry. Then each entry hands its gradient on to the entries that it has read, and they add up what they get.
/// HINT For '*': `tape[a].grad += grad * tape[b].value` and the other way around. The slope of tanh is 1 minus the square of its value.

typedef struct ex_entry {
    char op;
    int a, b;
    double value, grad;
} ex_entry;

void ex_forward (ex_entry *tape, int count)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < count; i++) {
        ex_entry *e = &tape[i];
        if (e->op == '+')
            e->value = tape[e->a].value + tape[e->b].value;
        else if (e->op == '*')
            e->value = tape[e->a].value * tape[e->b].value;
        else if (e->op == 't')
            e->value = tanh (tape[e->a].value);
    }
    /// END SOLUTION
}

void ex_backward (ex_entry *tape, int count)
{
    /// BEGIN SOLUTION
#if MISTAKE == 3 // did not begin with gradients of 0
#else
    for (int i = 0; i < count; i++)
        tape[i].grad = 0;
#endif
    tape[count - 1].grad = 1;
#if MISTAKE == 2 // walked along the tape from the first entry to the last
    for (int i = 0; i < count; i++) {
#else
    for (int i = count - 1; i >= 0; i--) {
#endif
        const ex_entry e = tape[i];
#if MISTAKE == 1 // let each gradient replace those before instead of adding
        if (e.op == '+')
            tape[e.a].grad = tape[e.b].grad = e.grad;
        else if (e.op == '*') {
            tape[e.a].grad = e.grad * tape[e.b].value;
            tape[e.b].grad = e.grad * tape[e.a].value;
        } else if (e.op == 't')
            tape[e.a].grad = e.grad * (1 - e.value * e.value);
#else
        if (e.op == '+') {
            tape[e.a].grad += e.grad;
            tape[e.b].grad += e.grad;
        } else if (e.op == '*') {
#if MISTAKE == 5 // handed each factor its own value instead of the other's
            tape[e.a].grad += e.grad * tape[e.a].value;
            tape[e.b].grad += e.grad * tape[e.b].value;
#else
            tape[e.a].grad += e.grad * tape[e.b].value;
            tape[e.b].grad += e.grad * tape[e.a].value;
#endif
        } else if (e.op == 't')
#if MISTAKE == 4 // took the slope of tanh from its input instead of its value
            tape[e.a].grad += e.grad * (1 - tape[e.a].value * tape[e.a].value);
#else
            tape[e.a].grad += e.grad * (1 - e.value * e.value);
#endif
#endif
    }
    /// END SOLUTION
}
