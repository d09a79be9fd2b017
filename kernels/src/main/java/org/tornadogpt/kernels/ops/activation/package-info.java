/** Element-wise activations. */
package org.tornadogpt.kernels.ops.activation;
