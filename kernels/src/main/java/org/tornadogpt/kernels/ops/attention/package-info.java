/** Causal self-attention over whole sequences. */
package org.tornadogpt.kernels.ops.attention;
