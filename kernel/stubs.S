/*  stubs.S - the one place through which every call of a cell's function goes
 *
 *  A function of a cell gets a number. Its symbol is nnk_stub_NUMBER, defined here (the
 *  main program comes first when symbols are looked up, so every caller finds this one) and
 *  in the object of the cell that defines it. A stub is one instruction: a jump through its
 *  slot. Defining the function again changes the slot, so that callers compiled long ago,
 *  and pointers stored long ago, reach the new one. nnk_missing_NUMBER stands in a slot
 *  until there is a definition.
 */
#if !defined __x86_64__
#error "stubs.S: written for x86-64; another processor needs its own two instructions here"
#endif
        .text
        .altmacro
        .macro  stub number
        .globl  nnk_stub_\number
        .type   nnk_stub_\number, @function
nnk_stub_\number:
        jmp     *nnk_slots+8*\number(%rip)
        .size   nnk_stub_\number, .-nnk_stub_\number
        .endm
        .macro  missing number
        movl    $\number, %edi
        jmp     nnk_missing_called
        .balign 16
        .endm

        .set    n, 0
        .rept   4096
        stub    %n
        .set    n, n+1
        .endr

        .globl  nnk_missing
        .balign 16
nnk_missing:
        .set    n, 0
        .rept   4096
        missing %n
        .set    n, n+1
        .endr

        .globl  nnk_slots
        .local  nnk_slots
        .comm   nnk_slots, 8*4096, 8
        .globl  nnk_slot
nnk_slot:
        leaq    nnk_slots(%rip), %rax
        ret
        .section .note.GNU-stack, "", @progbits
