package org.tornadogpt.checks.suite;

/** What is wrong with a planted kernel. */
enum Mistake {
    NONE,
    MASK_ONE_TOO_MANY,
    MASK_ONE_TOO_FEW,
    UNWRITTEN_ROW,
    ADDS,
    OVERWRITES,
    TWICE_THE_RESULT,
    SCORES_NOT_SCALED,
    SWALLOWS_NAN,
    READS_NEIGHBOUR,
    WRONG_GRADIENT,
    IGNORES_DROPOUT,
    MISSING_BARRIER,
    RACE,
    WRITES_OUTSIDE,
    THROWS
}
