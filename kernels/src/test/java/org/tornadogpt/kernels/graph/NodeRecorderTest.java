package org.tornadogpt.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
import org.tornadogpt.kernels.ops.matmul.MatMul;

class NodeRecorderTest {
    private final NodeRecorder recorder = new NodeRecorder(
            KernelChoices.defaults(new SequentialDevice()), (name, values, shape) -> Tensor.activation(name, shape));

    @Test
    void nodesCarryTheirSectionAndWhatTheyReadAndWrite() {
        Tensor out = Tensor.activation("out", 2, 5);
        Tensor x = Tensor.activation("x", 2, 3);
        Tensor weight = Tensor.activation("weight", 5, 3);
        MatMul.Forward call = new MatMul.Forward(out, x, weight, null);
        recorder.section("layer", 4, () -> call.record(recorder));
        new PointwiseActivation.Forward(out, out, Activation.RELU).record(recorder);
        List<Node> nodes = recorder.list("program").nodes();
        Node linear = nodes.get(0);
        assertThat(linear.label()).isEqualTo("matmul.forward -> out");
        assertThat(linear.variant()).isEqualTo("naive");
        assertThat(linear.call()).isSameAs(call);
        assertThat(linear.section()).isEqualTo("layer");
        assertThat(linear.index()).isEqualTo(4);
        assertThat(linear.reads()).containsExactly(x, weight);
        assertThat(linear.writes()).containsExactly(out);
        assertThat(linear.cost()).isEqualTo(new Node.Cost(2 * 2 * 3 * 5, 4 * (6 + 15 + 10)));
        assertThat(nodes.get(1).section()).isEmpty();
    }

    @Test
    void sectionsDoNotNest() {
        assertThatThrownBy(() -> recorder.section("a", 0, () -> recorder.section("b", 1, () -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("section b inside section a");
    }

    @Test
    void aConstantIsMadeOnceForAllProgramsOfAWorkspace() {
        Workspace workspace = new Workspace(KernelChoices.defaults(new SequentialDevice()));
        List<Tensor> found = new ArrayList<>();
        for (String program : List.of("a", "b")) {
            workspace.record(program, r -> found.add(r.constant("table", () -> new float[] {1, 2}, 2)));
        }
        assertThat(found.get(1)).isSameAs(found.get(0));
        assertThat(found.get(0).slice().toArray()).containsExactly(1, 2);
    }
}
