package org.tornadogpt.checks.suite;

/**
 * Where a variant breaks its contract.
 *
 * @param check which check found it, such as "values"
 * @param where the case and what it ran on
 * @param what a sentence: element, expected, got, and the likely mistake
 */
public record Finding(String check, String where, String what) {
    @Override
    public String toString() {
        return check + ", " + where + ": " + what;
    }
}
