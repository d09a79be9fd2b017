package org.tornadogpt.kernels.ops.activation;

/** Element-wise non-linearities between the two linear layers of an MLP. */
public enum Activation {
    /** {@code max(x, 0)}. */
    RELU(0),
    /** {@code x Φ(x)} with the exact normal distribution function, as PyTorch's default (Hendrycks and Gimpel 2016). */
    GELU(1),
    /** {@code x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))}, GPT-2's form of it. */
    GELU_TANH(2);

    private final int code;

    Activation(int code) {
        this.code = code;
    }

    /** The number by which kernels know it: device code has no enums. */
    public int code() {
        return code;
    }

    /** Whether the derivative needs the input; ReLU's can be had from the output. */
    public boolean needsInput() {
        return this != RELU;
    }
}
