package org.tornadogpt.bench.kernels;

import java.util.List;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.trainer.cli.KernelNames;
import org.tornadogpt.trainer.foreign.KernelFile;

/** What a command's NAME names: {@code op}, {@code op=variant}, a source file or a jar. */
final class Named {
    private Named() {}

    static List<Variant> find(String name) {
        return KernelFile.isOne(name) ? KernelFile.variants(name) : KernelNames.find(name);
    }

    static String label(Variant variant) {
        return variant.operation() + "=" + variant.name();
    }
}
