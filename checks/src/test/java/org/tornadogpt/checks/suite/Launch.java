package org.tornadogpt.checks.suite;

import java.util.function.IntConsumer;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant.Style;
import org.tornadogpt.kernels.kernel.WorkGroups;
import uk.ac.manchester.tornado.api.KernelContext;

/** Launches one planted body in any style: as a loop's iterations, as blocks of work, as items of work-groups. */
final class Launch {
    private static final int GROUP = 8;

    private Launch() {}

    static void items(KernelSink sink, Style style, int items, IntConsumer body) {
        switch (style) {
            case LOOP -> sink.loop(Call.of("kPlanted", Launch::kLoop, body, items));
            case VECTOR -> sink.blocks("planted", items, (block, worker) -> body.accept(block));
            case GROUP ->
                sink.group(
                        Call.of("kPlanted", Launch::kGroup, new KernelContext(), body, items),
                        WorkGroups.of((items - 1) / GROUP + 1, GROUP));
        }
    }

    private static void kLoop(IntConsumer body, int items) {
        for (int i = 0; i < items; i++) {
            body.accept(i);
        }
    }

    private static void kGroup(KernelContext context, IntConsumer body, int items) {
        if (context.globalIdx < items) {
            body.accept(context.globalIdx);
        }
    }
}
