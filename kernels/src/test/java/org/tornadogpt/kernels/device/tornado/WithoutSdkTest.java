package org.tornadogpt.kernels.device.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What can be said of the device without a TornadoVM runtime. */
class WithoutSdkTest {
    @Test
    void askingForTornadoSaysInOneLineWhatToDo() {
        for (String spec : List.of("tornado", "tornado:0:0")) {
            assertThatThrownBy(() -> Devices.open(spec, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("setup_tornado.sh")
                    .hasMessageContaining(spec)
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void autoIsTheCpuAndTheReasonIsKnown() {
        try (Device device = Devices.open("auto", 1)) {
            assertThat(device.id()).isEqualTo("cpu");
        }
        assertThat(Devices.noGpu()).hasValueSatisfying(why -> assertThat(why).contains("without TornadoVM"));
    }

    @Test
    void aWorkspaceTooLargeForTheDeviceIsRefusedWithWhatWouldFit() {
        DeviceMemory memory = new DeviceMemory(100L << 20, 900L << 20, 900L << 20);
        memory.check("card", 2L << 30, 2L << 30);
        assertThatThrownBy(() -> memory.check("card", 700L << 20, 2L << 30))
                .isInstanceOf(DeviceException.class)
                .hasMessage("card has 700.0 MiB of memory; 1000.0 MiB are needed, 900.0 MiB of it for activations:"
                        + " use at most 62 % of this batch");
        assertThatThrownBy(() -> memory.check("card", 100L << 20, 2L << 30)).hasMessageContaining("smaller model");
        assertThatThrownBy(() -> memory.check("card", 2L << 30, 450L << 20)).hasMessageContaining("at most 50 %");
    }

    @Test
    void theNeedIsTheSumOfTheArrays() {
        FloatArray state = Slice.allocate(10).array();
        FloatArray arena = Slice.allocate(1000).array();
        FloatArray scratch = Slice.allocate(500).array();
        Buffers buffers = new Buffers(List.of(state), List.of(arena), List.of(), List.of(), List.of());
        assertThat(DeviceMemory.of(buffers, List.of(scratch))).isEqualTo(new DeviceMemory(40, 6000, 4000));
    }

    @Test
    void timesOfKernelsAreReadFromTheProfile() {
        String log = """
                {
                    "g0_step": {
                        "TOTAL_KERNEL_TIME": "123",
                        "g0_step.t0_kFirst": {
                            "BACKEND": "OPENCL",
                            "METHOD": "GraphFactory.kFirst",
                            "TASK_KERNEL_TIME": "100"
                        },
                        "g0_step.t1_kSecond": {
                            "TASK_KERNEL_TIME": "23",
                            "DEVICE": "pthread"
                        }
                    }
                }
                """;
        assertThat(Profile.parse(log)).isEqualTo(Map.of("g0_step.t0_kFirst", 100L, "g0_step.t1_kSecond", 23L));
        assertThat(Profile.parse("{}")).isEmpty();
    }

    @Test
    void cudaGraphsAreOffUnlessAskedForAndOnlyWhereTheyAre() {
        assertThat(CudaGraphs.wanted("tornado:0:0", "PTX")).isFalse();
        try {
            System.setProperty(CudaGraphs.PROPERTY, "on");
            assertThat(CudaGraphs.wanted("tornado:0:0", "PTX")).isTrue();
            assertThat(CudaGraphs.wanted("tornado:0:0", "CUDA")).isTrue();
            assertThatThrownBy(() -> CudaGraphs.wanted("tornado:0:0", "OPENCL"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PTX or CUDA")
                    .hasMessageContaining("tornado:0:0 is driven by OPENCL");
            System.setProperty(CudaGraphs.PROPERTY, "yes");
            assertThatThrownBy(() -> CudaGraphs.wanted("tornado:0:0", "PTX")).hasMessageContaining("on or off");
        } finally {
            System.clearProperty(CudaGraphs.PROPERTY);
        }
    }

    @Test
    void whatADeviceCanDoIsReadFromItsDescription() {
        assertThat(Capabilities.parse(
                        "Extensions:\n\tcl_khr_fp16\nDevice version   : OpenCL 3.0 CUDA\nDriver version   : 570.1"))
                .isEqualTo(new Capabilities("yes", "no", false, "570.1"));
        assertThat(Capabilities.parse("Device version   : OpenCL 3.0 PoCL\n"))
                .isEqualTo(new Capabilities("no", "no", false, ""));
        assertThat(Capabilities.parse("Device version   : CUDA 9.0\n").tensorCores())
                .isEqualTo("yes");
        assertThat(Capabilities.parse("Device version   : CUDA 6.1\n"))
                .isEqualTo(new Capabilities("yes", "no", false, ""));
        assertThat(Capabilities.parse("some card")).isEqualTo(new Capabilities("unknown", "unknown", false, ""));
    }

    @Test
    void errorLinesOfDriversAreKnownFromWarnings() {
        assertThat(NativeErrors.isError("[TornadoVM-OCL-JNI] ERROR : clEnqueueNDRangeKernel -> Returned: -54"))
                .isTrue();
        assertThat(NativeErrors.isError(
                        "[TornadoVM OCL] Warning: TornadoVM changed the user-defined local size to null."))
                .isTrue();
        assertThat(NativeErrors.isError("WARNING: Using incubator modules: jdk.incubator.vector"))
                .isFalse();
    }

    @Test
    void anErrorLineOnEitherStreamEndsTheRun() {
        try (NativeErrors errors = new NativeErrors()) {
            for (FileDescriptor stream : List.of(FileDescriptor.out, FileDescriptor.err)) {
                errors.during(() -> {});
                assertThatThrownBy(() -> errors.during(() -> complain(stream)))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("Returned: -54");
            }
            errors.during(() -> {});
        }
    }

    /** Writes where native code does, past what a test runner makes of {@link System#out}. */
    private static void complain(FileDescriptor descriptor) {
        try {
            @SuppressWarnings("resource") // closing it would close the descriptor for everybody
            FileOutputStream stream = new FileOutputStream(descriptor);
            stream.write(
                    "[TornadoVM-OCL-JNI] ERROR : said by a test -> Returned: -54\n".getBytes(StandardCharsets.UTF_8));
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyOperationHasADefaultOnTornadoDevices() {
        DeviceTraits gpu = TornadoDevice.traits("tornado", true, Set.of());
        DeviceTraits processor = TornadoDevice.traits("tornado", false, Set.of());
        for (String operation : Variants.operations()) {
            assertThat(KernelChoices.preferred(operation, gpu)).as(operation).isPresent();
            assertThat(KernelChoices.preferred(operation, processor))
                    .as(operation)
                    .isPresent();
        }
        assertThat(preferred("attention", gpu)).isEqualTo("flashtiled");
        assertThat(preferred("attention", processor)).isEqualTo("materialized");
        assertThat(preferred("adamw", gpu)).isEqualTo("groups");
        assertThat(preferred("adamw", processor)).isEqualTo("loop");
    }

    private static String preferred(String operation, DeviceTraits device) {
        return KernelChoices.preferred(operation, device).orElseThrow().name();
    }
}
