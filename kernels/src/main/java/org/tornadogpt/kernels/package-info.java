/**
 * Operations on flat arrays, and the devices that run them. Knows nothing of GPT.
 *
 * <p>A model calls {@link org.tornadogpt.kernels.graph.Operations}; the calls are recorded once as a list of nodes, the
 * activations' memory is planned from the nodes' lifetimes, and a {@link org.tornadogpt.kernels.graph.Device} turns the
 * nodes into a {@link org.tornadogpt.kernels.graph.Program} that can be run any number of times.
 *
 * <p>Dimension letters, everywhere: {@code B} batch, {@code T} time (sequence), {@code C} channels, {@code H} heads,
 * {@code D = C/H} head size, {@code V} vocabulary, {@code L} layers, {@code N = B*T} rows; {@code K} and {@code O} are
 * the inputs and outputs of a linear layer. Everything is row-major, last index fastest; weights are (out, in) as in
 * PyTorch. The gradient of {@code x} is {@code dx}. Gradients of parameters and the residual stream's gradient
 * accumulate; every other result overwrites.
 */
package org.tornadogpt.kernels;
