// Right in another way: each entry collects from those that read it.
#include "exercise.h"

typedef struct ex_entry {
    char op;
    int a, b;
    double value, grad;
} ex_entry;

void ex_forward (ex_entry *tape, int count)
{
    for (int i = 0; i < count; i++)
        switch (tape[i].op) {
        case '+':
            tape[i].value = tape[tape[i].b].value + tape[tape[i].a].value;
            break;
        case '*':
            tape[i].value = tape[tape[i].b].value * tape[tape[i].a].value;
            break;
        case 't': {
            const double e = exp (2 * tape[tape[i].a].value);
            tape[i].value = 1 - 2 / (e + 1);
            break;
        }
        }
}

void ex_backward (ex_entry *tape, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        double grad = i == count - 1;
        for (int j = i + 1; j < count; j++) {
            const ex_entry *e = &tape[j];
            if (e->op == '+')
                grad += e->grad * ((e->a == i) + (e->b == i));
            else if (e->op == '*')
                grad += e->grad * ((e->a == i) * tape[e->b].value +
                                   (e->b == i) * tape[e->a].value);
            else if (e->op == 't' && e->a == i)
                grad += e->grad * (1 - e->value) * (1 + e->value);
        }
        tape[i].grad = grad;
    }
}
