package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.model.Presets;

class ModelMemoryTest {
    @Test
    void aModelThatTheMachineCannotHoldIsRefusedBeforeMemoryIsTaken() {
        ModelMemory memory = ModelMemory.of(Presets.find("kernel-gpu").model());
        memory.check(memory.bytes());
        assertThatThrownBy(() -> memory.check(100L << 20))
                .isInstanceOf(DeviceException.class)
                .hasMessage("the model's 10,819,689 parameters take 165.1 MiB with gradients and moments, more than the"
                        + " 100.0 MiB that there are: choose fewer layers or channels; 3,276,800 parameters would leave"
                        + " half of it to activations");
    }

    @Test
    void theMachinesMemoryIsKnown() {
        assertThat(ModelMemory.ofMachine()).isGreaterThan(256L << 20);
    }
}
