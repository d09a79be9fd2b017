package org.tornadogpt.trainer.foreign;

import java.util.List;

/**
 * A constant of a source file that is marked {@code @Tunable}.
 *
 * @param values to try
 * @param own its value in the file
 * @param start of the value, in characters from the file's beginning
 * @param end behind the value
 */
public record TunableConstant(String name, List<Integer> values, int own, int start, int end) {}
