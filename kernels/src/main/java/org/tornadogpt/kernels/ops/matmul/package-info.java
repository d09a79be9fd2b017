/** The three products of a linear layer. */
package org.tornadogpt.kernels.ops.matmul;
