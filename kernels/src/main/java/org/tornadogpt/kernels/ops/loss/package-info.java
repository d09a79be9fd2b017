/** Softmax cross-entropy. */
package org.tornadogpt.kernels.ops.loss;
