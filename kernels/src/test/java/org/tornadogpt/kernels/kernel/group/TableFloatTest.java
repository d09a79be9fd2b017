package org.tornadogpt.kernels.kernel.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.kernel.KernelSink;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

class TableFloatTest {
    private final List<Integer> entries = new ArrayList<>(List.of(5, 7));

    /** Knows nothing but how to take an entry. */
    private final KernelSink sink = (KernelSink)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {KernelSink.class}, (p, m, args) -> {
                entries.add((Integer) args[0]);
                return entries.size() - 1;
            });

    @ParameterizedTest
    @ValueSource(
            floats = {
                0f,
                1f,
                -1f,
                1.25f,
                1f / 3,
                1f / 2048,
                1f / (1 << 30),
                16_777_215f,
                0.1f,
                1e9f,
                1.1111112f,
                -7.7e-10f,
                0x1p-39f,
                0x1.fffffep85f
            })
    void comesBackToTheLastBit(float value) {
        int first = TableFloat.slots(sink, value);
        assertThat(first).isEqualTo(2);
        IntArray table = IntArray.fromElements(entries.stream().mapToInt(i -> i).toArray());
        assertThat(table.getSize()).isEqualTo(4);
        assertThat(TableFloat.of(table, first)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE, 0x1p-40f, 0x1p86f})
    void whatCannotBeStoredIsRefused(float value) {
        assertThatThrownBy(() -> TableFloat.slots(sink, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Float.toString(value));
    }
}
