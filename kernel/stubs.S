/*  stubs.S - the one place through which every call of a cell's function goes
 *
 *  A function of a cell gets a number. Its symbol is nnk_stub_NUMBER, and for every caller
 *  that means the place here, 8 bytes behind its predecessor's: a jump through its slot
 *  (load.c). Defining the function again changes the slot, so that callers compiled long ago,
 *  and pointers stored long ago, reach the new one. What stands behind nnk_missing, 10 bytes
 *  each, stands in a slot until there is a definition.
 */
#if !defined __x86_64__
#error "stubs.S: written for x86-64; another processor needs its own two instructions here"
#endif
        .text
        .altmacro
        .macro  stub number
        jmp     *nnk_slots+8*\number(%rip)
        .balign 8
        .endm
        .macro  missing number
        movl    $\number, %edi
        .byte   0xe9                    # jmp, always in its long form
        .long   nnk_missing_here - . - 4
        .endm

        .globl  nnk_stubs
        .balign 16
nnk_stubs:
        .set    n, 0
        .rept   65536
        stub    %n
        .set    n, n+1
        .endr

nnk_missing_here:
        jmp     nnk_missing_called
        .globl  nnk_missing
        .balign 16
nnk_missing:
        .set    n, 0
        .rept   65536
        missing %n
        .set    n, n+1
        .endr

        .globl  nnk_slots
        .local  nnk_slots
        .comm   nnk_slots, 8*65536, 8
        .globl  nnk_slot
nnk_slot:
        leaq    nnk_slots(%rip), %rax
        ret
        .section .note.GNU-stack, "", @progbits
